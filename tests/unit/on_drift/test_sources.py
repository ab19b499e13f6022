"""Monitors' runs and alarms through the room: whom they are about, and what they lead to."""

import json
from datetime import timedelta
from typing import Any

import pytest

from control_plane.errors import InvalidEvent, MonitorStillRunning, UnreadableReport
from control_plane.events import parse_drift_event
from control_plane.outcomes import Outcome
from control_plane.records import Decision, Drift
from on_drift.handler import handle, handler
from tests.fakes import FakeControlPlane
from tests.sample_events import sample_event
from tests.samples import EVALUATION, JOB_ARN, REPORTS, TRAINING, after, evaluated_spec, monitor_run, ours
from tests.unit.world import champion_of, judged_plane, put, tick

SCHEDULED = {"schedules": {"churn-data-quality": "data_quality"}}
ALARMED = {"alarms": {"pointsman-drift-churn": "model_quality"}}
CLEAN = "Completed: Job completed successfully with no violations."
RUN = "a run of monitoring schedule churn-data-quality"


@pytest.fixture
def plane() -> FakeControlPlane:
    plane = judged_plane(evaluated_spec(changes={"monitor": SCHEDULED | ALARMED}))
    put(plane.objects, "churn/training/a.csv", "churn/evaluation/b.csv")
    return plane


def claiming(plane: FakeControlPlane, **changes: Any) -> None:
    plane.ledger.apply(evaluated_spec(changes=changes), plane.now())


def receive(plane: FakeControlPlane, name: str, **changes: Any) -> Decision:
    return handle(parse_drift_event(sample_event(name) | changes), plane)


def report(plane: FakeControlPlane, name: str = "constraint_violations.json", **document: Any) -> None:
    """What the monitor leaves."""
    bucket, _, folder = REPORTS.removeprefix("s3://").partition("/")
    plane.objects.write(bucket, f"{folder}/{name}", json.dumps(document).encode())


def drifted(*features: str) -> list[dict[str, str]]:
    return [{"feature_name": feature, "constraint_check_type": "baseline_drift_check"} for feature in features]


def test_violations_lead_to_an_evaluation_of_the_champion(plane: FakeControlPlane) -> None:
    plane.monitors.add(monitor_run())
    report(plane, violations=drifted("tenure"))
    report(plane, "constraints.json", features=[{"name": name} for name in ("tenure", "charges", "city", "plan")])
    decision = receive(plane, "monitor_run_completed")
    (execution,) = plane.pipelines.started
    assert (decision.outcome, decision.purpose, decision.run) == (Outcome.STARTED, EVALUATION, execution.arn)
    assert decision.because == f"data_quality drift in 25% of the features: {RUN}: tenure (baseline_drift_check)"
    assert execution.request.parameters["ModelPackageArn"] == champion_of(plane)


@pytest.mark.parametrize("listing", ["constraints.json", "statistics.json"])
@pytest.mark.parametrize("violations", ["constraint_violations.json", "constraints_violations.json"])
def test_much_drift_leads_to_a_training_however_the_reports_are_spelt(
    plane: FakeControlPlane, violations: str, listing: str
) -> None:
    plane.monitors.add(monitor_run())
    report(plane, violations, violations=drifted("tenure"))
    report(plane, listing, features=[{"name": "tenure"}, {"name": "charges"}])
    decision = receive(plane, "monitor_run_completed")
    assert (decision.outcome, decision.purpose) == (Outcome.STARTED, TRAINING)


def test_violations_that_are_only_told_of_lead_to_an_evaluation(plane: FakeControlPlane) -> None:
    plane.monitors.add(monitor_run())
    decision = receive(plane, "monitor_run_completed")
    assert (decision.outcome, decision.purpose) == (Outcome.STARTED, EVALUATION)
    assert decision.because.endswith("Job completed successfully with 2 violations.")


@pytest.mark.parametrize("left", [[], None])
def test_a_run_without_violations_is_on_record_and_that_is_all(plane: FakeControlPlane, left: list[Any] | None) -> None:
    plane.monitors.add(monitor_run(exit_message=CLEAN))
    if left is not None:
        report(plane, violations=left)
    decision = receive(plane, "monitor_run_completed")
    assert (decision.outcome, decision.model) == (Outcome.SKIPPED_NO_DRIFT, "churn")
    assert plane.pipelines.started == []


def test_data_errors_are_on_record_and_nothing_runs(plane: FakeControlPlane) -> None:
    plane.monitors.add(monitor_run())
    report(plane, violations=[{"feature_name": "tenure", "constraint_check_type": "data_type_check"}])
    decision = receive(plane, "monitor_run_completed")
    assert decision.outcome is Outcome.SKIPPED_DATA_ERRORS
    assert "tenure (data_type_check)" in decision.because


def test_a_run_that_failed_is_not_a_run_without_drift(plane: FakeControlPlane) -> None:
    plane.monitors.add(monitor_run(status="Failed", exit_message="", failure="AlgorithmError: empty data"))
    decision = receive(plane, "monitor_run_failed")
    assert (decision.outcome, decision.model) == (Outcome.SKIPPED_MONITOR_FAILED, "churn")
    assert decision.because == (
        f"{RUN} can't tell whether there is data_quality drift: it ended Failed: AlgorithmError: empty data"
    )


@pytest.mark.parametrize("body", [b"not JSON", b"{}"])
def test_a_report_that_is_none_is_an_error_and_not_the_absence_of_drift_2(plane: FakeControlPlane, body: bytes) -> None:
    plane.monitors.add(monitor_run(exit_message=CLEAN))
    bucket, _, folder = REPORTS.removeprefix("s3://").partition("/")
    plane.objects.write(bucket, f"{folder}/constraint_violations.json", body)
    with pytest.raises(UnreadableReport):
        receive(plane, "monitor_run_completed")


@pytest.mark.parametrize("status", ["InProgress", "Stopping"])
def test_a_run_that_has_not_ended_is_asked_about_again_2(plane: FakeControlPlane, status: str) -> None:
    run = monitor_run(status=status, exit_message="")
    plane.monitors.add(run)
    with pytest.raises(MonitorStillRunning, match=status):
        receive(plane, "monitor_run_completed")
    plane.monitors.add(monitor_run(exit_message=CLEAN))
    assert receive(plane, "monitor_run_completed").outcome is Outcome.SKIPPED_NO_DRIFT


def test_a_job_that_is_no_monitors_is_on_record(plane: FakeControlPlane) -> None:
    decision = receive(plane, "monitor_run_completed_clarify")
    assert (decision.outcome, decision.model) == (Outcome.SKIPPED_NOT_MONITOR, None)


def test_a_monitor_that_nobody_claims_is_not_read(plane: FakeControlPlane) -> None:
    """Its reports may lie where the control plane may not look."""
    plane.monitors.add(monitor_run(schedule="another", endpoint="another"))
    report(plane, violations="unreadable")
    decision = receive(plane, "monitor_run_completed")
    assert (decision.outcome, decision.model) == (Outcome.SKIPPED_NO_MODEL, None)
    assert decision.because == "no model claims schedule/another or endpoint/another"


def test_a_monitor_of_a_models_endpoint_is_the_models(plane: FakeControlPlane) -> None:
    claiming(plane, deployment={"endpoint": "Churn-Prod"})
    plane.monitors.add(monitor_run(schedule="another"))
    assert receive(plane, "monitor_run_completed").model == "churn"


@pytest.mark.parametrize(
    ("name", "claims", "purpose"),
    [
        ("drift_alarm", {"monitor": SCHEDULED}, EVALUATION),
        ("drift_alarm", {"deployment": {"endpoint": "Churn-Prod"}}, EVALUATION),
        ("drift_alarm", {"monitor": {"alarms": {"churn-tenure": "model_quality"}}}, TRAINING),
        ("drift_alarm_metric_math", {"monitor": SCHEDULED}, EVALUATION),
        ("drift_alarm_composite", {"monitor": ALARMED}, TRAINING),
    ],
)
def test_an_alarm_leads_to_what_its_kind_does(
    plane: FakeControlPlane, name: str, claims: dict[str, Any], purpose: str
) -> None:
    claiming(plane, **claims)
    decision = receive(plane, name)
    assert (decision.outcome, decision.purpose) == (Outcome.STARTED, purpose)


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("drift_alarm_recovered", Outcome.SKIPPED_NO_DRIFT),
        ("drift_alarm_insufficient_data", Outcome.SKIPPED_INSUFFICIENT_DATA),
        ("drift_alarm_composite_suppressed", Outcome.SKIPPED_SUPPRESSED),
    ],
)
def test_an_alarm_that_says_nothing_new_is_on_record(plane: FakeControlPlane, name: str, outcome: Outcome) -> None:
    decision = receive(plane, name)
    assert (decision.outcome, decision.model) == (outcome, "churn")
    assert plane.pipelines.started == []


def test_an_alarm_of_latency_or_errors_is_nobodys(plane: FakeControlPlane) -> None:
    claiming(plane, deployment={"endpoint": "Churn-Prod"})
    decision = receive(plane, "endpoint_errors_alarm")
    assert (decision.outcome, decision.because) == (Outcome.SKIPPED_NO_MODEL, "no model claims alarm/Churn-Prod-5xx")


@pytest.mark.parametrize("name", ["monitor_run_completed", "drift_alarm", "drift_report"])
def test_a_repetition_or_a_replay_finds_its_decision_1(plane: FakeControlPlane, name: str) -> None:
    plane.monitors.add(monitor_run())
    first = receive(plane, name)
    again = receive(plane, name, id="another", **{"replay-name": "after-the-outage"})
    assert (first.outcome, again) == (Outcome.STARTED, first)
    assert len(plane.pipelines.started) == 1


def test_each_change_of_an_alarm_has_a_decision_of_its_own(plane: FakeControlPlane) -> None:
    names = ("drift_alarm", "drift_alarm_recovered", "drift_alarm_insufficient_data")
    assert len({receive(plane, name).id for name in names}) == len(names)


def test_an_event_of_another_kind_is_refused_so_that_it_ends_as_a_dead_letter_2() -> None:
    with pytest.raises(InvalidEvent, match="not a drift event"):
        handler(sample_event("endpoint_in_service"), None)


def test_drift_is_remembered_until_the_alarm_recovers(plane: FakeControlPlane) -> None:
    receive(plane, "drift_alarm")
    (drift,) = drift_of_churn(plane)
    assert (drift.kind, drift.source) == ("data_quality", "alarm churn-tenure")
    receive(plane, "drift_alarm_recovered")
    assert drift_of_churn(plane) == []
    receive(plane, "drift_alarm", id="late")
    assert drift_of_churn(plane) == []


def drift_of_churn(plane: FakeControlPlane) -> list[Drift]:
    return list(plane.ledger.model("churn").drift.values())


def test_an_alarm_that_comes_after_its_recovery_is_answered_and_not_remembered(plane: FakeControlPlane) -> None:
    plane.wait(timedelta(hours=3))
    receive(plane, "drift_alarm_recovered")
    assert receive(plane, "drift_alarm").outcome is Outcome.STARTED
    assert drift_of_churn(plane) == []


def test_drift_of_two_kinds_goes_on_and_ends_by_itself(plane: FakeControlPlane) -> None:
    plane.wait(timedelta(hours=3))
    receive(plane, "drift_alarm")
    receive(plane, "drift_alarm_composite")
    assert [drift.kind for drift in drift_of_churn(plane)] == ["data_quality", "model_quality"]
    receive(plane, "drift_alarm_recovered")
    assert [drift.source for drift in drift_of_churn(plane)] == ["alarm pointsman-drift-churn"]


def test_a_reminder_of_drift_leaves_it_to_its_alarm_to_recover(plane: FakeControlPlane) -> None:
    receive(plane, "drift_alarm")
    (before,) = drift_of_churn(plane)
    plane.wait(timedelta(days=1))
    plane.ledger.looked_after(plane.ledger.model("churn"), {}, heard_until=plane.now(), again=plane.now())
    tick(plane)
    (reminder,) = [detail for kind, detail in plane.events.sent if kind == "Drift Report"]
    handle(parse_drift_event(ours("Drift Report", "e1", reminder)), plane)
    assert drift_of_churn(plane) == [before.model_copy(update={"answered_at": plane.now()})]
    receive(plane, "drift_alarm_recovered")
    assert drift_of_churn(plane) == []


def test_an_older_run_does_not_take_back_what_a_newer_one_found(plane: FakeControlPlane) -> None:
    plane.wait(timedelta(hours=3))
    plane.monitors.add(monitor_run())
    receive(plane, "monitor_run_completed")
    older = monitor_run(job_arn=f"{JOB_ARN}-older", exit_message=CLEAN, ended_at=after(hours=1))
    plane.monitors.add(older)
    event = ours("Monitor Run Observed", "e1", {"ProcessingJobArn": older.job_arn})
    assert handle(parse_drift_event(event), plane).outcome is Outcome.SKIPPED_NO_DRIFT
    assert [drift.source for drift in drift_of_churn(plane)] == [RUN]


def test_a_run_that_failed_leaves_drift_as_it_was(plane: FakeControlPlane) -> None:
    receive(plane, "drift_alarm")
    plane.monitors.add(monitor_run(status="Failed", exit_message="", failure="no data"))
    receive(plane, "monitor_run_failed")
    assert len(drift_of_churn(plane)) == 1
