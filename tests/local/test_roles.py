"""Services act as the roles that they are given, and do no more than those allow."""

import pytest
from botocore.exceptions import ClientError

from tests.contract.sagemaker.definitions import definition, processing
from tests.local.instances import Instance, eventually, unique

ASKS_SQS = b"import boto3; boto3.client('sqs').list_queues()"
NOTHING: list[tuple[str, str]] = []
JOBS = [("sagemaker:*ProcessingJob", "arn:aws:sagemaker:*:*:processing-job/*")]
PASSED = [*JOBS, ("iam:PassRole", "*")]
READ = [*PASSED, ("s3:GetObject", "*"), ("s3:ListBucket", "*")]


@pytest.mark.parametrize(
    ("allowed", "action"),
    [
        (NOTHING, "sagemaker:CreateProcessingJob"),
        (JOBS, "iam:PassRole"),
        (PASSED, "s3:ListBucket"),
        (READ, "ListQueues"),
    ],
)
def test_a_pipeline_and_its_jobs_do_what_their_role_allows(
    aws: Instance, allowed: list[tuple[str, str]], action: str
) -> None:
    s3, sagemaker, role, bucket = aws.client("s3"), aws.client("sagemaker"), aws.role(*allowed), unique("bucket")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="ask.py", Body=ASKS_SQS)
    step = processing("Ask", f"s3://{bucket}/ask.py")
    step["Arguments"]["RoleArn"] = role
    name = unique("pipeline")
    sagemaker.create_pipeline(
        PipelineName=name, PipelineDefinition=definition([step]), RoleArn=role, ClientRequestToken=f"{name:32}"
    )
    arn = sagemaker.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
    describe = sagemaker.describe_pipeline_execution
    eventually(lambda: describe(PipelineExecutionArn=arn)["PipelineExecutionStatus"] == "Failed")
    (failed,) = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)["PipelineExecutionSteps"]
    assert action in failed["FailureReason"]
    assert "AccessDenied" in failed["FailureReason"] or "is not authorized to perform" in failed["FailureReason"]


def test_lambda_polls_a_queue_that_the_functions_role_may_read(aws: Instance) -> None:
    _, queue = aws.queue()
    role = aws.role(("sqs:ReceiveMessage", queue), ("sqs:DeleteMessage", queue))
    function = aws.function("def handler(event, context): pass", role=role)
    with pytest.raises(ClientError) as refused:
        aws.client("lambda").create_event_source_mapping(EventSourceArn=queue, FunctionName=function)
    assert refused.value.response["Error"] == {
        "Code": "InvalidParameterValueException",
        "Message": "The provided execution role does not have permissions to call GetQueueAttributes on SQS",
    }


def test_lambda_sends_failures_where_the_functions_role_may(aws: Instance) -> None:
    _, queue = aws.queue()
    function = aws.function("def handler(event, context): pass", role=aws.role(("sqs:SendMessage", f"{queue}-other")))
    destination = {"OnFailure": {"Destination": queue}}
    with pytest.raises(ClientError, match="role does not have permissions to call SendMessage on"):
        aws.client("lambda").put_function_event_invoke_config(FunctionName=function, DestinationConfig=destination)


def test_a_schedule_that_may_not_reach_its_target_leaves_a_dead_letter(aws: Instance) -> None:
    (_, target), (url, letters) = aws.queue(), aws.queue()
    aws.client("scheduler").create_schedule(
        Name=unique("schedule"),
        ScheduleExpression="at(2020-01-01T00:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": target,
            "RoleArn": aws.role(("sqs:SendMessage", letters)),
            "DeadLetterConfig": {"Arn": letters},
        },
    )
    (letter,) = eventually(lambda: aws.receive(url), within=10)
    assert letter["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_PERMISSIONS"
    assert (
        f"not authorized to perform: sqs:SendMessage on resource: {target}"
        in (letter["MessageAttributes"]["ERROR_MESSAGE"]["StringValue"])
    )
