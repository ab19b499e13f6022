"""A service of ours behind MiniStack's front: routed, authorised, and able to send events."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.local.instances import Client, eventually


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    state = tmp_path_factory.mktemp("echo")
    with subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("echo_service.py")), str(state)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield Client(process.stdout.readline().strip())
        process.communicate("")
    assert process.returncode == 0


def test_requests_reach_the_handler_and_its_events_the_bus(endpoint: Client) -> None:
    url, arn = endpoint.queue()
    endpoint.client("events").put_rule(Name="echo", EventPattern=json.dumps({"source": ["aws.sagemaker"]}))
    endpoint.client("events").put_targets(Rule="echo", Targets=[{"Id": "queue", "Arn": arn}])
    answer = endpoint.client("sagemaker").start_pipeline_execution(PipelineName="Churn")
    assert answer["PipelineExecutionArn"] == "StartPipelineExecution Churn /"
    event = json.loads(eventually(lambda: endpoint.receive(url))[0]["Body"])
    assert event["detail"] == {"operation": "StartPipelineExecution"}


def test_the_runtime_is_part_of_it(endpoint: Client) -> None:
    answer = endpoint.client("sagemaker-runtime").invoke_endpoint(EndpointName="churn", Body=b"{}")
    assert "InvokeEndpoint" in answer["Body"].read().decode()


def test_iam_decides_by_action_and_resource(endpoint: Client) -> None:
    churn = "arn:aws:sagemaker:us-east-1:000000000000:pipeline/churn"
    allowed = endpoint.user(
        ("sagemaker:StartPipelineExecution", churn), ("sagemaker:InvokeEndpoint", "*:endpoint/churn")
    )
    sagemaker, runtime = (endpoint.client(name, allowed) for name in ("sagemaker", "sagemaker-runtime"))
    sagemaker.start_pipeline_execution(PipelineName="Churn")
    runtime.invoke_endpoint(EndpointName="churn", Body=b"{}")
    for refused in (
        lambda: sagemaker.start_pipeline_execution(PipelineName="other"),
        lambda: sagemaker.describe_pipeline(PipelineName="churn"),
        sagemaker.list_models,
        lambda: runtime.invoke_endpoint(EndpointName="other", Body=b"{}"),
    ):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            refused()


def test_a_denial_names_who_may_not_do_what_on_which_resource(endpoint: Client) -> None:
    key, secret = endpoint.user(("sagemaker:DescribePipeline", "*"))
    who = endpoint.client("sts", (key, secret)).get_caller_identity()["Arn"]
    with pytest.raises(ClientError) as denied:
        endpoint.client("sagemaker", (key, secret)).delete_pipeline(PipelineName="Churn", ClientRequestToken="t" * 32)
    assert denied.value.response["Error"]["Message"] == (
        f"User: {who} is not authorized to perform: sagemaker:DeletePipeline on resource: "
        "arn:aws:sagemaker:us-east-1:000000000000:pipeline/churn "
        "because no identity-based policy allows the sagemaker:DeletePipeline action"
    )
