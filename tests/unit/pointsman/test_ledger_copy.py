"""What happens on a copy of a ledger is what would happen on the ledger, which stays as it is."""

from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest

from control_plane.ledger import Ledger
from pointsman.rehearsal.ledger_copy import LedgerCopy
from pointsman.rehearsal.rooms import act
from tests.fakes import FakeControlPlane
from tests.fakes.control_plane import PlaneOf
from tests.sample_events import sample_event
from tests.samples import (
    BUCKET,
    PREFIX,
    deployed_spec,
    drift_report,
    execution_ended,
    object_created,
    package_changed,
    run_requested,
    watched_spec,
)
from tests.unit.world import apply, ask, decide_approval, drift, judged_plane, land, new_plane, put, start_run

type Case = Callable[[], tuple[FakeControlPlane, str, dict[str, Any]]]


def busy() -> FakeControlPlane:
    """A run, and another that waits for its end."""
    plane = new_plane()
    start_run(plane, "a.csv")
    land(plane, "b.csv", "_SUCCESS")
    plane.wait(timedelta(minutes=10))
    assert ask(plane, "waits").outcome == "DEFERRED_BUSY"
    return plane


def a_run_ends() -> tuple[FakeControlPlane, str, dict[str, Any]]:
    plane = busy()
    (arn,) = plane.pipelines.running
    plane.pipelines.end(arn)
    return plane, "on_pipeline_execution", execution_ended(arn)


def asked_again() -> tuple[FakeControlPlane, str, dict[str, Any]]:
    return busy(), "on_request", run_requested("waits")


def asked_while_busy() -> tuple[FakeControlPlane, str, dict[str, Any]]:
    return busy(), "on_request", run_requested("another")


def the_same_data() -> tuple[FakeControlPlane, str, dict[str, Any]]:
    plane = new_plane()
    start_run(plane, "a.csv")
    (arn,) = plane.pipelines.running
    plane.pipelines.end(arn)
    act("on_pipeline_execution", execution_ended(arn), plane)
    return plane, "on_request", run_requested("same")


def more_lands() -> tuple[FakeControlPlane, str, dict[str, Any]]:
    plane = new_plane()
    land(plane, "a.csv")
    return plane, "on_data_arrival", object_created(f"{PREFIX}b.csv")


def what_nobody_claims() -> tuple[FakeControlPlane, str, dict[str, Any]]:
    return new_plane(), "on_data_arrival", object_created("elsewhere/a.csv", bucket=BUCKET)


def drift_again() -> tuple[FakeControlPlane, str, dict[str, Any]]:
    plane = judged_plane()
    put(plane.objects, "churn/evaluation/a.csv")
    drift(plane, "e1")
    return plane, "on_drift", drift_report("e1")


def an_approval() -> tuple[FakeControlPlane, str, dict[str, Any]]:
    plane = judged_plane(deployed_spec())
    arn = plane.registry.register("churn").arn
    return (
        plane,
        "on_model_package",
        package_changed(arn, "Approved", at=plane.registry.set_approval(arn, "Approved").last_modified),
    )


def a_deployment_that_leaves_something_behind() -> tuple[FakeControlPlane, str, dict[str, Any]]:
    """The champion isn't watched yet, either."""
    plane = judged_plane(watched_spec())
    act("on_endpoint", settled(plane), plane)
    arn = plane.registry.register("churn").arn
    decide_approval(plane, arn)
    plane.endpoints.roll_back("churn-prod")
    apply(plane, watched_spec(changes={"monitor.every": "1d"}))
    return plane, "on_endpoint", sample_event("endpoint_in_service")


def settled(plane: FakeControlPlane) -> dict[str, Any]:
    plane.endpoints.settle("churn-prod")
    return sample_event("endpoint_in_service")


def a_tick() -> tuple[FakeControlPlane, str, dict[str, Any]]:
    plane = new_plane()
    land(plane, "a.csv", "_SUCCESS")
    return plane, "on_tick", {}


@pytest.mark.parametrize(
    "case",
    [
        *(a_run_ends, asked_again, asked_while_busy, the_same_data, more_lands, what_nobody_claims, drift_again),
        *(an_approval, a_deployment_that_leaves_something_behind, a_tick),
    ],
    ids=lambda case: case.__name__,
)
def test_a_room_comes_to_the_same_and_leaves_the_ledger_alone(case: Case) -> None:
    plane, room, event = case()
    before = plane.ledger._store.rows.copy()
    rehearsed = act(room, event, seen_through(LedgerCopy(plane.ledger), plane))
    assert plane.ledger._store.rows.copy() == before
    assert rehearsed
    again, _, _ = case()
    assert rehearsed == act(room, event, again)


def seen_through(ledger: Ledger, plane: FakeControlPlane) -> PlaneOf:
    others = {each.name for each in fields(PlaneOf)} - {"whole", "ledger"}
    return PlaneOf(plane, ledger, **{name: getattr(plane, name) for name in others})


def test_whatever_records_a_new_decision_looks_for_it_first() -> None:
    """Else one that the ledger has would be written again on the copy."""
    recording = {
        name for name, method in vars(Ledger).items() if "AlreadyDecided" in (getattr(method, "__doc__", "") or "")
    }
    assert {"begin", "defer", "settle", "crown", "adopt"} <= recording
    assert recording - {"take_up"} <= set(vars(LedgerCopy))  # it takes up what was read before
