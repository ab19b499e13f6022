"""Runs of monitoring schedules: the processing jobs they are, what those are told, how they end, and their history."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from control_plane.adapters.sagemaker_monitor import SageMakerMonitors
from tests.contract.conftest import client_of
from tests.contract.sagemaker.monitored import HOURLY, LAST_HOUR, Monitored
from tests.contract.sagemaker.serving import ROLE, Served
from tests.contract.sagemaker.test_wire import refused
from tests.local.instances import Instance, eventually, unique

SAYS = "import pathlib; pathlib.Path('/opt/ml/output/message').write_text({message!r})"
VIOLATIONS = "CompletedWithViolations: Job completed successfully with 2 violations."
REPORTS = """
    import json, os, pathlib
    files = [path for path in pathlib.Path(os.environ["dataset_source"]).rglob("*") if path.is_file()]
    pathlib.Path(os.environ["output_path"], "seen.json").write_text(json.dumps([path.read_text() for path in files]))
"""


@pytest.fixture
def monitored(served: Served, s3: Any, bucket: str) -> Monitored:
    return Monitored(served, s3, bucket, ROLE)


def test_a_run_is_a_processing_job_that_knows_what_it_is_for(monitored: Monitored, served: Served) -> None:
    monitored.capture("age\n41\n")
    monitored.put("baseline/constraints.json", "{}")
    uri = f"{monitored.root}/baseline/constraints.json"
    run = monitored.run(REPORTS, BaselineConfig={"ConstraintsResource": {"S3Uri": uri}}, Environment={"mine": "1"})
    schedule = run["MonitoringScheduleName"]
    assert (run["MonitoringExecutionStatus"], run["MonitoringType"]) == ("Completed", "DataQuality")
    job = monitored.job(run)
    at = f"{run['ScheduledTime']:%Y%m%d%H%M}"
    assert job["ProcessingJobName"].startswith(f"model-monitoring-{at}-")
    assert job["MonitoringScheduleArn"].endswith(f":monitoring-schedule/{schedule.lower()}")
    assert (
        job["Environment"].items()
        >= {
            "dataset_format": '{"csv": {"header": true}}',
            "dataset_source": "/opt/ml/processing/input_data",
            "output_path": "/opt/ml/processing/output",
            "publish_cloudwatch_metrics": "Enabled",
            "sagemaker_monitoring_schedule_name": schedule,
            "baseline_constraints": "/opt/ml/processing/baseline/constraints/constraints.json",
            "mine": "1",
        }.items()
    )
    start, end = (datetime.fromisoformat(job["Environment"][name]) for name in ("start_time", "end_time"))
    assert end - start == timedelta(hours=1)
    (output,) = job["ProcessingOutputConfig"]["Outputs"]
    assert output["S3Output"]["S3Uri"] == f"{monitored.root}/reports/{schedule}/{run['ScheduledTime']:%Y/%m/%d/%H}"
    assert monitored.document(f"{output['S3Output']['S3Uri']}/seen.json") == ["age\n41\n"]
    eventually(lambda: _told(served, job["ProcessingJobName"], "Completed"))


def _told(served: Served, job: str, status: str) -> list[dict[str, Any]]:
    told = served.details("Processing Job State Change")
    return [each for each in told if (each["ProcessingJobName"], each["ProcessingJobStatus"]) == (job, status)]


def test_a_run_that_found_violations_says_so_when_it_leaves(monitored: Monitored, served: Served) -> None:
    monitored.capture("age\n41\n")
    run = monitored.run(SAYS.format(message=VIOLATIONS))
    assert run["MonitoringExecutionStatus"] == "CompletedWithViolations"
    job = monitored.job(run)
    assert (job["ProcessingJobStatus"], job["ExitMessage"]) == ("Completed", VIOLATIONS)
    schedule = monitored.settled(run["MonitoringScheduleName"])
    assert schedule["LastMonitoringExecutionSummary"] == run
    recognised = SageMakerMonitors(served.boto3).describe(run["ProcessingJobArn"])
    assert recognised is not None
    assert (recognised.schedule, recognised.found_violations) == (run["MonitoringScheduleName"], True)


def test_a_window_without_data_is_no_job(monitored: Monitored, served: Served) -> None:
    run = monitored.run()
    assert (run["MonitoringExecutionStatus"], run["FailureReason"]) == ("Failed", "Job inputs had no data")
    assert "ProcessingJobArn" not in run
    assert served.details("Processing Job State Change") == []


def test_a_container_that_fails_fails_its_run(monitored: Monitored) -> None:
    monitored.capture("age\n41\n")
    run = monitored.run("raise SystemExit('this dataset is no dataset')")
    assert run["MonitoringExecutionStatus"] == "Failed"
    assert run["FailureReason"] == monitored.job(run)["FailureReason"]
    assert "this dataset is no dataset" in run["FailureReason"]


def test_a_run_whose_job_is_stopped_is_stopped(monitored: Monitored) -> None:
    monitored.capture("age\n41\n")
    schedule = monitored.scheduled(monitored.config(LAST_HOUR, MonitoringJobDefinition=sleeping(monitored)))
    (run,) = eventually(lambda: [run for run in monitored.executions(schedule) if "ProcessingJobArn" in run])
    assert run["MonitoringExecutionStatus"] == "InProgress"
    monitored.sagemaker.stop_processing_job(ProcessingJobName=run["ProcessingJobArn"].rpartition("/")[2])
    assert monitored.ended(schedule)["MonitoringExecutionStatus"] == "Stopped"


def sleeping(monitored: Monitored) -> dict[str, Any]:
    return monitored.inline(MonitoringAppSpecification=monitored.container("import time; time.sleep(600)"))


METRICS = """
    import json, os, pathlib
    schedule = os.environ["sagemaker_monitoring_schedule_name"]
    metric = {"MetricName": "feature_baseline_drift_age", "Timestamp": os.environ["metric_time"], "Value": 0.5,
              "Dimensions": [{"Name": "MonitoringSchedule", "Value": schedule}]}
    out = pathlib.Path("/opt/ml/output/metrics/cloudwatch")
    out.mkdir(parents=True)
    (out / "cloudwatch_metrics.jsonl").write_text("no metric\\n" + json.dumps(metric) + "\\n")
"""


def test_the_metrics_of_a_run_go_to_cloudwatch(monitored: Monitored, aws: Instance) -> None:
    monitored.capture("age\n41\n")
    run = monitored.run(METRICS)
    quiet = monitored.run(METRICS, Environment={"publish_cloudwatch_metrics": "Disabled"})
    (metric,) = metrics(aws, run)
    assert metric["MetricName"] == "feature_baseline_drift_age"
    assert metrics(aws, quiet) == []


def metrics(aws: Instance, run: dict[str, Any]) -> list[dict[str, Any]]:
    dimension = {"Name": "MonitoringSchedule", "Value": run["MonitoringScheduleName"]}
    listed = client_of(aws, "cloudwatch").list_metrics(
        Namespace="aws/sagemaker/ModelMonitoring/data-metrics", Dimensions=[dimension]
    )
    found: list[dict[str, Any]] = listed["Metrics"]
    return found


def test_the_history_is_listed_by_what_it_is_and_outlives_its_schedule(monitored: Monitored) -> None:
    runs = [monitored.run() for _ in range(3)]
    names = [run["MonitoringScheduleName"] for run in runs]
    monitored.sagemaker.delete_monitoring_schedule(MonitoringScheduleName=names[0])
    listing = monitored.sagemaker.list_monitoring_executions

    def listed(**by: Any) -> list[str]:
        return [run["MonitoringScheduleName"] for run in listing(**by)["MonitoringExecutionSummaries"]]

    assert listed() == names[::-1]
    assert listed(SortBy="ScheduledTime", SortOrder="Ascending") == names
    assert listed(MonitoringScheduleName=names[0]) == names[:1]
    assert listed(StatusEquals="Failed", MonitoringTypeEquals="DataQuality") == names[::-1]
    assert listed(StatusEquals="Completed") == listed(MonitoringTypeEquals="ModelQuality") == []
    assert listed(EndpointName="nobody") == listed(MonitoringJobDefinitionName="nobody") == []
    for time in ("ScheduledTime", "CreationTime", "LastModifiedTime"):
        assert listed(**{f"{time}After": runs[1][time], f"{time}Before": runs[1][time]}) == names[1:2]
    first = listing(MaxResults=2)
    rest = listing(MaxResults=2, NextToken=first["NextToken"])
    pages = [*first["MonitoringExecutionSummaries"], *rest["MonitoringExecutionSummaries"]]
    assert [run["MonitoringScheduleName"] for run in pages] == names[::-1]


def test_questions_about_the_history_are_checked(sagemaker: Any) -> None:
    for listing in (sagemaker.list_monitoring_executions, sagemaker.list_monitoring_schedules):
        assert refused(listing, SortBy="Size")[0] == "ValidationException"
        assert refused(listing, NextToken="nonsense")[0] == "ValidationException"
        assert refused(listing, StatusEquals="Done")[0] == "ValidationException"


def test_what_the_control_plane_asks_of_a_schedule_without_runs_is_answered(sagemaker: Any) -> None:
    monitors, until = SageMakerMonitors(sagemaker), datetime.now(UTC)
    assert monitors.ended_of_schedule(unique("nobody"), until - timedelta(hours=1), until) == []
    assert monitors.ended_of_endpoint(unique("Nobody"), until - timedelta(hours=1), until) == []


@pytest.fixture
def hasty(aws: Instance, tmp_path: Path, s3: Any, bucket: str) -> Iterator[Monitored]:
    """Where an hour passes in a second."""
    with Served.started(tmp_path / "hasty", aws.endpoint_url, time_scale=3600) as served:
        yield Monitored(served, s3, bucket, ROLE)


def test_a_schedule_runs_every_hour_of_its_clock(hasty: Monitored) -> None:
    name = hasty.scheduled(hasty.config({"ScheduleExpression": HOURLY}))
    runs = eventually(lambda: found if len(found := hasty.executions(name)) > 2 else [])
    times = {run["ScheduledTime"] for run in runs}
    assert len(times) == len(runs)
    assert all(time.microsecond == 0 for time in times)
    hasty.sagemaker.stop_monitoring_schedule(MonitoringScheduleName=name)
    stopped = hasty.executions(name)
    started = hasty.scheduled(hasty.config({"ScheduleExpression": HOURLY}))
    eventually(lambda: hasty.executions(started))
    assert hasty.executions(name)[0]["ScheduledTime"] == stopped[0]["ScheduledTime"]


WAITS = """
    import os, pathlib, time
    signs = pathlib.Path(os.environ["SIGNS"])
    (signs / f"attempt-{os.getpid()}").touch()
    while not (signs / "go").exists():
        time.sleep(0.02)
    pathlib.Path("/opt/ml/output/message").write_text("Completed: Job completed successfully with no violations.")
"""


def test_a_run_goes_on_after_a_restart(aws: Instance, tmp_path: Path, s3: Any, bucket: str) -> None:
    signs = tmp_path / "signs"
    signs.mkdir()
    with Served.started(tmp_path / "life", aws.endpoint_url) as served:
        monitored = Monitored(served, s3, bucket, ROLE)
        monitored.capture("age\n41\n")
        application = monitored.container(WAITS)
        job = monitored.inline(MonitoringAppSpecification=application, Environment={"SIGNS": str(signs)})
        schedule = monitored.scheduled(monitored.config(LAST_HOUR, MonitoringJobDefinition=job))
        eventually(lambda: list(signs.glob("attempt-*")))
    (signs / "go").touch()
    with Served.started(tmp_path / "life", aws.endpoint_url) as served:
        run = Monitored(served, s3, bucket, ROLE)
        assert run.ended(schedule)["MonitoringExecutionStatus"] == "Completed"
        assert len(run.executions(schedule)) == 1
    assert len(list(signs.glob("attempt-*"))) == 2


def test_a_definition_of_the_analyzer_names_its_jobs_by_the_hour(monitored: Monitored) -> None:
    """The emulated image, from one baseline to drift away from it."""
    rows = [f"{number % 7},{number}" for number in range(60)]
    monitored.capture("\n".join(["amount,row", *rows]))
    first = monitored.ended(monitored.scheduled(monitored.config(LAST_HOUR)))
    assert first["MonitoringExecutionStatus"] == "Completed", first
    reports = monitored.job(first)["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"]
    baseline = {"BaselineConfig": {"BaseliningJobName": first["ProcessingJobArn"].rpartition("/")[2]}}
    constraints = monitored.document(f"{reports}/constraints.json")
    assert {feature["name"] for feature in constraints["features"]} == {"amount", "row"}
    monitored.capture("\n".join(["amount,row", *(f"{number % 7 + 40},{number}" for number in range(60))]))
    second = monitored.ended(
        monitored.scheduled(monitored.config(LAST_HOUR, MonitoringJobDefinition=monitored.inline(**baseline)))
    )
    assert second["MonitoringExecutionStatus"] == "CompletedWithViolations", second
    reports = monitored.job(second)["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"]
    violated = monitored.document(f"{reports}/constraint_violations.json")["violations"]
    assert [violation["feature_name"] for violation in violated] == ["amount"]
    assert json.loads(monitored.job(second)["Environment"]["dataset_format"]) == {"csv": {"header": True}}
