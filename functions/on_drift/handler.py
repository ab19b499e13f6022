"""A monitor, an alarm or a report says whether there is drift: do what the model's policy says."""

from typing import Any

from control_plane.actions import Skip
from control_plane.candidates import candidate
from control_plane.dispatcher import Dispatcher, Subject
from control_plane.errors import UnknownModel
from control_plane.events import DriftEvent, parse_drift_event
from control_plane.outcomes import Outcome
from control_plane.ports import ControlPlane
from control_plane.records import Decision
from control_plane.telemetry import log_decision, room
from control_plane.wiring import control_plane
from on_drift.decide import decide, decide_response
from on_drift.remembering import remember
from on_drift.sources import decision_id, source_of


@room
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry. Returns the decision's id and outcome, for whoever invokes it by hand."""
    decision = handle(parse_drift_event(event), control_plane())
    log_decision(decision)
    return {"decisions": {decision.id: decision.outcome}}


def handle(event: DriftEvent, plane: ControlPlane) -> Decision:
    """A repeated event finds its decision."""
    dispatcher, nobody = Dispatcher.of(plane), Subject(decision_id(event), event.identity, None)
    source = source_of(event, plane.monitors)
    if source is None:
        return dispatcher.note(Outcome.SKIPPED_NOT_MONITOR, "no monitoring schedule started this job", nobody)
    try:
        model = plane.ledger.model(source.model(plane.ledger))
    except UnknownModel as error:
        return dispatcher.note(Outcome.SKIPPED_NO_MODEL, str(error), nobody)
    finding = source.finding(model.spec, plane.objects)
    if plane.ledger.decision(nobody.decision_id) is None:  # an old event that comes again isn't how things stand
        remember(finding, model, plane)
    response = decide_response(finding, model.spec.policy.on_drift)
    if isinstance(response, Skip):
        return dispatcher.carry_out(response, Subject(nobody.decision_id, nobody.event, model))
    action = decide(finding, candidate(model, response, nobody.decision_id, plane), plane.now())
    return dispatcher.carry_out(action, Subject(nobody.decision_id, nobody.event, model, response))
