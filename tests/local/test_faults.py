"""What goes wrong on demand in a running instance, and that the control plane does what it would have done."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pipeline_defs.sample_data import diabetes_objects
from pointsman.errors import BadRequest, NotFound
from pointsman.local.faults.running import RunningFaults
from tests.local.instances import Instance, eventually, unique
from tests.local.stack import LAP_SECONDS, Stack
from tests.local.test_command import refused, run


@pytest.fixture
def instance_faults(aws: Instance) -> Iterator[RunningFaults]:
    faults = RunningFaults(aws.endpoint_url)
    yield faults
    faults.clear()


def table(aws: Instance) -> str:
    name = unique("table")
    aws.client("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


def failing(call: Any, **arguments: Any) -> tuple[int, str]:
    """Status and code of the error."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    answer: Any = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


def test_every_service_is_struck_in_its_own_words(aws: Instance, instance_faults: RunningFaults) -> None:
    one, other = table(aws), table(aws)
    bucket, s3, dynamodb = unique("bucket"), aws.client("s3"), aws.client("dynamodb")
    s3.create_bucket(Bucket=bucket)
    instance_faults.add("dynamodb:PutItem", "throttle", on=one)
    instance_faults.add("s3:PutObject", "fail-after", on=f"{bucket}/*")
    instance_faults.add("s3:List*", "throttle")
    instance_faults.add("cloudwatch:PutMetricData", "unavailable")
    instance_faults.add("sns:Publish", "throttle")
    instance_faults.add("lambda:Invoke", "throttle")

    item = {"k": {"S": "x"}}
    dynamodb.put_item(TableName=other, Item=item)
    assert failing(dynamodb.put_item, TableName=one, Item=item) == (400, "ProvisionedThroughputExceededException")
    dynamodb.put_item(TableName=one, Item=item)
    assert failing(s3.list_objects_v2, Bucket=bucket) == (503, "SlowDown")
    assert failing(s3.put_object, Bucket=bucket, Key="a/b", Body=b"1") == (500, "InternalError")
    assert s3.get_object(Bucket=bucket, Key="a/b")["Body"].read() == b"1"
    data = [{"MetricName": "m", "Value": 1.0}]
    metrics = aws.client("cloudwatch").put_metric_data
    assert failing(metrics, Namespace="n", MetricData=data) == (503, "ServiceUnavailable")
    topic = aws.client("sns").create_topic(Name=unique("topic"))["TopicArn"]
    assert failing(aws.client("sns").publish, TopicArn=topic, Message="m") == (400, "ThrottlingException")
    assert failing(aws.client("lambda").invoke, FunctionName="f") == (429, "TooManyRequestsException")
    assert [fault["left"] for fault in instance_faults.list()] == [0] * 6


def test_bad_requests_are_refused_as_in_the_same_process(instance_faults: RunningFaults) -> None:
    with pytest.raises(BadRequest, match="is no operation of sagemaker; perhaps"):
        instance_faults.add("sagemaker:StartPipeline", "throttle")
    with pytest.raises(BadRequest, match="times: Input should be a valid integer"):
        instance_faults.add("step:Train", "AlgorithmError", times="often")  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="no fault 99"):
        instance_faults.clear("99")


@pytest.mark.usefixtures("instance_faults")
def test_the_command_adds_lists_and_clears(aws: Instance) -> None:
    def fault(*arguments: str) -> str:
        done = run("local", "fault", *arguments, POINTSMAN_STATE=str(aws.settings.state))
        assert done.returncode == 0, done.stderr
        return done.stdout

    number = json.loads(fault("add", "sagemaker:ListPipelines", "delay-after", "--seconds", "0.01", "--json"))["id"]
    aws.client("sagemaker").list_pipelines()
    (listed,) = json.loads(fault("list", "--json"))
    assert listed | {"id": number, "struck": 1, "left": 0, "seconds": 0.01} == listed
    assert "1 cleared" in fault("clear", number)
    told = refused(21, "local", "fault", "add", "s3:Put", "throttle", POINTSMAN_STATE=str(aws.settings.state))
    assert "'Put' is no operation of s3" in told


def test_laps_in_which_much_goes_wrong_end_as_others_do(stack: Stack) -> None:
    stack.faults.add("event:*", "double", times=None)
    stack.faults.add("sagemaker:StartPipelineExecution", "limit")
    stack.faults.add("sagemaker:StartPipelineExecution", "fail-after", times=2)
    stack.faults.add("step:Train", "SageMaker.CAPACITY_ERROR", on="pointsman-training", times=2)
    stack.land()
    stack.outcome("DEFERRED_CAPACITY")
    (first,) = stack.ended(1)
    assert first.status == "Succeeded"
    assert (stack.executions(), len(stack.packages())) == (1, 1)
    steps = stack.environment.sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=first.arn)
    attempts = {step["StepName"]: step["AttemptCount"] for step in steps["PipelineExecutionSteps"]}
    assert attempts["Train"] == 3
    assert all(fault["left"] in {0, None} for fault in stack.faults.list())

    stack.faults.clear()
    stack.faults.add("event:*Execution Status Change", "reorder", times=None, seconds=300)
    stack.land({"part-00.csv": diabetes_objects()["part-00.csv"].rpartition(b"\n")[0].rpartition(b"\n")[0]})
    _, again = stack.ended(2)
    assert again.status == "Succeeded"
    eventually(stack.quiet, within=LAP_SECONDS)
    assert (stack.executions(), len(stack.packages())) == (2, 2)
