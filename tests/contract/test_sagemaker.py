"""`Pipelines` on SageMaker's wire as botocore knows it: the Stubber checks each request against the service model."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from control_plane.adapters.sagemaker import SageMakerPipelines
from control_plane.calls import display_name, token
from control_plane.costs import JobUse
from control_plane.errors import CallRefused, CapacityExceeded, ControlPlaneError
from control_plane.ports import GONE
from tests.samples import execution_arn, start_request

ARN = execution_arn()
ENDED = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
WINDOW_ID = "churn-training-20261121T090000000000Z"
type Wired = tuple[SageMakerPipelines, Stubber]


@pytest.fixture
def wired() -> Iterator[Wired]:
    client = boto3.client("sagemaker", region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test")
    with Stubber(client) as stubber:
        yield SageMakerPipelines(client), stubber
        stubber.assert_no_pending_responses()


def start(pipelines: SageMakerPipelines) -> str:
    return pipelines.start(
        start_request(), token=token(WINDOW_ID), display_name=display_name(WINDOW_ID), description="20 objects"
    )


def test_a_start_says_all_that_the_request_says(wired: Wired) -> None:
    pipelines, stubber = wired
    expected = {
        "PipelineName": "pointsman-training",
        "PipelineExecutionDisplayName": WINDOW_ID,
        "PipelineExecutionDescription": "20 objects",
        "PipelineParameters": [{"Name": "DataFingerprint", "Value": "f1"}],
        "ClientRequestToken": token(WINDOW_ID),
    }
    stubber.add_response("start_pipeline_execution", {"PipelineExecutionArn": ARN}, expected)
    assert start(pipelines) == ARN


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("ResourceLimitExceeded", CapacityExceeded),
        ("ResourceNotFound", CallRefused),
        ("ValidationException", CallRefused),
    ],
)
def test_errors_that_we_understand_get_our_words(wired: Wired, code: str, meaning: type[ControlPlaneError]) -> None:
    pipelines, stubber = wired
    stubber.add_client_error("start_pipeline_execution", code, "the reason")
    with pytest.raises(meaning, match="the reason"):
        start(pipelines)


@pytest.mark.parametrize(
    "code", ["ThrottlingException", "AccessDeniedException", "ConflictException", "InternalFailure"]
)
def test_other_errors_are_left_as_they_are(wired: Wired, code: str) -> None:
    pipelines, stubber = wired
    stubber.add_client_error("start_pipeline_execution", code)
    with pytest.raises(ClientError) as refusal:
        start(pipelines)
    assert refusal.value.response["Error"]["Code"] == code


@pytest.mark.parametrize(
    ("status", "has_ended"),
    [("Executing", False), ("Stopping", False), ("Stopped", True), ("Succeeded", True)],
)
def test_an_execution_is_described_by_one_request(wired: Wired, status: str, *, has_ended: bool) -> None:
    pipelines, stubber = wired
    answer = {"PipelineExecutionStatus": status, "LastModifiedTime": ENDED}
    stubber.add_response("describe_pipeline_execution", answer, {"PipelineExecutionArn": ARN})
    found = pipelines.describe(ARN)
    assert (found.arn, found.status, found.has_ended, found.failure) == (ARN, status, has_ended, None)
    assert found.ended_at == ENDED


def test_a_failure_names_the_steps_that_failed_and_why(wired: Wired) -> None:
    pipelines, stubber = wired
    described = {"PipelineExecutionStatus": "Failed", "LastModifiedTime": ENDED, "FailureReason": "Step failure"}
    stubber.add_response("describe_pipeline_execution", described)
    steps = [
        {"StepName": "Prepare", "StepStatus": "Succeeded"},
        {"StepName": "Train", "StepStatus": "Failed", "FailureReason": "train.csv line 3: no target"},
    ]
    stubber.add_response("list_pipeline_execution_steps", {"PipelineExecutionSteps": steps})
    assert pipelines.describe(ARN).failure == "Train: train.csv line 3: no target"


def test_a_failure_of_no_step_has_the_executions_own_reason(wired: Wired) -> None:
    pipelines, stubber = wired
    described = {"PipelineExecutionStatus": "Failed", "LastModifiedTime": ENDED, "FailureReason": "no role"}
    stubber.add_response("describe_pipeline_execution", described)
    stubber.add_response("list_pipeline_execution_steps", {"PipelineExecutionSteps": []})
    assert pipelines.describe(ARN).failure == "no role"


def test_every_step_of_a_long_pipeline_is_seen(wired: Wired) -> None:
    """A page holds at most 100 of them, and fewer unless it is asked for more."""
    pipelines, stubber = wired
    stubber.add_response(
        "describe_pipeline_execution", {"PipelineExecutionStatus": "Failed", "LastModifiedTime": ENDED}
    )
    request = {"PipelineExecutionArn": ARN, "SortOrder": "Ascending", "MaxResults": 100}
    first = {"PipelineExecutionSteps": [{"StepName": "A", "StepStatus": "Succeeded"}], "NextToken": "more"}
    stubber.add_response("list_pipeline_execution_steps", first, request)
    last = {"PipelineExecutionSteps": [{"StepName": "Z", "StepStatus": "Failed", "FailureReason": "late"}]}
    stubber.add_response("list_pipeline_execution_steps", last, request | {"NextToken": "more"})
    assert pipelines.describe(ARN).failure == "Z: late"


def test_an_execution_that_was_deleted_has_ended(wired: Wired) -> None:
    pipelines, stubber = wired
    stubber.add_client_error("describe_pipeline_execution", "ResourceNotFound", "PipelineExecution does not exist")
    found = pipelines.describe(ARN)
    assert (found.arn, found.status, found.has_ended) == (ARN, GONE, True)
    assert found.failure is not None


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException", "ValidationException"])
def test_an_execution_that_cannot_be_described_just_now_has_not_ended(wired: Wired, code: str) -> None:
    pipelines, stubber = wired
    stubber.add_client_error("describe_pipeline_execution", code)
    with pytest.raises(ClientError, match=code):
        pipelines.describe(ARN)


@pytest.mark.parametrize("decision_id", [WINDOW_ID, f"{'m' * 63}-training-20261121T090000000000Z", "x" * 70 + "-" * 12])
def test_names_made_from_decisions_are_names_to_sagemaker(wired: Wired, decision_id: str) -> None:
    pipelines, stubber = wired
    stubber.add_response("start_pipeline_execution", {"PipelineExecutionArn": ARN})
    name = display_name(decision_id)
    assert 1 <= len(name) <= 82
    pipelines.start(start_request(), token=token(decision_id), display_name=name, description="")


def arn(kind: str) -> str:
    return f"arn:aws:sagemaker:eu-west-1:111122223333:{kind}/its-name"


STARTED = ENDED - timedelta(minutes=30)
# What SageMaker always tells of a job.
TRAINING = {
    "TrainingJobName": "its-name",
    "TrainingJobArn": arn("training-job"),
    "ModelArtifacts": {"S3ModelArtifacts": "s3://bucket/model.tar.gz"},
    "TrainingJobStatus": "Completed",
    "SecondaryStatus": "Completed",
    "StoppingCondition": {},
    "CreationTime": STARTED,
}
PROCESSING = {
    "ProcessingJobName": "its-name",
    "AppSpecification": {"ImageUri": "image"},
    "ProcessingJobArn": arn("processing-job"),
    "ProcessingJobStatus": "Completed",
    "CreationTime": STARTED,
}
TRANSFORM = {
    "TransformJobName": "its-name",
    "TransformJobArn": arn("transform-job"),
    "TransformJobStatus": "Completed",
    "ModelName": "model",
    "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/data"}}},
    "CreationTime": STARTED,
}
CLUSTER = {"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 30}


def ran(stubber: Stubber, metadata: dict[str, Any], **more: Any) -> None:
    """An execution whose one step says this."""
    step = {"StepName": "Step", "StepStatus": "Succeeded", "Metadata": metadata, **more}
    stubber.add_response("list_pipeline_execution_steps", {"PipelineExecutionSteps": [step]})


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            {"TrainingStartTime": STARTED, "BillableTimeInSeconds": 90, "ResourceConfig": CLUSTER},
            [JobUse("Step", "ml.m5.large", 2, 90, "it has no billable time")],
        ),
        ({"ResourceConfig": CLUSTER}, [JobUse("Step", "ml.m5.large", 2, 0, "it has no billable time")]),
        (
            {"TrainingStartTime": STARTED, "ResourceConfig": CLUSTER},
            [JobUse("Step", "ml.m5.large", 2, None, "it has no billable time")],
        ),
        (
            {
                "BillableTimeInSeconds": 60,
                "ResourceConfig": {
                    "VolumeSizeInGB": 30,
                    "InstanceGroups": [
                        {"InstanceType": "ml.c5.xlarge", "InstanceCount": 2, "InstanceGroupName": "a"},
                        {"InstanceType": "ml.p3.2xlarge", "InstanceCount": 1, "InstanceGroupName": "b"},
                    ],
                },
            },
            [
                JobUse("Step", "ml.c5.xlarge", 2, 60, "it has no billable time"),
                JobUse("Step", "ml.p3.2xlarge", 1, 60, "it has no billable time"),
            ],
        ),
        ({"BillableTimeInSeconds": 60}, [JobUse("Step", "", 0, None, "SageMaker doesn't tell what it ran on")]),
    ],
    ids=["trained", "never-started", "untold", "groups", "serverless"],
)
def test_a_training_takes_its_billable_time_on_each_instance(
    wired: Wired, answer: dict[str, Any], expected: list[JobUse]
) -> None:
    pipelines, stubber = wired
    ran(stubber, {"TrainingJob": {"Arn": arn("training-job")}})
    stubber.add_response("describe_training_job", TRAINING | answer, {"TrainingJobName": "its-name"})
    assert pipelines.jobs(ARN) == expected


@pytest.mark.parametrize(
    ("times", "seconds"),
    [
        ({"ProcessingStartTime": STARTED, "ProcessingEndTime": ENDED}, 1800),
        ({"ProcessingStartTime": STARTED}, None),
        ({}, 0),
    ],
)
@pytest.mark.parametrize(("kind", "field"), [("ProcessingJob", "Arn"), ("QualityCheck", "CheckJobArn")])
def test_a_processing_job_takes_the_time_from_its_start_to_its_end(
    wired: Wired, kind: str, field: str, times: dict[str, Any], seconds: float | None
) -> None:
    pipelines, stubber = wired
    ran(stubber, {kind: {field: arn("processing-job")}})
    answer = PROCESSING | {"ProcessingResources": {"ClusterConfig": CLUSTER}} | times
    stubber.add_response("describe_processing_job", answer, {"ProcessingJobName": "its-name"})
    assert pipelines.jobs(ARN) == [JobUse("Step", "ml.m5.large", 2, seconds, "it has no end")]


def test_a_transform_job_takes_the_time_from_its_start_to_its_end(wired: Wired) -> None:
    pipelines, stubber = wired
    ran(stubber, {"TransformJob": {"Arn": arn("transform-job")}})
    times = {"TransformStartTime": STARTED, "TransformEndTime": ENDED}
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 2}
    answer = TRANSFORM | {"TransformResources": resources} | times
    stubber.add_response("describe_transform_job", answer, {"TransformJobName": "its-name"})
    assert pipelines.jobs(ARN) == [JobUse("Step", "ml.m5.large", 2, 1800, "it has no end")]


@pytest.mark.parametrize("metadata", [{"Condition": {"Outcome": "True"}}, {"RegisterModel": {"Arn": "arn"}}, {}])
def test_a_step_without_a_job_takes_nothing(wired: Wired, metadata: dict[str, Any]) -> None:
    pipelines, stubber = wired
    ran(stubber, metadata)
    assert pipelines.jobs(ARN) == []


def test_a_step_that_the_cache_served_takes_nothing(wired: Wired) -> None:
    pipelines, stubber = wired
    source = {"SourcePipelineExecutionArn": ARN}
    ran(stubber, {"TrainingJob": {"Arn": arn("training-job")}}, CacheHitResult=source)
    assert pipelines.jobs(ARN) == []


def test_what_many_jobs_of_a_step_take_is_not_told(wired: Wired) -> None:
    pipelines, stubber = wired
    ran(stubber, {"TuningJob": {"Arn": arn("hyper-parameter-tuning-job")}})
    assert pipelines.jobs(ARN) == [JobUse("Step", "", 0, None, "what a TuningJob takes isn't told by SageMaker")]


@pytest.mark.parametrize("code", ["ResourceNotFound", "ValidationException"])
def test_what_a_job_that_was_deleted_took_is_not_known(wired: Wired, code: str) -> None:
    pipelines, stubber = wired
    ran(stubber, {"TrainingJob": {"Arn": arn("training-job")}})
    stubber.add_client_error("describe_training_job", code, "Requested resource not found.")
    (use,) = pipelines.jobs(ARN)
    assert (use.seconds, use.obstacle) == (None, "SageMaker answered: Requested resource not found.")


def test_a_job_that_cannot_be_described_just_now_is_asked_for_again(wired: Wired) -> None:
    pipelines, stubber = wired
    ran(stubber, {"TrainingJob": {"Arn": arn("training-job")}})
    stubber.add_client_error("describe_training_job", "ThrottlingException")
    with pytest.raises(ClientError, match="ThrottlingException"):
        pipelines.jobs(ARN)
