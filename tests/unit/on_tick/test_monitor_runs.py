"""Runs of monitors whose end nobody reported: looked for with the model, and told to the room that decides."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from control_plane.events import parse_drift_event
from control_plane.outcomes import Outcome
from control_plane.records import Decision
from on_drift.handler import handle as on_drift
from tests.fakes import FakeControlPlane
from tests.sample_events import sample_event
from tests.samples import JOB_ARN, MORNING, deployed_spec, evaluated_spec, monitor_run, ours
from tests.unit.world import judged_plane, put, tick

MINUTE = timedelta(minutes=1)
SCHEDULED = {"schedules": {"churn-data-quality": "data_quality", "churn-bias": "bias"}}
OBSERVED = ("Monitor Run Observed", {"ProcessingJobArn": JOB_ARN})


@pytest.fixture
def plane() -> FakeControlPlane:
    """A model that is looked after every quarter of an hour, and was just now."""
    plane = judged_plane(evaluated_spec(changes={"monitor": SCHEDULED}))
    put(plane.objects, "churn/evaluation/b.csv")
    plane.ledger.apply(plane.ledger.model("churn").spec, plane.now())
    tick(plane)
    return plane


def ends(plane: FakeControlPlane, job: str = JOB_ARN, **changes: Any) -> None:
    plane.monitors.add(monitor_run(job_arn=job, ended_at=plane.now(), **changes))


def look(plane: FakeControlPlane, times: int = 1) -> list[tuple[str, dict[str, Any]]]:
    """What the next looks tell, a quarter of an hour apart."""
    plane.events.sent.clear()
    for _ in range(times):
        plane.wait(plane.look_after_every)
        tick(plane)
    return plane.events.sent


def observe(plane: FakeControlPlane, event_id: str = "e1") -> Decision:
    return on_drift(parse_drift_event(ours(*OBSERVED[:1], event_id, OBSERVED[1])), plane)


def test_a_run_that_nobody_told_of_is_told_once_6(plane: FakeControlPlane) -> None:
    ends(plane)
    assert look(plane, times=4) == [OBSERVED]


def test_what_is_told_is_decided_as_sagemakers_event_would_be_and_that_finds_the_decision_1_6(
    plane: FakeControlPlane,
) -> None:
    ends(plane)
    decision = observe(plane)
    assert (decision.outcome, decision.event) == (Outcome.STARTED, JOB_ARN)
    late = on_drift(parse_drift_event(sample_event("monitor_run_completed")), plane)
    assert late == observe(plane, "e2") == decision
    assert len(plane.pipelines.started) == 1


@pytest.mark.parametrize("exit_message", [monitor_run().exit_message, "Completed: no violations."])
def test_a_run_that_was_heard_of_is_not_told(plane: FakeControlPlane, exit_message: str) -> None:
    ends(plane, exit_message=exit_message)
    on_drift(parse_drift_event(sample_event("monitor_run_completed")), plane)
    assert look(plane, times=2) == []


def test_an_event_that_may_still_come_is_waited_for(plane: FakeControlPlane) -> None:
    plane.wait(plane.look_after_every - MINUTE / 2)
    ends(plane)
    plane.wait(MINUTE / 2)
    tick(plane)
    assert plane.events.sent == []
    assert look(plane) == [OBSERVED]


def test_all_that_ended_since_the_last_look_are_told_by_schedule_and_in_order(plane: FakeControlPlane) -> None:
    schedules = {"a": "churn-bias", "b": "churn-data-quality", "c": "churn-bias", "d": "another"}
    for job, schedule in schedules.items():
        ends(plane, job, schedule=schedule)
        plane.wait(MINUTE)
    assert [detail["ProcessingJobArn"] for _, detail in look(plane)] == ["b", "a", "c"]


def test_an_endpoints_monitors_need_not_be_named_and_a_run_counts_once() -> None:
    named = {"schedules": {"churn-data-quality": "data_quality"}}
    plane = judged_plane(deployed_spec(changes={"deployment.endpoint": "Churn-Prod", "monitor": named}))
    for job, schedule in (("a", "churn-data-quality"), ("b", "another")):
        ends(plane, job, schedule=schedule)
    plane.wait(MINUTE)
    plane.ledger.apply(plane.ledger.model("churn").spec, plane.now())
    tick(plane)
    told = [detail["ProcessingJobArn"] for name, detail in plane.events.sent if name == "Monitor Run Observed"]
    assert told == ["a", "b"]


def test_a_run_from_before_the_model_is_no_news() -> None:
    plane = FakeControlPlane()
    ends(plane)
    plane.wait(MINUTE)
    plane.ledger.apply(evaluated_spec(changes={"monitor": SCHEDULED}), plane.now())
    tick(plane)
    assert look(plane) == []


def test_a_model_without_monitors_and_endpoint_costs_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    plane = FakeControlPlane()
    plane.ledger.apply(evaluated_spec(), MORNING)
    monkeypatch.delattr("tests.fakes.monitors.FakeMonitors.ended_of_schedule")
    monkeypatch.delattr("tests.fakes.monitors.FakeMonitors.ended_of_endpoint")
    tick(plane)
    assert plane.ledger.model("churn").heard_until == MORNING


@pytest.mark.parametrize("broken", ["monitors.ended_of_schedule", "ledger.decision", "events.send"])
def test_a_look_that_fails_is_repeated_and_loses_no_run_3_6(
    plane: FakeControlPlane, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def fail(*_: object) -> None:
        raise TimeoutError

    ends(plane)
    until = heard_until(plane)
    port, _, method = broken.partition(".")
    with monkeypatch.context() as patch:
        patch.setattr(getattr(plane, port), method, fail)
        with pytest.raises(ExceptionGroup):
            look(plane)
    assert heard_until(plane) == until
    plane.wait(MINUTE)
    tick(plane)
    assert plane.events.sent == [OBSERVED]
    assert heard_until(plane) == plane.now() - plane.patience


def heard_until(plane: FakeControlPlane) -> datetime | None:
    return plane.ledger.model("churn").heard_until
