"""Endpoints: made, described, asked, updated, rolled back, deleted."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.contract.sagemaker.hosted import BROKEN, Hosted, blue_green, refused
from tests.contract.sagemaker.serving import Served
from tests.local.instances import eventually, unique

UNHEALTHY = (
    "The primary container for production variant AllTraffic did not pass the ping health check."
    " Please check CloudWatch logs for this endpoint."
)


def statuses(served: Served, endpoint: str) -> list[str]:
    found = served.details("SageMaker Endpoint State Change")
    return [detail["EndpointStatus"] for detail in found if detail["EndpointName"] == endpoint]


def test_a_model_is_served_from_its_archive(hosted: Hosted, served: Served) -> None:
    config = hosted.config(hosted.model("one"))
    endpoint = hosted.endpoint(config, Tags=[{"Key": "team", "Value": "churn"}])

    described = hosted.sagemaker.describe_endpoint(EndpointName=endpoint)
    assert described["EndpointConfigName"] == config
    assert described["EndpointArn"] == f"arn:aws:sagemaker:us-east-1:000000000000:endpoint/{endpoint.lower()}"
    (variant,) = described["ProductionVariants"]
    assert variant.items() >= {"VariantName": "AllTraffic", "CurrentWeight": 1, "CurrentInstanceCount": 2}.items()
    assert "PendingDeploymentSummary" not in described
    assert "FailureReason" not in described

    answer = hosted.served.runtime.invoke_endpoint(
        EndpointName=endpoint, Body=b"{}", ContentType="text/x", Accept="a/b", CustomAttributes="trace=1"
    )
    assert (answer["ContentType"], answer["InvokedProductionVariant"]) == ("application/json", "AllTraffic")
    assert answer["CustomAttributes"] == "trace=1"
    body = answer["Body"].read().decode()
    assert refused(hosted.served.runtime.invoke_endpoint, EndpointName=endpoint.lower(), Body=b"")[0] == (
        "ValidationError"
    )
    assert all(text in body for text in ('"one"', '"content_type": "text/x"', '"accept": "a/b"'))

    eventually(lambda: len(statuses(served, endpoint)) == 2)
    creating, in_service = served.details("SageMaker Endpoint State Change")
    assert (creating["EndpointStatus"], in_service["EndpointStatus"]) == ("CREATING", "IN_SERVICE")
    assert in_service["EndpointConfigName"] == config
    assert in_service["Tags"] == {"team": "churn"}
    assert isinstance(in_service["LastModifiedTime"], int)
    assert in_service["LastModifiedTime"] > 1e12


def test_a_model_that_does_not_answer_ping_fails_the_endpoint(hosted: Hosted, served: Served, aws: Any) -> None:
    name = unique("endpoint")
    config = hosted.config(hosted.model("broken", BROKEN))
    hosted.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)
    described = hosted.settled(name)
    assert (described["EndpointStatus"], described["FailureReason"]) == ("Failed", UNHEALTHY)
    eventually(lambda: statuses(served, name) == ["CREATING", "FAILED"])

    assert refused(hosted.served.runtime.invoke_endpoint, EndpointName=name, Body=b"")[0] == "ValidationError"
    assert refused(hosted.sagemaker.update_endpoint, EndpointName=name, EndpointConfigName=config)[0] == (
        "ValidationException"
    )
    logs = aws.client("logs")

    def logged() -> bool:
        try:
            events = logs.filter_log_events(logGroupName=f"/aws/sagemaker/Endpoints/{name}")["events"]
        except ClientError:
            return False
        return any("this model is broken" in event["message"] for event in events)

    eventually(logged)
    hosted.sagemaker.delete_endpoint(EndpointName=name)
    eventually(lambda: not hosted.sagemaker.list_endpoints()["Endpoints"])


@pytest.mark.parametrize(
    "deployment", [{}, {"BlueGreenUpdatePolicy": blue_green("CANARY", wait=1, termination=1, CanarySize=50)}]
)
def test_an_update_leaves_no_request_unanswered(hosted: Hosted, served: Served, deployment: dict[str, Any]) -> None:
    endpoint = hosted.endpoint(hosted.config(hosted.model("old")))
    new = hosted.config(hosted.model("new"))
    done, answers = threading.Event(), Counter[str]()

    def ask() -> None:
        while not done.is_set():
            answers[hosted.ask(endpoint, {"sleep": 0.01})["model"]] += 1

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask) for _ in range(4)]
        eventually(lambda: answers["old"] > 10)
        hosted.update(endpoint, new, **deployment)
        described = hosted.settled(endpoint)
        eventually(lambda: answers["new"] > 10)
        done.set()
        for each in asking:
            each.result()

    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", new)
    eventually(lambda: statuses(served, endpoint) == ["CREATING", "IN_SERVICE", "UPDATING", "IN_SERVICE"])
    assert served.details("SageMaker Endpoint State Change")[-2]["EndpointConfigName"] != new
    assert hosted.asked(endpoint) == "new"


def test_a_failed_update_is_in_service_on_the_old_configuration(hosted: Hosted, served: Served) -> None:
    old = hosted.config(hosted.model("old"))
    endpoint = hosted.endpoint(old)
    hosted.update(endpoint, hosted.config(hosted.model("broken", BROKEN)))

    described = hosted.settled(endpoint)
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", old)
    assert described["FailureReason"] == UNHEALTHY
    assert hosted.asked(endpoint) == "old"
    eventually(lambda: statuses(served, endpoint)[-2:] == ["UPDATING", "IN_SERVICE"])


def test_a_busy_endpoint_is_left_alone(hosted: Hosted) -> None:
    first, second = hosted.config(hosted.model("one")), hosted.config(hosted.model("two"))
    endpoint = hosted.endpoint(first)
    policy = blue_green("ALL_AT_ONCE", termination=3600)
    hosted.update(endpoint, second, BlueGreenUpdatePolicy=policy)

    described = hosted.sagemaker.describe_endpoint(EndpointName=endpoint)
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("Updating", first)
    assert described["PendingDeploymentSummary"]["EndpointConfigName"] == second
    busy = ("ValidationException", f'Cannot update in-progress endpoint "{described["EndpointArn"]}".', 400)
    assert refused(hosted.sagemaker.update_endpoint, EndpointName=endpoint, EndpointConfigName=first) == busy
    assert refused(hosted.sagemaker.delete_endpoint, EndpointName=endpoint) == busy


def test_deleting_ends_it(hosted: Hosted, served: Served) -> None:
    endpoint = hosted.endpoint(hosted.config(hosted.model("one")))
    hosted.sagemaker.delete_endpoint(EndpointName=endpoint)
    eventually(lambda: not hosted.sagemaker.list_endpoints()["Endpoints"])
    arn = f"arn:aws:sagemaker:us-east-1:000000000000:endpoint/{endpoint.lower()}"
    for call in (hosted.sagemaker.describe_endpoint, hosted.sagemaker.delete_endpoint):
        assert refused(call, EndpointName=endpoint) == (
            "ValidationException",
            f'Could not find endpoint "{arn}".',
            400,
        )
    assert refused(hosted.served.runtime.invoke_endpoint, EndpointName=endpoint, Body=b"") == (
        "ValidationError",
        f"Endpoint {endpoint} of account 000000000000 not found.",
        400,
    )
    eventually(lambda: statuses(served, endpoint)[-1] == "DELETING")
