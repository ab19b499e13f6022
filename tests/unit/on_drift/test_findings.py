"""What each source says, as one value."""

from datetime import UTC, datetime
from typing import Any

import pytest

from control_plane.events import AlarmStateChange, DriftReport
from control_plane.models import ModelSpec
from control_plane.policies import DriftKind
from control_plane.records import Drift
from control_plane.violations import MonitorReport, Violation
from on_drift.findings import DriftFinding, State, of_alarm, of_failed_run, of_report, of_run, standing
from tests.sample_events import sample_event
from tests.samples import MORNING, after, drift_of, drift_report, evaluated_spec, monitor_run

RUN = "a run of monitoring schedule churn-data-quality"
FOUND, NONE = "CompletedWithViolations: 2 violations.", "Completed: no violations."


def violation(check: str, **members: str) -> Violation:
    return Violation.model_validate({"constraint_check_type": check, **members})


def drift(feature: str) -> Violation:
    return violation("baseline_drift_check", feature_name=feature)


def error(feature: str) -> Violation:
    return violation("data_type_check", feature_name=feature)


def reported(*violations: Violation, features: int | None = 4, **changes: Any) -> DriftFinding:
    """What a run with this report found, under a policy with these changes."""
    spec = evaluated_spec(changes={f"policy.on_drift.{name}": value for name, value in changes.items()})
    return of_run(monitor_run(), MonitorReport(violations, features), spec)


def monitored(**monitor: Any) -> ModelSpec:
    return evaluated_spec(changes={"monitor": monitor})


def alarm(name: str = "drift_alarm") -> AlarmStateChange:
    return AlarmStateChange.parse(sample_event(name))


def test_a_report_says_it_itself() -> None:
    report = DriftReport.parse(drift_report(kind="bias", share=0.2, summary="age"))
    assert of_report(report) == DriftFinding(DriftKind.BIAS, State.DRIFTED, "pointsman", "age", 0.2, MORNING)
    assert of_report(DriftReport.parse(drift_report(drifted=False))).state is State.CLEAR


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("drift_alarm", State.DRIFTED),
        ("drift_alarm_metric_math", State.DRIFTED),
        ("drift_alarm_composite", State.DRIFTED),
        ("drift_alarm_composite_suppressed", State.SUPPRESSED),
        ("drift_alarm_recovered", State.CLEAR),
        ("drift_alarm_insufficient_data", State.TOO_LITTLE_DATA),
    ],
)
def test_an_alarm_says_it_by_its_state(name: str, state: State) -> None:
    event = alarm(name)
    finding = of_alarm(event, evaluated_spec())
    assert (finding.state, finding.share) == (state, None)
    assert finding.source == f"alarm {event.detail.name}"
    assert finding.summary == f"{finding.source}: {event.detail.state.reason}"


@pytest.mark.parametrize(
    ("name", "alarms", "kind"),
    [
        ("drift_alarm", {}, DriftKind.DATA_QUALITY),
        ("drift_alarm", {"churn-tenure": "bias"}, DriftKind.BIAS),
        ("drift_alarm_composite", {"pointsman-drift-churn": "model_quality"}, DriftKind.MODEL_QUALITY),
        ("drift_alarm_composite", {}, DriftKind.DATA_QUALITY),
    ],
)
def test_an_alarms_kind_is_the_specs_word_before_its_metrics(
    name: str, alarms: dict[str, str], kind: DriftKind
) -> None:
    assert of_alarm(alarm(name), monitored(alarms=alarms)).kind is kind


@pytest.mark.parametrize(
    ("exit_message", "violations", "state"),
    [
        (NONE, (), State.CLEAR),
        (NONE, None, State.CLEAR),
        ("", None, State.CLEAR),
        ("", (drift("a"),), State.DRIFTED),
        (NONE, (drift("a"),), State.DRIFTED),
        (FOUND, (drift("a"),), State.DRIFTED),
        (FOUND, None, State.DRIFTED),
        (FOUND, (error("a"),), State.DATA_ERRORS),
    ],
)
def test_a_runs_report_counts_before_its_exit_message(
    exit_message: str, violations: tuple[Violation, ...] | None, state: State
) -> None:
    finding = of_run(monitor_run(exit_message=exit_message), MonitorReport(violations, None), evaluated_spec())
    assert finding.state is state


@pytest.mark.parametrize("listed", [None, ()], ids=["no report", "another run's, in its place"])
def test_violations_without_a_list_of_them_are_drift_of_unknown_extent(listed: tuple[()] | None) -> None:
    finding = of_run(monitor_run(exit_message=FOUND), MonitorReport(listed, None), evaluated_spec())
    at = monitor_run().ended_at
    assert finding == DriftFinding(DriftKind.DATA_QUALITY, State.DRIFTED, RUN, f"{RUN}: {FOUND}", None, at)


def test_the_share_is_that_of_the_features_that_drifted() -> None:
    assert reported(drift("a")).share == 0.25
    assert reported(drift("a"), violation("categorical_values_check", feature_name="a"), drift("b")).share == 0.5
    assert reported(drift("a"), features=None).share is None
    assert reported(drift("a"), error("b")).share == 0.25


def test_what_is_broken_does_not_count_as_drifted() -> None:
    assert reported(drift("a"), error("a")).state is State.DATA_ERRORS
    both = reported(drift("a"), drift("b"), error("a"))
    assert (both.state, both.share) == (State.DRIFTED, 0.25)
    assert both.summary == f"{RUN}: b (baseline_drift_check), a (data_type_check)"


def test_errors_of_the_whole_data_leave_the_features_as_they_are() -> None:
    missing = violation("missing_column_check", feature_name="Missing columns")
    assert reported(drift("a"), missing).share == 0.25


def test_which_checks_are_errors_is_the_policys_word() -> None:
    assert reported(error("a"), data_error_checks=[]).state is State.DRIFTED
    assert reported(drift("a"), data_error_checks=["baseline_drift_check"]).state is State.DATA_ERRORS


def test_a_summary_names_the_first_few() -> None:
    assert reported(*map(drift, "abcdefg")).summary.endswith("e (baseline_drift_check) and 2 more")
    assert reported(drift("a"), drift("a")).summary == f"{RUN}: a (baseline_drift_check)"


@pytest.mark.parametrize(
    ("told", "check", "schedules", "kind"),
    [
        (None, "baseline_drift_check", {}, DriftKind.DATA_QUALITY),
        (None, "bias_drift_check", {}, DriftKind.BIAS),
        (None, "feature_attribution_drift_check", {}, DriftKind.FEATURE_ATTRIBUTION),
        (None, "LessThanThreshold", {}, DriftKind.MODEL_QUALITY),
        (DriftKind.MODEL_QUALITY, "a_check_of_ours", {}, DriftKind.MODEL_QUALITY),
        (DriftKind.MODEL_QUALITY, "LessThanThreshold", {"churn-data-quality": "bias"}, DriftKind.BIAS),
    ],
)
def test_a_runs_kind_is_the_specs_word_before_sagemakers_before_its_checks(
    told: DriftKind | None, check: str, schedules: dict[str, str], kind: DriftKind
) -> None:
    report = MonitorReport((violation(check),), None)
    assert of_run(monitor_run(kind=told), report, monitored(schedules=schedules)).kind is kind


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"status": "Failed", "failure": "AlgorithmError: no data"}, "it ended Failed: AlgorithmError: no data"),
        ({"status": "Stopped", "exit_message": "interrupted"}, "it ended Stopped: interrupted"),
        ({"status": "Stopped", "exit_message": ""}, "it ended Stopped: no reason given"),
    ],
)
def test_a_run_that_broke_found_nothing_which_is_not_the_absence_of_drift(changes: dict[str, Any], why: str) -> None:
    finding = of_failed_run(monitor_run(**changes), evaluated_spec())
    assert finding == DriftFinding(DriftKind.DATA_QUALITY, State.FAILED, RUN, why)


LATER = after(hours=1)


def said(summary: str = "alarm a: high", **changes: Any) -> DriftFinding:
    return DriftFinding(DriftKind.BIAS, State.DRIFTED, "alarm a", summary, **changes)


@pytest.mark.parametrize(("before", "since"), [(None, LATER), (drift_of(source="alarm b"), MORNING)])
def test_drift_that_goes_on_is_remembered_since_it_began(before: Drift | None, since: datetime) -> None:
    drift = standing(said(share=0.2, at=after(minutes=9)), before, LATER)
    found: dict[str, Any] = {"share": 0.2, "summary": "alarm a: high", "found_at": after(minutes=9)}
    assert drift == drift_of(**found, since=since, answered_at=LATER)


@pytest.mark.parametrize("at", [None, after(hours=2)])
def test_nobody_found_drift_later_than_now(at: datetime | None) -> None:
    drift = standing(said(at=at), None, LATER)
    assert drift is not None
    assert drift.found_at == LATER


def test_a_reminder_leaves_who_found_it_and_when_and_in_what_words() -> None:
    reminder = said("it goes on since today: age moved", share=0.9, again=True)
    assert standing(reminder, drift_of(source="alarm b"), LATER) == drift_of(source="alarm b", answered_at=LATER)
    assert standing(reminder, None, LATER) is None


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({}, datetime(2026, 11, 21, 10, 2, 4, 149000, UTC)),
        ({"timestamp": None}, datetime(2026, 11, 21, 10, 2, 4, tzinfo=UTC)),
    ],
)
def test_an_alarm_says_since_when_it_has_its_state(changes: dict[str, Any], at: datetime) -> None:
    event = sample_event("drift_alarm")
    event["detail"]["state"] |= changes
    assert of_alarm(AlarmStateChange.parse(event), evaluated_spec()).at == at


@pytest.mark.parametrize(("time", "at"), [("2026-11-21T09:00:00Z", MORNING), ("just now", None), (None, None)])
def test_a_report_is_of_the_time_of_its_event(time: str | None, at: datetime | None) -> None:
    assert of_report(DriftReport.parse(drift_report() | {"time": time})).at == at


def test_a_runs_finding_is_of_its_end() -> None:
    assert reported(drift("a")).at == monitor_run().ended_at
    assert of_run(monitor_run(exit_message=FOUND), MonitorReport(None, None), evaluated_spec()).at is not None
