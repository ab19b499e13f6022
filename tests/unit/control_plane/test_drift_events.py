"""What `on_drift` receives: reports, alarms of every sort, monitors' jobs."""

from typing import Any

import pytest

from control_plane.errors import InvalidEvent
from control_plane.events import (
    AlarmStateChange,
    DriftReport,
    MonitorRunObserved,
    ProcessingJobStateChange,
    RunRequested,
    parse_drift_event,
)
from tests.sample_events import sample_event
from tests.samples import drift_report, run_requested

ALARM = "arn:aws:cloudwatch:us-east-1:111122223333:alarm:churn-tenure"
JOB = "arn:aws:sagemaker:us-east-1:111122223333:processing-job/model-monitoring-202611211000-5f2b6a6c0d2d4e6d8a1b2c3d"


def alarm(name: str = "drift_alarm", *, state: dict[str, Any] | None = None, **changes: Any) -> AlarmStateChange:
    event = sample_event(name)
    event["detail"]["state"] |= state or {}
    return AlarmStateChange.parse(event | changes)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("drift_report", DriftReport),
        ("drift_alarm", AlarmStateChange),
        ("drift_alarm_metric_math", AlarmStateChange),
        ("drift_alarm_composite", AlarmStateChange),
        ("monitor_run_completed", ProcessingJobStateChange),
        ("monitor_run_observed", MonitorRunObserved),
        ("processing_job_failed", ProcessingJobStateChange),
    ],
)
def test_each_source_is_told_by_its_detail_type(name: str, found: type[object]) -> None:
    assert type(parse_drift_event(sample_event(name))) is found


@pytest.mark.parametrize("name", ["run_requested", "endpoint_in_service", "object_created"])
def test_other_events_are_refused(name: str) -> None:
    with pytest.raises(InvalidEvent, match=r"not a drift event: the event: .*expected tags: 'Drift Report', 'Sage"):
        parse_drift_event(sample_event(name))
    with pytest.raises(InvalidEvent, match="not a drift event: the event: Unable to extract tag"):
        parse_drift_event({"detail": {}})


def test_an_alarm_is_known_by_its_arn_and_the_time_of_its_state() -> None:
    first = alarm()
    assert first.identity == f"{ALARM} 2026-11-21T10:02:04.149000+00:00"
    again = {"id": "another", "time": "2026-11-21T10:05:00Z", "replay-name": "after-the-outage"}
    assert AlarmStateChange.parse(sample_event("drift_alarm") | again).identity == first.identity
    assert alarm("drift_alarm_recovered").identity == f"{ALARM} 2026-11-21T11:02:04.149000+00:00"
    assert alarm(state={"timestamp": 1795255324149}).identity == first.identity


def test_an_alarm_whose_state_has_no_time_is_known_by_the_events() -> None:
    assert alarm(state={"timestamp": None}).identity == f"{ALARM} ALARM 2026-11-21T10:02:04Z"
    assert alarm(state={"timestamp": None}, resources=None).identity == "churn-tenure ALARM 2026-11-21T10:02:04Z"


def test_a_suppressed_alarm_that_is_let_go_is_another_event() -> None:
    held, free = alarm("drift_alarm_composite_suppressed"), alarm("drift_alarm_composite")
    assert held.detail.state.is_suppressed
    assert not free.detail.state.is_suppressed
    assert held.identity == f"{free.identity} suppressed by Alarm"


def test_an_alarm_that_waits_for_its_suppressor_is_not_suppressed_yet() -> None:
    assert not alarm(state={"actionsSuppressedBy": "WaitPeriod"}).detail.state.is_suppressed
    assert alarm(state={"actionsSuppressedBy": "ExtensionPeriod"}).detail.state.is_suppressed


@pytest.mark.parametrize(
    ("name", "metrics"),
    [
        ("drift_alarm", ["feature_baseline_drift_tenure"]),
        ("drift_alarm_metric_math", ["feature_baseline_drift_tenure", "feature_baseline_drift_charges"]),
        ("drift_alarm_composite", []),
    ],
)
def test_the_metrics_behind_an_alarm(name: str, metrics: list[str]) -> None:
    assert [metric.name for metric in alarm(name).metrics] == metrics


def test_a_composite_alarm_has_its_rule() -> None:
    rule = alarm("drift_alarm_composite").detail.configuration.alarm_rule
    assert rule == 'ALARM("churn-tenure") AND ALARM("churn-charges")'


@pytest.mark.parametrize("state", [{"value": "BROKEN"}, {"value": None}, {"timestamp": "yesterday"}])
def test_an_alarm_without_a_state_is_refused(state: dict[str, Any]) -> None:
    with pytest.raises(InvalidEvent, match=r"not a AlarmStateChange event: detail\.state\."):
        alarm(state=state)


def test_a_monitors_job_ends_once_however_many_events_say_so_1() -> None:
    completed, failed = (sample_event(f"monitor_run_{end}") for end in ("completed", "failed"))
    identities = {
        ProcessingJobStateChange.parse(event).identity for event in (completed, failed, completed | {"id": "e2"})
    }
    assert identities | {parse_drift_event(sample_event("monitor_run_observed")).identity} == {JOB}
    assert ProcessingJobStateChange.parse(completed).detail.status == "Completed"


def test_a_job_without_an_arn_is_refused() -> None:
    event = sample_event("monitor_run_completed")
    with pytest.raises(InvalidEvent, match=r"detail\.ProcessingJobArn: Field required"):
        ProcessingJobStateChange.parse(event | {"detail": {"ProcessingJobStatus": "Completed"}})


def test_a_report_is_known_by_its_senders_name_for_it_or_by_its_own_1() -> None:
    first, replayed = (DriftReport.parse(sample_event(f"drift_report{end}")) for end in ("", "_replayed"))
    assert first.id != replayed.id
    assert first.identity == replayed.identity
    assert first.identity.startswith("nightly-2026-11-21-")
    assert DriftReport.parse(drift_report("e1")).identity == "e1"
    fraud = [DriftReport.parse(drift_report("e1", id=id_, model=model)) for model, id_ in (("a-b", "c"), ("a", "b-c"))]
    assert len({event.identity for event in fraud}) == 2, "neither model's report is the other's"


def test_a_request_is_known_by_its_senders_name_for_it_or_by_its_own_1() -> None:
    assert RunRequested.parse(sample_event("run_requested")).identity.startswith("ticket-42-")
    assert RunRequested.parse(run_requested("e1")).identity == "e1"


@pytest.mark.parametrize("name", ["", "a b", "a/b", "-a", "x" * 65])
def test_a_name_becomes_part_of_other_names(name: str) -> None:
    with pytest.raises(InvalidEvent, match=r"detail\.id: String should"):
        DriftReport.parse(drift_report(id=name))
    with pytest.raises(InvalidEvent, match=r"detail\.id: String should"):
        RunRequested.parse(run_requested(id=name))
