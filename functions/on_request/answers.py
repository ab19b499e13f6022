"""Gather what the decision about each kind of request needs."""

from dataclasses import replace

from control_plane.actions import Adopt, Crown, Defer, Deploy, Skip, Start
from control_plane.candidates import candidate
from control_plane.deployments import Standing
from control_plane.dispatcher import Subject
from control_plane.events import AdoptionRequested, DeploymentRequested, Request, RollbackRequested, RunRequested
from control_plane.ports import ControlPlane
from control_plane.records import Model
from control_plane.registry import Package
from control_plane.standings import fallback_of, standing_of
from on_request.adoption import Served, decide_adoption, only_package
from on_request.decide import decide_deployment, decide_rollback, decide_run

type Answer = tuple[Start | Crown | Adopt | Deploy | Defer | Skip, Subject]


def answer(event: Request, model: Model, decision_id: str, plane: ControlPlane) -> Answer:
    """What to do, and what the decision is about. Raises UnknownPackage."""
    subject = Subject(decision_id, event.identity, model, actor=event.detail.actor)
    match event:
        case RunRequested(detail=asked):
            run = candidate(model, asked.purpose, decision_id, plane)
            of_run = replace(subject, purpose=asked.purpose, force=asked.force)
            return decide_run(event, run, plane.now()), of_run
        case DeploymentRequested(detail=asked):
            package = plane.registry.describe(asked.package_arn)
            action = decide_deployment(event, package, standing_of(model, plane), plane.now())
            return action, replace(subject, force=asked.force)
        case RollbackRequested():
            standing = standing_of(model, plane)
            target = _target(event, standing, plane)
            return decide_rollback(event, target, standing, plane.now()), subject
        case AdoptionRequested(detail=asked):
            return decide_adoption(event, model, _served(asked.endpoint, plane), plane.now()), subject


def _served(name: str, plane: ControlPlane) -> Served:
    """Raises UnknownPackage."""
    endpoint = plane.endpoints.describe(name)
    variants = plane.endpoints.variants(endpoint.config) if endpoint else ()
    package = only_package(variants)
    return Served(endpoint, tuple(variants), plane.registry.describe(package) if package else None)


def _target(event: RollbackRequested, standing: Standing, plane: ControlPlane) -> Package | None:
    if event.detail.package_arn:
        return plane.registry.describe(event.detail.package_arn)
    return fallback_of(standing.model.champion, standing.in_use, plane)
