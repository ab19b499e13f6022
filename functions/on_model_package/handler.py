"""A version in the registry changed: see who should be champion."""

import hashlib
from typing import Any

from control_plane.actions import Crown, Skip
from control_plane.dispatcher import Dispatcher, Subject
from control_plane.errors import UnknownModel, UnknownPackage
from control_plane.events import ModelPackageStateChange
from control_plane.lineage import root_of
from control_plane.outcomes import Outcome
from control_plane.ports import ControlPlane
from control_plane.records import Champion, Decision
from control_plane.registry import Package
from control_plane.telemetry import log_decision, room
from control_plane.wiring import control_plane
from on_model_package.decide import decide


@room
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry. Returns the decision's id and outcome, for whoever invokes it by hand."""
    decision = handle(ModelPackageStateChange.parse(event), control_plane())
    log_decision(decision)
    return {"decisions": {decision.id: decision.outcome}}


def handle(event: ModelPackageStateChange, plane: ControlPlane) -> Decision:
    """The event's own version is asked about again; a newer approval that came meanwhile has an event of its own."""
    decision_id = f"package-{hashlib.sha256(event.identity.encode()).hexdigest()[:24]}"
    dispatcher = Dispatcher.of(plane)
    unknown = Subject(decision_id, event.identity, None)
    try:
        package = plane.registry.describe(event.detail.package_arn)
        model = plane.ledger.model(package.group)
    except UnknownPackage as error:
        return dispatcher.note(Outcome.SKIPPED_STALE, str(error), unknown)
    except UnknownModel as error:
        return dispatcher.note(Outcome.SKIPPED_NO_MODEL, str(error), unknown)
    fallback = last_approved(model.champion, plane) if package.approval_status == "Rejected" else None
    action = decide(event, package, model.champion, fallback)
    subject = Subject(decision_id, event.identity, model, correlation_id=root_of(package, plane))
    match action:
        case Crown():
            return dispatcher.crown(action, fallback if fallback else package, subject)
        case Skip():
            return dispatcher.carry_out(action, subject)


def last_approved(champion: Champion | None, plane: ControlPlane) -> Package | None:
    """The latest of the earlier champions that is still approved."""
    for arn in champion.earlier if champion else ():
        try:
            package = plane.registry.describe(arn)
        except UnknownPackage:
            continue
        if package.approval_status == "Approved":
            return package
    return None
