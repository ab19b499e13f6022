"""Have the champion's endpoint watched with the champion's own baseline, and with nobody else's."""

import hashlib

from control_plane.clock import stamp
from control_plane.dispatcher import Dispatcher, Subject
from control_plane.errors import AlreadyDecided, CallRefused
from control_plane.lineage import root_of
from control_plane.monitor_plans import is_watched_as_wanted, wanted_watch
from control_plane.outcomes import Outcome
from control_plane.ports import ControlPlane
from control_plane.records import Decision, Model, Watch, Watched
from control_plane.standings import known_package
from on_endpoint.decide import Attach, decide_watch


def watch_champion(model: Model, plane: ControlPlane) -> list[Decision]:
    """Every call may be repeated, and the record comes last: so whoever finds none does it all again.

    A deployment takes longer than a function runs, so nobody is still at an earlier champion's monitors.
    """
    champion = model.champion
    if champion is None or is_watched_as_wanted(model):
        return []
    package = known_package(champion.package, plane)
    action = decide_watch(model, package)
    before = model.watch.monitors if model.watch else ()
    try:
        action = _attach(action, before, plane)
    except CallRefused as never:
        planned = [plan.watched for plan in action.plans]
        action = Attach(Outcome.REFUSED, str(never))
        _remove([*before, *planned], (), plane)
    root = root_of(package, plane) if package else None
    subject = Subject(_decision_id(model), champion.package, model, correlation_id=root)
    decision = Dispatcher.of(plane).decision_on(action.outcome, action.because, subject)
    monitors = tuple(plan.watched for plan in action.plans)
    watch = Watch(
        id=wanted_watch(model) or "",
        package=champion.package,
        endpoint=model.spec.deployment.endpoint if model.spec.deployment else None,
        monitors=monitors,
        since=plane.now(),
    )
    try:
        plane.ledger.watch(decision, watch, champion.package)
    except AlreadyDecided as known:
        return [known.decision]
    return [decision]


def _attach(action: Attach, before: tuple[Watched, ...], plane: ControlPlane) -> Attach:
    """Raises CallRefused. A schedule goes over to the new definition before the old one is deleted."""
    for plan in action.plans:
        plane.schedules.attach(plan)
    _remove(before, tuple(plan.watched for plan in action.plans), plane)
    return action


def _remove(monitors: "list[Watched] | tuple[Watched, ...]", kept: tuple[Watched, ...], plane: ControlPlane) -> None:
    schedules, definitions = {each.schedule for each in kept}, {each.definition for each in kept}
    for monitor in monitors:
        if monitor.schedule not in schedules:
            plane.schedules.detach(monitor.schedule)
        if monitor.definition not in definitions:
            plane.schedules.discard(monitor.kind, monitor.definition)


def _decision_id(model: Model) -> str:
    """One for each time that the endpoint comes to be watched otherwise, though it was watched like this before."""
    before = f"{model.watch.id} {stamp(model.watch.since)}" if model.watch else ""
    said = f"{model.spec.model} {wanted_watch(model)} {before}"
    return f"watch-{hashlib.sha256(said.encode()).hexdigest()[:24]}"
