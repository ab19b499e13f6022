"""Gather, decide, act, for each kind of due item."""

from control_plane.candidates import brought_up_to_date, candidate, recent_runs
from control_plane.dispatcher import Dispatcher, Subject
from control_plane.errors import UnreadableItem
from control_plane.ports import ControlPlane
from control_plane.records import (
    ArrivalWindow,
    Decision,
    DecisionStatus,
    Deployment,
    Due,
    Model,
    Run,
    Unreadable,
)
from on_tick.decide import decide_deferred, decide_window
from on_tick.looking_after import look_after


def close_window(window: ArrivalWindow, plane: ControlPlane) -> Decision:
    """Seal first, list after: what lands while we list opens a window of its own, so nothing falls between two."""
    sealed = window if window.sealed else plane.ledger.seal(window, plane.now())
    model = plane.ledger.model(sealed.model)
    action = decide_window(candidate(model, sealed.purpose, sealed.id, plane), plane.now())
    return Dispatcher.of(plane).carry_out(action, Subject(sealed.id, sealed.first_event, model, sealed.purpose, sealed))


def finish(decision: Decision, plane: ControlPlane) -> Decision | None:
    """A function died between begun and done. The index may lag, so the decision itself is asked if it still is."""
    current = plane.ledger.decision(decision.id)
    if current is None or current.status is not DecisionStatus.BEGUN:
        return None
    return Dispatcher.of(plane).resume(current)


def reconsider(decision: Decision, plane: ControlPlane) -> Decision | None:
    """A deferred start goes ahead once its cause has ended. The index may lag: it may have begun since, and wait again
    under a token that stands for just the request it began with.
    """
    current = plane.ledger.decision(decision.id)
    if current is None or current.status is not DecisionStatus.DEFERRED:
        return None
    model = plane.ledger.model(current.asked.model)
    waiting = brought_up_to_date(current, model, plane)
    action = decide_deferred(waiting, model, recent_runs(model, plane), plane.now())
    changed = Dispatcher.of(plane).reconsider(waiting, action, model)
    if changed is None:
        plane.ledger.look_again(current, current.until or plane.now() + plane.patience)
    return changed


def observe(run: Run, plane: ControlPlane) -> None:
    """Ask SageMaker about a run; tell `on_pipeline_execution`, as SageMaker's event would have, if it has ended."""
    if plane.pipelines.describe(run.arn).has_ended:
        plane.events.send("Pipeline Execution Observed", {"pipelineExecutionArn": run.arn})


def observe_deployment(deployment: Deployment, plane: ControlPlane) -> None:
    """Ask SageMaker about an endpoint; tell `on_endpoint`, as SageMaker's event would have, if it has settled."""
    name = deployment.request.endpoint
    endpoint = plane.endpoints.describe(name)
    if endpoint is None or endpoint.has_settled:
        plane.events.send("Endpoint Observed", {"EndpointName": name, "model": deployment.request.model})


def look_at(item: Due, plane: ControlPlane) -> list[Decision]:
    """Empty where the item needs nothing yet."""
    match item:
        case ArrivalWindow():
            return [close_window(item, plane)]
        case Decision():
            begun = item.status is DecisionStatus.BEGUN  # left by a function that died between begun and done
            decision = finish(item, plane) if begun else reconsider(item, plane)
            return [decision] if decision else []
        case Run():
            observe(item, plane)
            return []
        case Deployment():
            observe_deployment(item, plane)
            return []
        case Model():
            return look_after(item, plane)
        case Unreadable():
            raise UnreadableItem(f"{item.place}: {item.why}")
