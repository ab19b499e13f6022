"""Some system reported drift: do what the model's policy says."""

from typing import Any

from control_plane.actions import Skip
from control_plane.candidates import candidate
from control_plane.dispatcher import Dispatcher, Subject
from control_plane.errors import UnknownModel
from control_plane.events import DriftReport
from control_plane.outcomes import Outcome
from control_plane.ports import ControlPlane
from control_plane.records import Decision
from control_plane.telemetry import log_decision, room
from control_plane.wiring import control_plane
from on_drift.decide import decide, decide_response


@room
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry. Returns the decision's id and outcome, for whoever invokes it by hand."""
    decision = handle(DriftReport.parse(event), control_plane())
    log_decision(decision)
    return {"decisions": {decision.id: decision.outcome}}


def handle(event: DriftReport, plane: ControlPlane) -> Decision:
    """A repeated report finds its decision."""
    decision_id, dispatcher = f"drift-{event.id}", Dispatcher.of(plane)
    try:
        model = plane.ledger.model(event.detail.model)
    except UnknownModel as error:
        return dispatcher.note(Outcome.SKIPPED_NO_MODEL, str(error), Subject(decision_id, event.id, None))
    response = decide_response(event, model.spec.policy)
    if isinstance(response, Skip):
        return dispatcher.carry_out(response, Subject(decision_id, event.id, model))
    action = decide(event, candidate(model, response, decision_id, plane), plane.now())
    return dispatcher.carry_out(action, Subject(decision_id, event.id, model, response))
