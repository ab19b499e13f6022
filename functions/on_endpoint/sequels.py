"""What follows from a deployment's end. Every sequel has an id of its own, so that a repetition finds it decided."""

from control_plane.dispatcher import Dispatcher, Subject
from control_plane.outcomes import Outcome
from control_plane.ports import ControlPlane
from control_plane.records import Decision, DeployRequest, Model
from control_plane.standings import fallback_of
from on_endpoint.decide import decide_after_failure, decide_next


def start_waiting(model: Model, plane: ControlPlane) -> list[Decision]:
    """The endpoint is free: let what waited for it have it."""
    waiting = plane.ledger.decision(model.pending_deployment) if model.pending_deployment else None
    if waiting is None or not isinstance(waiting.request, DeployRequest):
        return []
    action = decide_next(waiting, waiting.request, model, plane.now())
    changed = Dispatcher.of(plane).reconsider(waiting, action)
    return [changed] if changed else []


def undo_rejected(ended: Decision, model: Model, plane: ControlPlane) -> list[Decision]:
    """A deployment came to nothing, so the champion goes on serving: go back if it was rejected meanwhile."""
    failed = ended.outcome in {Outcome.DEPLOYMENT_ROLLED_BACK, Outcome.DEPLOYMENT_FAILED}
    if not failed or model.champion is None or model.pending_deployment:
        return []
    champion = plane.registry.describe(model.champion.package)
    fallback = fallback_of(model.champion, champion.arn, plane) if champion.approval_status == "Rejected" else None
    action = decide_after_failure(champion, fallback, model, plane.now())
    if action is None:
        return []
    subject = Subject(f"{ended.id}-fallback", ended.event, model, correlation_id=ended.root)
    return [Dispatcher.of(plane).carry_out(action, subject)]
