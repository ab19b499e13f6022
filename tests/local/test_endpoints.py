"""Endpoints behind the embedded AWS's front: routed, authorised, told of on the bus, alive after a kill."""

import json
from collections import Counter
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.contract.sagemaker.definitions import IMAGE
from tests.contract.sagemaker.hosted import Hosted, blue_green
from tests.contract.sagemaker.serving import ROLE
from tests.local.instances import Client, Instance, eventually, unique


class Caller:
    """Retries as SDKs do by themselves: just after its start, the service says that it is starting."""

    def __init__(self, instance: Client, credentials: tuple[str, str] = ("test", "test")) -> None:
        self._instance = instance
        self._credentials = credentials

    @property
    def boto3(self) -> Any:
        return self._client("sagemaker")

    @property
    def runtime(self) -> Any:
        return self._client("sagemaker-runtime")

    def _client(self, service: str) -> Any:
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=self._instance.endpoint_url,
            aws_access_key_id=self._credentials[0],
            aws_secret_access_key=self._credentials[1],
            region_name="us-east-1",
        )


def hosted(instance: Client) -> Hosted:
    s3, bucket = instance.client("s3"), unique("models")
    s3.create_bucket(Bucket=bucket)
    return Hosted(Caller(instance), s3, bucket)


def test_a_caller_asks_what_its_policy_allows_and_events_reach_the_bus(own_aws: Instance) -> None:
    mine = hosted(own_aws)
    url, arn = own_aws.queue()
    events = own_aws.client("events")
    pattern = {"source": ["aws.sagemaker"], "detail-type": ["SageMaker Endpoint State Change"]}
    events.put_rule(Name="endpoints", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="endpoints", Targets=[{"Id": "queue", "Arn": arn}])
    endpoint = mine.endpoint(mine.config(mine.model("one")))
    other = mine.endpoint(mine.config(mine.model("two")))

    allowed = Caller(own_aws, own_aws.user(("sagemaker:InvokeEndpoint", f"*:endpoint/{endpoint.lower()}")))
    answer = allowed.runtime.invoke_endpoint(EndpointName=endpoint, Body=b"")
    assert (answer["InvokedProductionVariant"], answer["ContentType"]) == ("AllTraffic", "application/json")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        allowed.runtime.invoke_endpoint(EndpointName=other, Body=b"")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        allowed.boto3.describe_endpoint(EndpointName=endpoint)

    def told() -> Counter[str]:
        bodies = [json.loads(message["Body"])["detail"] for message in own_aws.receive(url)]
        return Counter(detail["EndpointStatus"] for detail in bodies)

    eventually(lambda: told() == {"CREATING": 2, "IN_SERVICE": 2})


def test_deploying_takes_the_permissions_that_aws_asks_for(aws: Instance) -> None:
    """Of each statement but one, in turn: without it the deployment stops where AWS would stop it."""
    anyone = hosted(aws)
    container = {"Image": IMAGE, "ModelDataUrl": anyone.archive("one")}
    variant = {"VariantName": "A", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    needed = [
        ("sagemaker:CreateModel", "*:model/m-*"),
        ("iam:PassRole", ROLE),
        ("sagemaker:AddTags", "*:model/m-*"),
        ("sagemaker:CreateEndpointConfig", "*:endpoint-config/c-*"),
        ("sagemaker:CreateEndpoint", "*:endpoint/e-*"),
        ("sagemaker:CreateEndpoint", "*:endpoint-config/c-*"),
    ]

    def deploy(*allowed: tuple[str, str]) -> None:
        sagemaker, name = Caller(aws, aws.user(*allowed)).boto3, unique("")
        sagemaker.create_model(
            ModelName=f"m{name}", PrimaryContainer=container, ExecutionRoleArn=ROLE, Tags=[{"Key": "k", "Value": "v"}]
        )
        variants = [{**variant, "ModelName": f"m{name}"}]
        sagemaker.create_endpoint_config(EndpointConfigName=f"c{name}", ProductionVariants=variants)
        sagemaker.create_endpoint(EndpointName=f"e{name}", EndpointConfigName=f"c{name}")

    deploy(*needed)
    for missing in needed:
        with pytest.raises(ClientError, match=f"AccessDeniedException.*{missing[0]} "):
            deploy(*(statement for statement in needed if statement != missing))


def test_a_kill_in_the_middle_of_an_update_changes_nothing_for_callers(own_aws: Instance) -> None:
    mine = hosted(own_aws)
    endpoint = mine.endpoint(mine.config(mine.model("old")))
    new = mine.config(mine.model("new"))
    mine.update(endpoint, new, BlueGreenUpdatePolicy=blue_green("CANARY", wait=120, CanarySize=20))
    eventually(lambda: mine.asked(endpoint) == "new")

    own_aws.kill()
    own_aws.start_again()

    assert mine.asked(endpoint) in {"old", "new"}
    settled = mine.settled(endpoint)
    assert (settled["EndpointStatus"], settled["EndpointConfigName"]) == ("InService", new)
    assert mine.asked(endpoint) == "new"
