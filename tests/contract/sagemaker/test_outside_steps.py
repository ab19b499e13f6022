"""Steps that somebody else carries out: Lambda functions, and whoever answers a callback's message."""

import io
import json
import textwrap
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.contract.conftest import client_of
from tests.contract.sagemaker.definitions import definition, fail, get
from tests.contract.sagemaker.killable import Killable
from tests.contract.sagemaker.serving import Served
from tests.contract.sagemaker.test_wire import refused
from tests.local.instances import Instance, eventually, unique

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
# Of the functions alone: other tests of the shared instance act as a pipeline's role.
FUNCTION_ROLE = unique("function-role")
ECHO = """
    def handler(event, context):
        return {**event, "count": 3, "yes": True, "nested": {"a": [1]}, "more": "unasked"}
"""


@pytest.fixture(scope="module")
def functions(aws: Instance) -> Any:
    client_of(aws, "iam").create_role(RoleName=FUNCTION_ROLE, AssumeRolePolicyDocument=json.dumps(TRUST))
    return client_of(aws, "lambda")


def function(functions: Any, code: str) -> str:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", textwrap.dedent(code))
    made = functions.create_function(
        FunctionName=unique("function"), Runtime="python3.13", Handler="index.handler",
        Role=f"arn:aws:iam::000000000000:role/{FUNCTION_ROLE}", Code={"ZipFile": packed.getvalue()},
    )  # fmt: skip
    return str(made["FunctionArn"])


def lambda_step(name: str, arn: Any, arguments: dict[str, Any], outputs: dict[str, str], **step: Any) -> dict[str, Any]:
    parameters = [{"OutputName": name, "OutputType": kind} for name, kind in outputs.items()]
    return {"Name": name, "Type": "Lambda", "FunctionArn": arn, "Arguments": arguments,
            "OutputParameters": parameters, **step}  # fmt: skip


def test_a_lambda_steps_outputs_are_the_next_ones_inputs(served: Served, functions: Any) -> None:
    arn = function(functions, ECHO)
    outputs = {"given": "String", "count": "Integer", "yes": "Boolean", "nested": "String"}
    first = lambda_step("First", arn, {"given": get("Parameters.Given")}, outputs)
    taken = {f"taken_{name}": get(f"Steps.First.OutputParameters['{name}']") for name in outputs}
    second = lambda_step("Second", arn, taken, dict.fromkeys(taken, "String"))
    parameters = [{"Name": "Given", "Type": "String", "DefaultValue": "word"}]
    steps = served.run(definition([first, second], parameters))
    metadata = steps["Second"]["Metadata"]["Lambda"]
    assert metadata["Arn"] == arn
    assert {each["Name"]: each["Value"] for each in metadata["OutputParameters"]} == {
        "taken_given": "word", "taken_count": "3", "taken_yes": "true", "taken_nested": '{"a": [1]}',
    }  # fmt: skip


def test_a_function_that_raises_fails_the_step(served: Served, functions: Any) -> None:
    arn = function(functions, "def handler(event, context):\n    raise ValueError('no such endpoint')")
    reason = served.run_to_failure(definition([lambda_step("Deploy", arn, {}, {})]))["Deploy"]
    assert reason.startswith("ClientError: ")
    assert "no such endpoint" in reason


def test_a_function_that_does_not_exist_fails_the_step(served: Served) -> None:
    arn = "arn:aws:lambda:us-east-1:000000000000:function:none"
    reason = served.run_to_failure(definition([lambda_step("Deploy", arn, {}, {})]))["Deploy"]
    assert reason.startswith("ClientError: Failed to invoke lambda:Invoke. Error Details: ")


def test_an_output_that_the_function_did_not_give_fails_who_refers_to_it(served: Served, functions: Any) -> None:
    first = lambda_step("First", function(functions, "def handler(event, context): pass"), {}, {"x": "String"})
    last = fail("Last", get("Steps.First.OutputParameters['x']"))
    reasons = served.run_to_failure(definition([first, last]))
    assert list(reasons) == ["Last"]
    assert "OutputParameters['x']" in reasons["Last"]


class Worker:
    """Whoever reads the queue of a callback step."""

    def __init__(self, aws: Instance) -> None:
        self._sqs = client_of(aws, "sqs")
        self.queue: str = self._sqs.create_queue(QueueName=unique("callbacks"))["QueueUrl"]

    def message(self) -> dict[str, Any]:
        """The next one, taken off the queue."""

        def look() -> dict[str, Any] | None:
            for message in self._sqs.receive_message(QueueUrl=self.queue).get("Messages", ()):
                self._sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
                body: dict[str, Any] = json.loads(message["Body"])
                return body
            return None

        return eventually(look) or {}

    def step(self, **step: Any) -> dict[str, Any]:
        return {"Name": "Ask", "Type": "Callback", "SqsQueueUrl": self.queue, "Arguments": {"given": "word"},
                "OutputParameters": [{"OutputName": "answer", "OutputType": "Integer"}], **step}  # fmt: skip


@pytest.fixture
def worker(aws: Instance) -> Worker:
    return Worker(aws)


def test_a_callback_step_waits_for_its_answer(served: Served, worker: Worker) -> None:
    last = fail("Last", {"Std:Join": {"On": " ", "Values": ["got", get("Steps.Ask.OutputParameters['answer']")]}})
    arn = served.start_execution(definition([worker.step(), last]))
    message = worker.message()
    token = message.pop("token")
    assert len(token) == 10
    assert message == {"pipelineExecutionArn": arn, "arguments": {"given": "word"}, "status": "Executing"}
    step = served.steps(arn)["Ask"]
    assert step["StepStatus"] == "Executing"
    assert step["Metadata"]["Callback"] == {"CallbackToken": token, "SqsQueueUrl": worker.queue}
    answered = served.boto3.send_pipeline_execution_step_success(
        CallbackToken=token, OutputParameters=[{"Name": "answer", "Value": "7"}]
    )
    assert answered == answered | {"PipelineExecutionArn": arn}
    served.ended(arn)
    assert served.reasons(arn) == {"Last": "got 7"}
    assert served.steps(arn)["Ask"]["Metadata"]["Callback"]["OutputParameters"] == [{"Name": "answer", "Value": "7"}]


def test_a_failure_sent_back_is_the_steps_reason(served: Served, worker: Worker) -> None:
    arn = served.start_execution(definition([worker.step()]))
    token = worker.message()["token"]
    served.boto3.send_pipeline_execution_step_failure(CallbackToken=token, FailureReason="Glue said no")
    assert served.ended(arn)["PipelineExecutionStatus"] == "Failed"
    assert served.reasons(arn) == {"Ask": "Glue said no"}
    code, _ = refused(served.boto3.send_pipeline_execution_step_success, CallbackToken=token)
    assert code == "ConflictException"


def test_a_token_that_nobody_was_given_is_not_found(served: Served) -> None:
    assert refused(served.boto3.send_pipeline_execution_step_success, CallbackToken="0123456789")[0] == (
        "ResourceNotFound"
    )


def test_a_stop_is_told_to_who_works_and_waits_for_the_answer(served: Served, worker: Worker) -> None:
    arn = served.start_execution(definition([worker.step()]))
    token = worker.message()["token"]
    served.boto3.stop_pipeline_execution(PipelineExecutionArn=arn)
    message = worker.message()
    assert (message["token"], message["status"]) == (token, "Stopping")
    assert served.boto3.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionStatus"] == "Stopping"
    served.boto3.send_pipeline_execution_step_success(CallbackToken=token)
    assert served.ended(arn)["PipelineExecutionStatus"] == "Stopped"
    assert served.steps(arn)["Ask"]["StepStatus"] == "Stopped"


def test_a_queue_that_does_not_exist_fails_the_step(served: Served, worker: Worker) -> None:
    reason = served.run_to_failure(definition([worker.step(SqsQueueUrl=f"{worker.queue}-none")]))["Ask"]
    assert reason.startswith("ClientError: Failed to invoke sqs:SendMessage. Error Details: ")


def test_a_token_outlives_the_service(aws: Instance, worker: Worker, tmp_path: Path) -> None:
    killable = Killable(tmp_path / "killable", aws.endpoint_url)
    killable.start()
    try:
        arn = killable.start_execution(definition([worker.step()]))
        token = worker.message()["token"]
        killable.kill()
        killable.start()
        killable.boto3.send_pipeline_execution_step_success(CallbackToken=token)
        assert killable.ended(arn)["PipelineExecutionStatus"] == "Succeeded"
    finally:
        killable.kill()
