"""What an account does now and then, on demand: answers, steps and events that go wrong as SageMaker's do."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from pointsman.local.faults import Faults
from tests.contract.sagemaker.definitions import compare, condition, definition, processing
from tests.contract.sagemaker.serving import Served
from tests.contract.sagemaker.test_wire import refused
from tests.local.instances import Instance, eventually

EXECUTION_ENDED = "event:SageMaker Model Building Pipeline Execution Status Change"
TRUE = compare("Equals", 1, 1)


@pytest.fixture
def start(served: Served) -> Callable[..., str]:
    """Starts an execution of one pipeline, always under the same token."""
    name, token = served.create(definition([condition("Only", [TRUE])])), str(uuid.uuid4())

    def go(**request: Any) -> str:
        client = request.pop("client", served.boto3)
        answer = client.start_pipeline_execution(PipelineName=name, ClientRequestToken=token, **request)
        return str(answer["PipelineExecutionArn"])

    return go


def executions(served: Served) -> list[dict[str, Any]]:
    (pipeline,) = served.boto3.list_pipelines()["PipelineSummaries"]
    listed = served.boto3.list_pipeline_executions(PipelineName=pipeline["PipelineName"])
    return list(listed["PipelineExecutionSummaries"])


@pytest.mark.parametrize(
    ("what", "code", "words"),
    [
        ("throttle", (400, "ThrottlingException"), "Rate exceeded"),
        ("limit", (400, "ResourceLimitExceeded"), "'Total number of concurrent pipeline executions' is 20 executions"),
        ("unavailable", (503, "ServiceUnavailable"), "temporarily unavailable"),
        ("fail-before", (500, "InternalFailure"), "internal error"),
    ],
)
def test_an_operation_that_is_refused_does_nothing(
    served: Served, start: Callable[..., str], what: str, code: tuple[int, str], words: str
) -> None:
    served.service.faults.add("sagemaker:StartPipelineExecution", what)
    with pytest.raises(ClientError, match=words) as caught:
        start()
    answer: Any = caught.value.response
    assert (answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]) == code
    assert executions(served) == []
    assert start() == executions(served)[0]["PipelineExecutionArn"]


def test_a_failure_after_the_effect_leaves_one_execution_under_the_token(
    served: Served, faults: Faults, start: Callable[..., str]
) -> None:
    faults.add("sagemaker:StartPipelineExecution", "fail-after", times=2)
    for _ in range(2):
        with pytest.raises(ClientError, match="InternalFailure"):
            start()
    (only,) = executions(served)
    assert start() == only["PipelineExecutionArn"]
    assert len(executions(served)) == 1


def test_a_client_that_times_out_finds_its_execution_started(
    served: Served, faults: Faults, start: Callable[..., str]
) -> None:
    faults.add("sagemaker:StartPipelineExecution", "delay-after", seconds=30)
    with pytest.raises(ReadTimeoutError):
        start(client=served.configured(read_timeout=0.5))
    (only,) = executions(served)
    assert start() == only["PipelineExecutionArn"]


def test_the_sdks_own_retries_use_up_strikes(served: Served, faults: Faults) -> None:
    faults.add("sagemaker:ListPipelines", "throttle", times=2)
    patient = served.configured(retries={"total_max_attempts": 3, "mode": "standard"})
    assert patient.list_pipelines()["PipelineSummaries"] == []
    assert faults.list()[0]["left"] == 0


def test_only_the_resource_named_is_struck(served: Served, faults: Faults) -> None:
    one, other = (served.create(definition([condition("Only", [TRUE])])) for _ in range(2))
    faults.add("sagemaker:Describe*", "throttle", on=one, times=None)
    assert served.boto3.describe_pipeline(PipelineName=other)["PipelineName"] == other
    assert refused(served.boto3.describe_pipeline, PipelineName=one)[0] == "ThrottlingException"


@pytest.mark.parametrize(
    ("what", "statuses"),
    [
        ("drop", ["Succeeded"]),
        ("double", ["Executing", "Executing", "Succeeded"]),
        ("reorder", ["Succeeded", "Executing"]),
    ],
)
def test_events_that_go_astray_change_nothing_of_what_happens(
    served: Served, faults: Faults, start: Callable[..., str], what: str, statuses: list[str]
) -> None:
    faults.add(EXECUTION_ENDED, what)
    assert served.ended(start())["PipelineExecutionStatus"] == "Succeeded"

    def told() -> list[str]:
        return [found["currentPipelineExecutionStatus"] for found in served.details("Execution Status Change")]

    eventually(lambda: told() == statuses)


def test_a_step_that_keeps_failing_succeeds_when_its_execution_is_retried(
    aws: Instance, tmp_path: Path, script: Callable[[str], str]
) -> None:
    policies = [{"ExceptionType": ["SageMaker.CAPACITY_ERROR"], "IntervalSeconds": 30, "MaxAttempts": 2}]
    text = definition([processing("Flaky", script("pass"), RetryPolicies=policies)])
    with Served.started(tmp_path / "scaled", aws.endpoint_url, time_scale=600) as served:
        name = served.create(text)
        served.service.faults.add("step:Flaky", "SageMaker.CAPACITY_ERROR", on=name, times=5)

        arn = served.boto3.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
        assert served.ended(arn)["PipelineExecutionStatus"] == "Failed"
        assert "CapacityError: Unable to provision requested ML compute capacity" in served.reasons(arn)["Flaky"]
        assert served.steps(arn)["Flaky"]["AttemptCount"] == 3

        served.boto3.retry_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken=str(uuid.uuid4()))
        assert served.ended(arn)["PipelineExecutionStatus"] == "Succeeded"
        assert served.steps(arn)["Flaky"]["AttemptCount"] == 3
