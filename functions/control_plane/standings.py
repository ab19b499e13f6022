"""Gather what deciding about deployments needs to know."""

import hashlib

from control_plane.clock import stamp
from control_plane.deployments import Standing
from control_plane.endpoints import Endpoint
from control_plane.errors import UnknownPackage
from control_plane.ports import ControlPlane
from control_plane.records import Champion, DeployRequest, Model
from control_plane.registry import Package


def standing_of(model: Model, plane: ControlPlane) -> Standing:
    """At most two reads: what is under way, and what waits for it."""
    under_way = _request(model.deploying.decision, plane) if model.deploying else None
    waiting = _request(model.pending_deployment, plane) if model.pending_deployment else None
    return Standing(model, under_way, waiting)


def _request(decision_id: str, plane: ControlPlane) -> DeployRequest | None:
    decision = plane.ledger.decision(decision_id)
    return decision.request if decision and isinstance(decision.request, DeployRequest) else None


def undo_id(champion: Champion) -> str:
    """Of the decision to go back from a rejected champion that was left in use: one for each time that it is one."""
    return _id("undo", champion.package, stamp(champion.since))


def unserved_id(champion: Champion, endpoint: Endpoint | None) -> str:
    """Of the word that a champion isn't served: one for each state of its endpoint in each of its reigns."""
    state = f"{endpoint.status} {endpoint.config}" if endpoint else "gone"
    return _id("unserved", champion.package, stamp(champion.since), state)


def _id(kind: str, *parts: str) -> str:
    return f"{kind}-{hashlib.sha256(' '.join(parts).encode()).hexdigest()[:24]}"


def is_left_in_use(champion: Champion, model: Model, plane: ControlPlane) -> bool:
    """Of a champion that was rejected: nothing takes its place, and going back from it wasn't tried.

    It was rejected while its successor was on the way, say, and the successor failed. How a rollback ended that was
    tried is on record; trying again is for people.
    """
    if model.deploying or not standing_of(model, plane).must_go(champion.package):
        return False
    if plane.ledger.decision(undo_id(champion)):
        return False
    tried = (known for known in plane.ledger.deployments(model.spec.model) if known.started_at >= champion.since)
    return all(known.request.instead_of != champion.package for known in tried)


def fallback_of(champion: Champion | None, rejected: str | None, plane: ControlPlane) -> Package | None:
    """What to use instead of a rejected version: the champion, if it is another, or the latest before it; approved."""
    line = (champion.package, *champion.earlier) if champion else ()
    for arn in line:
        package = known_package(arn, plane) if arn != rejected else None
        if package and package.approval_status == "Approved":
            return package
    return None


def known_package(arn: str, plane: ControlPlane) -> Package | None:
    """None for a version that was deleted from the registry."""
    try:
        return plane.registry.describe(arn)
    except UnknownPackage:
        return None
