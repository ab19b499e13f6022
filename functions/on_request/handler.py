"""A person, a schedule or another system asks for a run."""

from typing import Any

from control_plane.candidates import candidate
from control_plane.dispatcher import Dispatcher, Subject
from control_plane.errors import UnknownModel
from control_plane.events import RunRequested
from control_plane.outcomes import Outcome
from control_plane.ports import ControlPlane
from control_plane.records import Decision
from control_plane.telemetry import log_decision, room
from control_plane.wiring import control_plane
from on_request.decide import decide


@room
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry. Returns the decision's id and outcome, for whoever invokes it by hand."""
    decision = handle(RunRequested.parse(event), control_plane())
    log_decision(decision)
    return {"decisions": {decision.id: decision.outcome}}


def handle(event: RunRequested, plane: ControlPlane) -> Decision:
    """A repeated request finds its decision."""
    asked, dispatcher = event.detail, Dispatcher.of(plane)
    decision_id = f"request-{event.identity}"
    try:
        model = plane.ledger.model(asked.model)
    except UnknownModel as error:
        return dispatcher.note(Outcome.SKIPPED_NO_MODEL, str(error), Subject(decision_id, event.identity, None))
    action = decide(event, candidate(model, asked.purpose, decision_id, plane), plane.now())
    subject = Subject(decision_id, event.identity, model, asked.purpose, actor=asked.actor, force=asked.force)
    return dispatcher.carry_out(action, subject)
