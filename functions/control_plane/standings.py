"""Gather what deciding about deployments needs to know."""

from control_plane.deployments import Standing
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


def fallback_of(champion: Champion | None, rejected: str | None, plane: ControlPlane) -> Package | None:
    """What to use instead of a rejected version: the champion, if it is another, or the latest before it; approved."""
    line = (champion.package, *champion.earlier) if champion else ()
    for arn in line:
        if arn == rejected:
            continue
        try:
            package = plane.registry.describe(arn)
        except UnknownPackage:
            continue
        if package.approval_status == "Approved":
            return package
    return None
