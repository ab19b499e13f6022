"""A person, a schedule or another system asks for a run, a version, the version before, or to adopt an endpoint."""

from typing import Any

from control_plane.actions import Adopt
from control_plane.dispatcher import Dispatcher, Subject
from control_plane.errors import UnknownModel, UnknownPackage
from control_plane.events import Request, parse_request
from control_plane.outcomes import Outcome
from control_plane.ports import ControlPlane
from control_plane.records import Decision
from control_plane.telemetry import log_decision, room
from control_plane.wiring import control_plane
from on_request.answers import answer


@room
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry. Returns the decision's id and outcome, for whoever invokes it by hand."""
    decision = handle(parse_request(event), control_plane())
    log_decision(decision)
    return {"decisions": {decision.id: decision.outcome}}


def handle(event: Request, plane: ControlPlane) -> Decision:
    """A repeated request finds its decision."""
    decision_id, dispatcher = f"request-{event.identity}", Dispatcher.of(plane)
    unknown = Subject(decision_id, event.identity, None, actor=event.detail.actor)
    try:
        model = plane.ledger.model(event.detail.model)
        action, subject = answer(event, model, decision_id, plane)
    except UnknownModel as error:
        return dispatcher.note(Outcome.SKIPPED_NO_MODEL, str(error), unknown)
    except UnknownPackage as error:
        return dispatcher.note(Outcome.SKIPPED_NOT_APPROVAL, str(error), unknown)
    return dispatcher.adopt(action, subject) if isinstance(action, Adopt) else dispatcher.carry_out(action, subject)
