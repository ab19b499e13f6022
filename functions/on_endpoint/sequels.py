"""What follows when an endpoint has settled. It follows from what stands in the ledger and in the registry, not from
what was just recorded: so a repetition, or a tick's word, does what a function that died left undone.
"""

from control_plane.dispatcher import Dispatcher, Subject
from control_plane.lineage import root_of
from control_plane.ports import ControlPlane
from control_plane.records import Decision, DeployRequest, Model
from control_plane.standings import fallback_of, is_left_in_use, known_package, undo_id
from on_endpoint.collecting import collect
from on_endpoint.decide import decide_next, decide_undo
from on_endpoint.watching import watch_champion


def follow_up(model: Model, plane: ControlPlane) -> list[Decision]:
    """What waits comes first: it may take a rejected champion's place."""
    started = start_waiting(model, plane)
    now = plane.ledger.model(model.spec.model) if started else model
    undone = undo_rejected(now, plane)
    settled = plane.ledger.model(model.spec.model) if undone else now
    return [*started, *undone, *watch_champion(settled, plane), *collect(settled, plane)]


def start_waiting(model: Model, plane: ControlPlane) -> list[Decision]:
    """The endpoint is free: let what waited for it have it."""
    waiting = plane.ledger.decision(model.pending_deployment) if model.pending_deployment else None
    if waiting is None or not isinstance(waiting.request, DeployRequest):
        return []
    action = decide_next(waiting, waiting.request, model, plane.now())
    changed = Dispatcher.of(plane).reconsider(waiting, action, model)
    return [changed] if changed else []


def undo_rejected(model: Model, plane: ControlPlane) -> list[Decision]:
    """The champion may have been rejected when its successor was to take its place, and didn't."""
    champion = model.champion
    if champion is None:
        return []
    package = known_package(champion.package, plane)
    if package is None or package.approval_status != "Rejected" or not is_left_in_use(champion, model, plane):
        return []
    action = decide_undo(package, fallback_of(champion, package.arn, plane), model, plane.now())
    subject = Subject(undo_id(champion), package.arn, model, correlation_id=root_of(package, plane))
    return [Dispatcher.of(plane).carry_out(action, subject)]
