"""How traffic goes from one configuration to the next, and back."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.conftest import client_of
from tests.contract.sagemaker.hosted import Hosted, blue_green, refused
from tests.contract.sagemaker.serving import Served
from tests.local.instances import Instance, eventually, unique


@pytest.fixture
def served(aws: Instance, tmp_path: Path) -> Iterator[Served]:
    """Five hundred seconds of waiting pass in one."""
    with Served.started(tmp_path / "sagemaker", aws.endpoint_url, time_scale=500) as served:
        yield served


@pytest.fixture
def endpoint(hosted: Hosted) -> str:
    return hosted.endpoint(hosted.config(hosted.model("old")))


def phases(served: Served) -> list[tuple[str, float]]:
    """Status and weight of the new fleet in the deployment's events."""
    found = [
        detail["PendingDeploymentSummary"]["ProductionVariants"][0] for detail in served.details("Deployment State")
    ]
    return [(variant["VariantStatus"][0]["Status"], variant["CurrentWeight"]) for variant in found]


def baking(hosted: Hosted, endpoint: str) -> Any:
    def look() -> Any:
        pending = hosted.sagemaker.describe_endpoint(EndpointName=endpoint).get("PendingDeploymentSummary")
        status = pending and pending["ProductionVariants"][0]["VariantStatus"][0]
        return pending if status and status["Status"] == "Baking" else None

    return eventually(look)


def test_a_canary_gets_its_share_first(hosted: Hosted, served: Served, endpoint: str) -> None:
    new = hosted.config(hosted.model("new"))
    policy = blue_green("CANARY", wait=750, termination=50, CanarySize=20)
    hosted.update(endpoint, new, BlueGreenUpdatePolicy=policy)

    pending = baking(hosted, endpoint)
    answers = Counter(hosted.asked(endpoint) for _ in range(20))
    assert 3 <= answers["new"] <= 5
    assert pending["EndpointConfigName"] == new
    (variant,) = pending["ProductionVariants"]
    assert (variant["CurrentWeight"], variant["DesiredWeight"], variant["CurrentInstanceCount"]) == (0.2, 1, 2)
    assert variant["VariantStatus"][0]["StatusMessage"] == (
        "Baking for 750 seconds (WaitIntervalInSeconds) with traffic enabled on 20% of the capacity."
    )

    settled = hosted.settled(endpoint)
    assert (settled["EndpointStatus"], settled["EndpointConfigName"]) == ("InService", new)
    assert settled["LastDeploymentConfig"]["BlueGreenUpdatePolicy"] == policy
    assert {hosted.asked(endpoint) for _ in range(5)} == {"new"}
    assert phases(served) == [("ActivatingTraffic", 0.2), ("Baking", 0.2), ("ActivatingTraffic", 1), ("Baking", 1)]
    (first, *_) = served.details("Deployment State")
    assert first["EndpointStatus"] == "UPDATING"
    assert isinstance(first["PendingDeploymentSummary"]["StartTime"], int)


def test_linear_and_rolling_go_step_by_step(hosted: Hosted, served: Served, endpoint: str) -> None:
    new = hosted.config(hosted.model("new"))
    hosted.update(endpoint, new, BlueGreenUpdatePolicy=blue_green("LINEAR", wait=1, LinearStepSize=40))
    assert hosted.settled(endpoint)["EndpointConfigName"] == new
    assert [weight for status, weight in phases(served) if status == "ActivatingTraffic"] == [0.4, 0.8, 1]

    served.events.clear()
    batch = {"Type": "CAPACITY_PERCENT", "Value": 50}
    hosted.update(
        endpoint,
        hosted.config(hosted.model("newer")),
        RollingUpdatePolicy={"MaximumBatchSize": batch, "WaitIntervalInSeconds": 1},
    )
    hosted.settled(endpoint)
    assert hosted.asked(endpoint) == "newer"
    assert [weight for status, weight in phases(served) if status == "ActivatingTraffic"] == [0.5, 1]


@pytest.mark.parametrize("when", ["during the canary", "after the last shift"])
def test_an_alarm_brings_the_old_configuration_back(hosted: Hosted, aws: Instance, endpoint: str, when: str) -> None:
    cloudwatch, alarm = client_of(aws, "cloudwatch"), unique("alarm")
    cloudwatch.put_metric_alarm(
        AlarmName=alarm, Namespace="test", MetricName=alarm, Statistic="Sum", Period=60, EvaluationPeriods=1,
        Threshold=1, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    kind = (
        blue_green("CANARY", wait=3600, CanarySize=20)
        if when == "during the canary"
        else blue_green("ALL_AT_ONCE", termination=3600)
    )
    old = hosted.sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointConfigName"]
    hosted.update(
        endpoint,
        hosted.config(hosted.model("new")),
        BlueGreenUpdatePolicy=kind,
        AutoRollbackConfiguration={"Alarms": [{"AlarmName": alarm}]},
    )
    baking(hosted, endpoint)
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="a test")

    settled = hosted.settled(endpoint)
    assert (settled["EndpointStatus"], settled["EndpointConfigName"]) == ("InService", old)
    assert alarm in settled["FailureReason"]
    assert {hosted.asked(endpoint) for _ in range(5)} == {"old"}


def test_an_update_that_takes_too_long_rolls_back(hosted: Hosted, endpoint: str) -> None:
    policy = blue_green("ALL_AT_ONCE", termination=3600) | {"MaximumExecutionTimeoutInSeconds": 600}
    hosted.update(endpoint, hosted.config(hosted.model("new")), BlueGreenUpdatePolicy=policy)
    assert "MaximumExecutionTimeoutInSeconds" in hosted.settled(endpoint)["FailureReason"]
    assert hosted.asked(endpoint) == "old"


def test_a_new_fleet_that_crashes_while_baking_rolls_back(hosted: Hosted, endpoint: str) -> None:
    policy = blue_green("ALL_AT_ONCE", termination=3600)
    hosted.update(endpoint, hosted.config(hosted.model("new")), BlueGreenUpdatePolicy=policy)
    baking(hosted, endpoint)
    with pytest.raises(hosted.served.runtime.exceptions.ModelError):
        hosted.ask(endpoint, {"die": True})
    settled = hosted.settled(endpoint)
    assert "ended by itself" in settled["FailureReason"]
    assert hosted.asked(endpoint) == "old"


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (blue_green("CANARY"), "CanarySize must be specified"),
        (blue_green("CANARY", CanarySize=60), "CanarySize must be from 1 to 50 percent"),
        (blue_green("LINEAR", LinearStepSize=5), "LinearStepSize must be from 10 to 50 percent"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(
    hosted: Hosted, endpoint: str, policy: dict[str, Any], message: str
) -> None:
    config = hosted.config(hosted.model("new"))
    code, said, _ = refused(
        hosted.sagemaker.update_endpoint,
        EndpointName=endpoint,
        EndpointConfigName=config,
        DeploymentConfig={"BlueGreenUpdatePolicy": policy},
    )
    assert (code, message in said) == ("ValidationException", True), said
    assert hosted.settled(endpoint)["EndpointStatus"] == "InService"


def test_the_last_deployments_policy_can_be_kept(hosted: Hosted, endpoint: str) -> None:
    policy = blue_green("CANARY", wait=1, CanarySize=20)
    hosted.update(endpoint, hosted.config(hosted.model("new")), BlueGreenUpdatePolicy=policy)
    hosted.settled(endpoint)
    hosted.sagemaker.update_endpoint(
        EndpointName=endpoint, EndpointConfigName=hosted.config(hosted.model("newer")), RetainDeploymentConfig=True
    )
    assert hosted.settled(endpoint)["LastDeploymentConfig"] == {"BlueGreenUpdatePolicy": policy}


def test_variants_share_the_traffic_by_weight(hosted: Hosted) -> None:
    config = hosted.config(hosted.model("a"), hosted.model("b"), hosted.model("c"), weights=[3, 1, 0])
    endpoint = hosted.endpoint(config)
    answers = Counter(hosted.asked(endpoint) for _ in range(40))
    assert 27 <= answers["a"] <= 33
    assert answers["c"] == 0
    assert hosted.ask(endpoint, TargetVariant="V2")["model"] == "c"
    code, message, status = refused(
        hosted.served.runtime.invoke_endpoint, EndpointName=endpoint, Body=b"", TargetVariant="V3"
    )
    assert (code, status, "V3" in message) == ("ValidationError", 400, True)


def test_weights_change_under_the_same_processes_and_may_be_retained(hosted: Hosted, served: Served) -> None:
    models = hosted.model("a"), hosted.model("b")
    endpoint = hosted.endpoint(hosted.config(*models, weights=[1, 0]))
    first = hosted.ask(endpoint, TargetVariant="V1")["pid"]
    hosted.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=endpoint,
        DesiredWeightsAndCapacities=[
            {"VariantName": "V0", "DesiredWeight": 0},
            {"VariantName": "V1", "DesiredWeight": 2, "DesiredInstanceCount": 5},
        ],
    )

    def shown() -> list[tuple[float, int]]:
        variants = hosted.settled(endpoint)["ProductionVariants"]
        return [(variant["CurrentWeight"], variant["CurrentInstanceCount"]) for variant in variants]

    assert shown() == [(0, 2), (2, 5)]
    assert {hosted.ask(endpoint)["pid"] for _ in range(5)} == {first}
    eventually(lambda: len(served.details("Endpoint State Change")) == 4)
    statuses = [detail["EndpointStatus"] for detail in served.details("Endpoint State Change")]
    assert statuses[-2:] == ["UPDATING", "IN_SERVICE"]

    hosted.sagemaker.update_endpoint(
        EndpointName=endpoint,
        EndpointConfigName=hosted.config(*models, weights=[1, 1]),
        RetainAllVariantProperties=True,
        ExcludeRetainedVariantProperties=[{"VariantPropertyType": "DesiredInstanceCount"}],
    )
    assert shown() == [(0, 2), (2, 2)]
    assert {hosted.asked(endpoint) for _ in range(5)} == {"b"}


def test_a_serverless_variant_is_served_alike(hosted: Hosted) -> None:
    config = unique("config")
    serverless = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    variant = {"VariantName": "AllTraffic", "ModelName": hosted.model("light"), "ServerlessConfig": serverless}
    hosted.sagemaker.create_endpoint_config(EndpointConfigName=config, ProductionVariants=[variant])
    endpoint = hosted.endpoint(config)
    assert hosted.asked(endpoint) == "light"
    (described,) = hosted.sagemaker.describe_endpoint(EndpointName=endpoint)["ProductionVariants"]
    assert described["CurrentServerlessConfig"] == serverless
