"""`Monitors` on the fake and on SageMaker's wire as botocore knows it: whose job ran, and what it said."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from control_plane.adapters.sagemaker_monitor import SageMakerMonitors
from control_plane.monitors import MonitorRun, Monitors
from control_plane.policies import DriftKind
from tests.fakes import FakeMonitors
from tests.samples import JOB_ARN, MORNING, REPORTS, after, monitor_run

NAME = JOB_ARN.rpartition("/")[2]
REGISTRY = "156813124566.dkr.ecr.us-east-1.amazonaws.com"
type Wired = tuple[SageMakerMonitors, Stubber]


def described(**changes: Any) -> dict[str, Any]:
    """As SageMaker describes the job of a monitor; None takes a member away."""
    job: dict[str, Any] = {
        "ProcessingJobName": NAME,
        "ProcessingJobArn": JOB_ARN,
        "ProcessingJobStatus": "Completed",
        "ExitMessage": "CompletedWithViolations: Job completed successfully with 2 violations.",
        "MonitoringScheduleArn": "arn:aws:sagemaker:us-east-1:111122223333:monitoring-schedule/churn-data-quality",
        "Environment": {
            "dataset_source": "/opt/ml/processing/input_data",
            "output_path": "/opt/ml/processing/output",
            "sagemaker_endpoint_name": "Churn-Prod",
            "sagemaker_monitoring_schedule_name": "churn-data-quality",
        },
        "ProcessingOutputConfig": {
            "Outputs": [
                {
                    "OutputName": "result",
                    "S3Output": {
                        "S3Uri": REPORTS,
                        "LocalPath": "/opt/ml/processing/output",
                        "S3UploadMode": "Continuous",
                    },
                }
            ]
        },
        "AppSpecification": {"ImageUri": f"{REGISTRY}/sagemaker-model-monitor-analyzer"},
        "ProcessingResources": {
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 20}
        },
        "CreationTime": datetime(2026, 11, 21, 10, 5, tzinfo=UTC),
        "ProcessingEndTime": datetime(2026, 11, 21, 10, 20, tzinfo=UTC),
    }
    return {name: value for name, value in (job | changes).items() if value is not None}


@pytest.fixture
def wired() -> Iterator[Wired]:
    client = boto3.client("sagemaker", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    with Stubber(client) as stubber:
        yield SageMakerMonitors(client), stubber
        stubber.assert_no_pending_responses()


def by_arn(runs: Sequence[MonitorRun]) -> dict[str, MonitorRun]:
    return {run.job_arn: run for run in runs}


class Monitored(NamedTuple):
    """The port, and how it comes to know a run, that there is none, or which ones a list has."""

    monitors: Monitors
    add: Callable[[MonitorRun], object]
    unknown: Callable[[str], object]
    list: Callable[[Sequence[MonitorRun], str, str], None]


@pytest.fixture(params=["fake", "sagemaker"])
def monitored(request: pytest.FixtureRequest) -> Monitored:
    if request.param == "fake":
        fake = FakeMonitors()
        return Monitored(fake, fake.add, lambda _: None, lambda runs, _member, _name: fake.runs.update(by_arn(runs)))
    monitors, stubber = request.getfixturevalue("wired")
    return Monitored(
        monitors,
        lambda run: stubber.add_response(
            "describe_processing_job",
            described(
                ProcessingJobStatus=run.status,
                ExitMessage=run.exit_message or None,
                FailureReason=run.failure,
                ProcessingEndTime=run.ended_at,
            ),
            {"ProcessingJobName": NAME},
        ),
        lambda call: stubber.add_client_error(call, "ResourceNotFound", http_status_code=400),
        lambda runs, member, name: lists(stubber, *map(execution, reversed(runs)), **{member: name}),
    )


@pytest.mark.parametrize(
    "run",
    [
        monitor_run(),
        monitor_run(exit_message="Completed: Job completed successfully with no violations."),
        monitor_run(exit_message=""),
        monitor_run(status="Failed", exit_message="", failure="AlgorithmError: no data"),
        monitor_run(status="InProgress", exit_message="", ended_at=None),
    ],
)
def test_a_run_is_described_as_it_is(monitored: Monitored, run: MonitorRun) -> None:
    monitored.add(run)
    assert monitored.monitors.describe(JOB_ARN) == run


def test_a_job_that_nobody_knows_is_no_monitors(monitored: Monitored) -> None:
    monitored.unknown("describe_processing_job")
    assert monitored.monitors.describe(JOB_ARN) is None


def describe(wired: Wired, job: Mapping[str, Any]) -> MonitorRun | None:
    monitors, stubber = wired
    stubber.add_response("describe_processing_job", dict(job))
    return monitors.describe(JOB_ARN)


@pytest.mark.parametrize(
    "job",
    [
        described(MonitoringScheduleArn=None, Environment=None),
        described(MonitoringScheduleArn=None, Environment={"dataset_source": "/opt/ml/processing/input_data"}),
        described(AppSpecification={"ImageUri": f"{REGISTRY}/sagemaker-model-monitor-groundtruth-merger"}),
    ],
    ids=["no schedule", "a baseline", "the merging of labels"],
)
def test_a_job_that_analyses_nothing_for_a_schedule_is_no_monitors(wired: Wired, job: dict[str, Any]) -> None:
    assert describe(wired, job) is None


@pytest.mark.parametrize(
    ("changes", "schedule", "endpoint"),
    [
        ({"Environment": None}, "churn-data-quality", None),
        ({"MonitoringScheduleArn": None}, "churn-data-quality", "Churn-Prod"),
        (
            {"Environment": {"sagemaker_monitoring_schedule_name": "Churn-Data-Quality"}},
            "Churn-Data-Quality",
            None,
        ),
    ],
    ids=["no environment", "no ARN", "a batch"],
)
def test_the_environment_and_the_arn_say_whose_run_it_is(
    wired: Wired, changes: dict[str, Any], schedule: str, endpoint: str | None
) -> None:
    run = describe(wired, described(**changes))
    assert run is not None
    assert (run.schedule, run.endpoint) == (schedule, endpoint)


@pytest.mark.parametrize(("told", "kind"), [({"analysis_type": "MODEL_QUALITY"}, DriftKind.MODEL_QUALITY), ({}, None)])
def test_the_kind_is_what_the_container_was_told(wired: Wired, told: dict[str, str], kind: DriftKind | None) -> None:
    job = described()
    run = describe(wired, job | {"Environment": job["Environment"] | told})
    assert run is not None
    assert run.kind is kind


def test_a_run_without_an_output_has_no_reports(wired: Wired) -> None:
    run = describe(wired, described(ProcessingOutputConfig=None))
    assert run is not None
    assert run.output_uri is None


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException", "ValidationException"])
def test_a_job_that_cannot_be_described_just_now_may_be_a_monitors(wired: Wired, code: str) -> None:
    monitors, stubber = wired
    stubber.add_client_error("describe_processing_job", code)
    with pytest.raises(ClientError, match=code):
        monitors.describe(JOB_ARN)


# -- runs that ended --

SINCE, UNTIL = after(hours=1), after(hours=2)


def execution(run: MonitorRun, **changes: Any) -> dict[str, Any]:
    """As SageMaker lists it; None takes a member away."""
    status = {"Completed": "CompletedWithViolations" if run.found_violations else "Completed"}
    listed: dict[str, Any] = {
        "MonitoringScheduleName": run.schedule,
        "ScheduledTime": MORNING,
        "CreationTime": MORNING,
        "LastModifiedTime": run.ended_at or MORNING,
        "MonitoringExecutionStatus": status.get(run.status, run.status),
        "ProcessingJobArn": run.job_arn,
        "EndpointName": run.endpoint,
        "MonitoringType": "DataQuality",
    }
    return {name: value for name, value in (listed | changes).items() if value is not None}


def lists(stubber: Stubber, *executions: dict[str, Any], **of: str) -> None:
    """SageMaker is asked once, for runs that may have ended since."""
    wanted = {"SortBy": "CreationTime", "SortOrder": "Descending", "MaxResults": 100}
    created = {"CreationTimeAfter": SINCE - timedelta(hours=25)}
    answer = {"MonitoringExecutionSummaries": list(executions)}
    stubber.add_response("list_monitoring_executions", answer, wanted | created | of)


def runs() -> list[MonitorRun]:
    """By when they ended; the newest still runs."""
    ends = [SINCE, after(hours=1, seconds=1), after(hours=1, minutes=30), UNTIL, after(hours=2, seconds=1)]
    ended = [monitor_run(job_arn=f"{JOB_ARN}{number}", ended_at=at) for number, at in enumerate(ends)]
    return [*ended, monitor_run(job_arn=f"{JOB_ARN}9", status="InProgress", exit_message="", ended_at=None)]


def test_runs_that_ended_are_listed_once_by_when_they_did(monitored: Monitored) -> None:
    monitors, ended = monitored.monitors, [f"{JOB_ARN}{number}" for number in (1, 2, 3)]
    monitored.list(runs(), "MonitoringScheduleName", "churn-data-quality")
    assert monitors.ended_of_schedule("churn-data-quality", SINCE, UNTIL) == ended
    monitored.list(runs(), "EndpointName", "Churn-Prod")
    assert monitors.ended_of_endpoint("Churn-Prod", SINCE, UNTIL) == ended


def test_runs_that_failed_are_listed_unless_they_had_no_job(wired: Wired) -> None:
    monitors, stubber = wired
    found = [
        execution(monitor_run(ended_at=UNTIL), MonitoringExecutionStatus=status, ProcessingJobArn=f"{JOB_ARN}{status}")
        for status in ("Completed", "Failed", "Stopped", "Pending", "Stopping")
    ]
    no_job = execution(monitor_run(ended_at=UNTIL), MonitoringExecutionStatus="Failed", ProcessingJobArn=None)
    lists(stubber, *found, no_job, MonitoringScheduleName="churn-data-quality")
    listed = monitors.ended_of_schedule("churn-data-quality", SINCE, UNTIL)
    assert listed == [f"{JOB_ARN}{status}" for status in ("Completed", "Failed", "Stopped")]


def test_a_schedule_or_an_endpoint_that_nobody_knows_has_no_runs(monitored: Monitored) -> None:
    for ended in (monitored.monitors.ended_of_schedule, monitored.monitors.ended_of_endpoint):
        monitored.unknown("list_monitoring_executions")
        assert ended("nobody", SINCE, UNTIL) == []


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException", "ValidationException"])
def test_runs_that_cannot_be_listed_just_now_may_be_there(wired: Wired, code: str) -> None:
    monitors, stubber = wired
    stubber.add_client_error("list_monitoring_executions", code)
    with pytest.raises(ClientError, match=code):
        monitors.ended_of_schedule("churn-data-quality", SINCE, UNTIL)
