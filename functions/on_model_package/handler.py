"""A version in the registry changed: see which should be in use."""

import hashlib
from typing import Any

from control_plane.dispatcher import Dispatcher, Subject
from control_plane.errors import UnknownModel, UnknownPackage
from control_plane.events import ModelPackageStateChange
from control_plane.lineage import root_of
from control_plane.outcomes import Outcome
from control_plane.ports import ControlPlane
from control_plane.records import Decision
from control_plane.standings import fallback_of, standing_of
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
    rejected = package.approval_status == "Rejected"
    fallback = fallback_of(model.champion, package.arn, plane) if rejected else None
    action = decide(event, package, standing_of(model, plane), fallback, plane.now())
    subject = Subject(decision_id, event.identity, model, correlation_id=root_of(package, plane))
    return dispatcher.carry_out(action, subject)
