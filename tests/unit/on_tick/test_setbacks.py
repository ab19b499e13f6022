"""What a tick meets: no capacity, refusals, deaths, items that fail, ends that nobody reported."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from control_plane.errors import CallRefused, CapacityExceeded
from control_plane.manifests import DataObject
from control_plane.outcomes import Outcome
from control_plane.records import Decision, DecisionStatus, Run
from on_tick import handler as room
from tests.fakes import FakeControlPlane
from tests.samples import PREFIX, after, model_spec
from tests.unit.world import apply, land, new_plane, pending_of, put, slot_of, start_run, tick

MINUTE = timedelta(minutes=1)


@pytest.fixture
def plane() -> FakeControlPlane:
    return new_plane()


def started(plane: FakeControlPlane) -> int:
    return len(plane.pipelines.started)


def test_a_full_quota_defers_and_the_first_tick_after_it_starts(plane: FakeControlPlane) -> None:
    plane.pipelines.unavailable = CapacityExceeded("20 executions are running")
    waiting = start_run(plane, "a.csv")
    assert (waiting.outcome, waiting.status) == (Outcome.DEFERRED_CAPACITY, DecisionStatus.DEFERRED)
    assert waiting.then == "20 executions are running"
    assert slot_of(plane) is None
    plane.wait(MINUTE)
    assert [decision.outcome for decision in tick(plane)] == [Outcome.DEFERRED_CAPACITY]
    plane.pipelines.unavailable = None
    plane.wait(MINUTE)
    (started_now,) = tick(plane)
    assert (started_now.id, started_now.outcome) == (waiting.id, Outcome.STARTED)
    assert started(plane) == 1
    assert pending_of(plane) is None


def test_a_refusal_is_final_and_frees_slot_and_data_4(plane: FakeControlPlane) -> None:
    plane.pipelines.unavailable = CallRefused("no such pipeline")
    refused = start_run(plane, "a.csv")
    assert (refused.outcome, refused.status, refused.then) == (
        Outcome.REFUSED,
        DecisionStatus.DONE,
        "no such pipeline",
    )
    assert slot_of(plane) is None
    assert plane.ledger.due(after(days=1)) == []
    plane.pipelines.unavailable = None
    plane.wait(MINUTE)
    assert start_run(plane, "a.csv").outcome is Outcome.STARTED


def test_a_run_whose_end_nobody_reported_is_reported_by_us_6(plane: FakeControlPlane) -> None:
    decision = start_run(plane, "a.csv")
    plane.wait(MINUTE)
    tick(plane)
    assert plane.events.sent == []
    plane.pipelines.end(str(decision.run))
    plane.wait(MINUTE)
    tick(plane)
    assert plane.events.sent == [("Pipeline Execution Observed", {"pipelineExecutionArn": decision.run})]
    tick(plane)
    assert len(plane.events.sent) == 1, "a minute must pass before it is said again"
    plane.wait(MINUTE)
    tick(plane)
    assert len(plane.events.sent) == 2, "nobody has recorded the end, so it is said again"


def test_what_died_between_begun_and_done_is_finished_with_the_same_token_1_3(
    plane: FakeControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_decision: Decision, _run: Run) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(plane.ledger, "complete", die)
        with pytest.raises(KeyboardInterrupt):
            start_run(plane, "a.csv")
    assert started(plane) == 1
    slot = slot_of(plane)
    assert slot is not None
    assert slot.run is None
    assert tick(plane) == [], "it isn't looked at while its function may still be at it"
    plane.wait(MINUTE)
    (decision,) = tick(plane)
    assert (decision.outcome, decision.status) == (Outcome.STARTED, DecisionStatus.DONE)
    assert started(plane) == 1
    assert decision.run == plane.pipelines.started[0].arn


@pytest.fixture
def two_models(plane: FakeControlPlane) -> FakeControlPlane:
    """Both have a window that is due; the first's folder can't be listed."""
    apply(plane, model_spec("another"))
    land(plane, "a.csv", "_SUCCESS")
    plane.wait(timedelta(seconds=1))
    events = put(plane.objects, "another/training/a.csv", "another/training/_SUCCESS")
    room_of_arrivals(plane, events)
    listing = plane.objects.list

    def list_or_fail(bucket: str, prefix: str) -> Iterator[DataObject]:
        if prefix == PREFIX:
            raise TimeoutError(prefix)
        return listing(bucket, prefix)

    plane.objects.list = list_or_fail  # type: ignore[method-assign]
    return plane


def room_of_arrivals(plane: FakeControlPlane, events: Any) -> None:
    from on_data_arrival.handler import handle

    handle(events, plane)


def test_one_item_that_fails_does_not_stop_the_others_and_is_raised_2(two_models: FakeControlPlane) -> None:
    seen: list[str | None] = []
    with pytest.raises(ExceptionGroup) as failures:
        seen.extend(decision.model for decision in room.handle(two_models))
    assert seen == ["another"]
    assert [type(error) for error in failures.value.exceptions] == [TimeoutError]


def test_an_item_that_keeps_failing_goes_behind_the_others(two_models: FakeControlPlane) -> None:
    for _ in range(2):
        with pytest.raises(ExceptionGroup):
            tick(two_models)
    assert two_models.ledger.due(two_models.now()) == []
    two_models.wait(MINUTE)
    with pytest.raises(ExceptionGroup):
        tick(two_models)
