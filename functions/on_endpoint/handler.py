"""An endpoint changed its status: when a deployment of ours has ended, record it and see what follows."""

from typing import Any

from control_plane.actions import Skip
from control_plane.dispatcher import Dispatcher, Subject
from control_plane.events import EndpointStateChange
from control_plane.models import endpoint_claim
from control_plane.outcomes import Outcome
from control_plane.ports import ControlPlane
from control_plane.records import Decision
from control_plane.telemetry import log_decision, log_outcome, room
from control_plane.wiring import control_plane
from on_endpoint.sequels import follow_up
from on_endpoint.smoke_test import end_of


@room
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry. Returns the outcome and what followed, for whoever invokes it by hand."""
    endpoint = EndpointStateChange.parse(event).detail
    action, decisions = handle(endpoint.name, control_plane(), model=endpoint.model)
    if isinstance(action, Skip):
        log_outcome(endpoint.name, action)
    for decision in decisions:
        log_decision(decision)
    return {"decisions": {decision.id: decision.outcome for decision in decisions}}


def handle(endpoint_name: str, plane: ControlPlane, *, model: str | None = None) -> tuple[Skip | None, list[Decision]]:
    """A repetition records nothing twice, yet does what a function that died in here left undone.

    `model` is whose endpoint it is, or was: a spec may have another one since the deployment began.
    """
    claim = endpoint_claim(endpoint_name)
    owner = model or plane.ledger.owners([claim]).get(claim)
    if owner is None:
        return Skip(Outcome.SKIPPED_NOT_OURS, "no model is deployed to it"), []
    before = plane.ledger.model(owner)
    deployment = plane.ledger.deployment(before.deploying.decision) if before.deploying else None
    if deployment is None:
        return Skip(Outcome.SKIPPED_NOT_OURS, "no deployment is under way"), follow_up(before, plane)
    action = end_of(deployment, before, plane)
    if isinstance(action, Skip):
        return action, []
    subject = Subject(f"{deployment.id}-end", endpoint_name, before, correlation_id=deployment.correlation_id)
    ended = Dispatcher.of(plane).conclude(deployment, action, subject)
    return None, [*ended, *follow_up(plane.ledger.model(owner), plane)]
