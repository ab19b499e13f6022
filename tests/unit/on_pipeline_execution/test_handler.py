"""The end of a run through the room."""

from typing import Any

import pytest

from control_plane.actions import RecordEnd, Skip
from control_plane.costs import JobUse
from control_plane.errors import InvalidEvent
from control_plane.outcomes import Outcome
from control_plane.records import Cost
from on_pipeline_execution import handler as room
from tests.fakes import FakeControlPlane
from tests.samples import execution_arn, execution_ended
from tests.unit.world import end, new_plane, pending_of, slot_of, start_run


@pytest.fixture
def plane(monkeypatch: pytest.MonkeyPatch) -> FakeControlPlane:
    plane = new_plane()
    monkeypatch.setattr(room, "control_plane", lambda: plane)
    return plane


def running(plane: FakeControlPlane) -> str:
    (arn,) = plane.pipelines.running
    return arn


def test_an_end_frees_the_slot_and_is_on_record_4(plane: FakeControlPlane) -> None:
    start_run(plane, "a.csv")
    arn = running(plane)
    plane.pipelines.end(arn, "Failed", "Train: no target")
    assert room.handler(execution_ended(arn, "Failed"), None) == {"outcome": Outcome.RECORDED, "decisions": {}}
    assert slot_of(plane) is None
    run = plane.ledger.run(arn)
    assert run is not None
    assert (run.status, run.failure, run.ended_at) == ("Failed", "Train: no target", plane.now())


def test_what_its_jobs_cost_is_on_record_and_measured(
    plane: FakeControlPlane, capsys: pytest.CaptureFixture[str]
) -> None:
    start_run(plane, "a.csv")
    arn = running(plane)
    plane.pipelines.end(arn, jobs=[JobUse("Train", "ml.m5.xlarge", 2, 1800)])
    room.handle(arn, plane)
    run = plane.ledger.run(arn)
    assert run is not None
    assert run.cost == Cost(usd=0.257)
    assert '"RunDollars":[0.257]' in capsys.readouterr().out


def test_of_an_execution_that_was_deleted_nobody_knows_the_cost(plane: FakeControlPlane) -> None:
    start_run(plane, "a.csv")
    arn = running(plane)
    plane.pipelines.delete(arn)
    room.handle(arn, plane)
    run = plane.ledger.run(arn)
    assert run is not None
    assert run.cost == Cost(unknown="SageMaker doesn't know it any more")


def test_our_own_observation_counts_as_sagemakers_event(plane: FakeControlPlane) -> None:
    start_run(plane, "a.csv")
    arn = running(plane)
    plane.pipelines.end(arn)
    observed: dict[str, Any] = {
        "id": "1",
        "source": "pointsman",
        "detail-type": "Pipeline Execution Observed",
        "detail": {"pipelineExecutionArn": arn},
    }
    assert room.handler(observed, None)["outcome"] is Outcome.RECORDED


def test_an_end_that_comes_twice_is_recorded_once_1(plane: FakeControlPlane) -> None:
    start_run(plane, "a.csv")
    arn = running(plane)
    plane.pipelines.end(arn)
    first, _ = room.handle(arn, plane)
    second, sequels = room.handle(arn, plane)
    assert isinstance(first, RecordEnd)
    assert isinstance(second, Skip)
    assert (second.outcome, sequels) == (Outcome.SKIPPED_DUPLICATE, [])


def test_an_end_that_comes_before_its_time_changes_nothing(plane: FakeControlPlane) -> None:
    start_run(plane, "a.csv")
    action, sequels = room.handle(running(plane), plane)
    assert isinstance(action, Skip)
    assert (action.outcome, sequels) == (Outcome.SKIPPED_STALE, [])
    assert slot_of(plane) is not None


def test_a_late_copy_of_an_end_does_not_free_the_next_runs_slot_4(plane: FakeControlPlane) -> None:
    start_run(plane, "a.csv")
    first = running(plane)
    end(plane, first)
    start_run(plane, "b.csv")
    room.handle(first, plane)
    slot = slot_of(plane)
    assert slot is not None
    assert slot.run == running(plane) != first


def test_an_execution_that_we_did_not_start_is_none_of_our_business(plane: FakeControlPlane) -> None:
    start_run(plane, "a.csv")
    answer = room.handler(execution_ended(execution_arn(99)), None)
    assert answer == {"outcome": Outcome.SKIPPED_NOT_OURS, "decisions": {}}
    assert slot_of(plane) is not None


@pytest.mark.parametrize("arn", [None, "", "arn:aws:sagemaker:eu-west-1:111122223333:pipeline/p"])
def test_an_event_without_an_execution_is_refused_so_that_it_ends_as_a_dead_letter_2(
    plane: FakeControlPlane, arn: str | None
) -> None:
    event = execution_ended(execution_arn())
    event["detail"]["pipelineExecutionArn"] = arn
    with pytest.raises(InvalidEvent):
        room.handler(event, None)
    assert plane.pipelines.started == []


def test_what_waited_starts_when_the_run_ends_4(plane: FakeControlPlane) -> None:
    start_run(plane, "a.csv")
    first = running(plane)
    waiting = start_run(plane, "b.csv")
    assert waiting.outcome is Outcome.DEFERRED_BUSY
    plane.pipelines.end(first)
    answer = room.handler(execution_ended(first), None)
    assert answer == {"outcome": Outcome.RECORDED, "decisions": {waiting.id: Outcome.STARTED}}
    assert pending_of(plane) is None
    slot = slot_of(plane)
    assert slot is not None
    assert (slot.decision, slot.run) == (waiting.id, running(plane))


def test_a_repeated_end_starts_what_a_function_that_died_left_waiting_3(plane: FakeControlPlane) -> None:
    start_run(plane, "a.csv")
    first = running(plane)
    waiting = start_run(plane, "b.csv")
    plane.pipelines.end(first)
    run = plane.ledger.run(first)
    assert run is not None
    plane.ledger.end_run(run.model_copy(update={"status": "Succeeded", "ended_at": plane.now()}))
    action, (started,) = room.handle(first, plane)
    assert isinstance(action, Skip)
    assert (started.id, started.outcome) == (waiting.id, Outcome.STARTED)
