"""Compare what the ledger believes of a model with what SageMaker says, and see what should have come and hasn't."""

from collections.abc import Mapping, Sequence

from control_plane.dispatcher import Dispatcher, Subject
from control_plane.ports import ControlPlane
from control_plane.records import Decision, Model
from control_plane.registry import ApprovalStatus, Package
from control_plane.standings import fallback_of, is_left_in_use, known_package, standing_of, unserved_id
from on_tick.decide_model import (
    endpoint_unfinished,
    news_of,
    next_look,
    not_serving,
    overdue,
    persisting,
    unheard,
    was_heard_of,
)
from on_tick.monitor_runs import tell_of_monitor_runs


def look_after(item: Model, plane: ControlPlane) -> list[Decision]:
    """Rooms are told of what they missed as SageMaker's events would have told them; they decide.

    The index may lag, so the model itself is read. What was seen is remembered last, so that a look that dies is
    repeated, which the rooms bear.
    """
    model = plane.ledger.model(item.spec.model)
    approvals = _approvals(model, plane)
    if approvals != model.approvals:
        _tell_of_approvals(model, approvals, plane)
    elif (endpoint := _endpoint_left_behind(model, approvals, plane)) is not None:
        plane.events.send("Endpoint Observed", {"EndpointName": endpoint, "model": model.spec.model})
    if (unfinished := endpoint_unfinished(model)) is not None:
        plane.events.send("Endpoint Observed", {"EndpointName": unfinished, "model": model.spec.model})
    decisions = [*_note_not_serving(model, plane), *_note_overdue(model, plane)]
    for report in persisting(model, plane.now()):
        plane.events.send("Drift Report", report)
    heard_until = tell_of_monitor_runs(model, plane)
    again = next_look(model, plane.now(), plane.look_after_every)
    plane.ledger.looked_after(model, approvals, heard_until=heard_until, again=again)
    return decisions


def _approvals(model: Model, plane: ControlPlane) -> Mapping[str, ApprovalStatus]:
    """Of the newest versions and of the champion, which may be an old one."""
    newest = plane.registry.approvals(model.spec.model)
    champion = model.champion.package if model.champion else None
    if champion is None or champion in newest:
        return newest
    package = known_package(champion, plane)
    return {**newest, champion: package.approval_status} if package else newest


def _tell_of_approvals(model: Model, approvals: Mapping[str, ApprovalStatus], plane: ControlPlane) -> None:
    changed = unheard(standing_of(model, plane), approvals)
    approved, rejected = _unheard_of(changed.approved, model, plane), _unheard_of(changed.rejected, model, plane)
    for package in [*rejected, *news_of(model, approved)]:
        plane.events.send("Model Package Observed", {"ModelPackageArn": package.arn})


def _unheard_of(arns: Sequence[str], model: Model, plane: ControlPlane) -> list[Package]:
    found = [package for arn in arns if (package := known_package(arn, plane))]
    decisions = plane.ledger.decisions(model.spec.model) if found else []
    return [package for package in found if not was_heard_of(package, decisions)]


def _endpoint_left_behind(model: Model, approvals: Mapping[str, ApprovalStatus], plane: ControlPlane) -> str | None:
    """One that goes on serving a rejected champion, though there is one to go back to."""
    champion, serving = model.champion, model.spec.deployment
    if champion is None or serving is None or approvals.get(champion.package) != "Rejected":
        return None
    left = is_left_in_use(champion, model, plane) and fallback_of(champion, champion.package, plane)
    return serving.endpoint if left else None


def _note_not_serving(model: Model, plane: ControlPlane) -> list[Decision]:
    """Once for each thing that is served in the champion's place."""
    champion, serving = model.champion, model.spec.deployment
    endpoint = plane.endpoints.describe(serving.endpoint) if champion and serving else None
    action = not_serving(model, endpoint)
    if champion is None or serving is None or action is None:
        return []
    decision_id = unserved_id(champion, endpoint)
    if plane.ledger.decision(decision_id):
        return []
    return [Dispatcher.of(plane).carry_out(action, Subject(decision_id, f"endpoint {serving.endpoint}", model))]


def _note_overdue(model: Model, plane: ControlPlane) -> list[Decision]:
    """Once for each time that data stays away."""
    missing = {
        f"overdue-{model.spec.model}-{purpose}-{since:%Y%m%dT%H%M%SZ}": (purpose, action)
        for purpose, since, action in overdue(model, plane.now())
    }
    return [
        Dispatcher.of(plane).carry_out(action, Subject(decision_id, decision_id, model, purpose))
        for decision_id, (purpose, action) in missing.items()
        if plane.ledger.decision(decision_id) is None
    ]
