"""The alarms of an endpoint."""

import boto3
import pytest
from botocore.stub import Stubber

from control_plane.serving import Serving
from pointsman.guards import guards

SERVING = Serving.model_validate(
    {
        "endpoint": "churn-prod",
        "rollout": {"alarms": {"http_5xx": "0.5%", "latency_p99": "250ms", "others": ["team-latency"]}},
    }
)


def test_each_limit_is_an_alarm_of_this_endpoint_alone() -> None:
    errors, latency = guards(SERVING)
    assert (errors["AlarmName"], latency["AlarmName"]) == SERVING.alarm_names[:2]
    assert (errors["MetricName"], errors["Statistic"], errors["Threshold"]) == ("Invocation5XXErrors", "Average", 0.005)
    assert (latency["MetricName"], latency["ExtendedStatistic"]) == ("ModelLatency", "p99")
    assert latency["Threshold"] == 250_000, "SageMaker measures microseconds"
    for alarm in (errors, latency):
        assert {"Name": "EndpointName", "Value": "churn-prod"} in alarm["Dimensions"]


@pytest.mark.parametrize("alarm", list(guards(SERVING)), ids=lambda alarm: alarm["MetricName"])
def test_cloudwatch_takes_it(alarm: dict[str, object]) -> None:
    client = boto3.client("cloudwatch", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stubber:
        stubber.add_response("put_metric_alarm", {}, alarm)
        client.put_metric_alarm(**alarm)  # type: ignore[arg-type]


def test_no_limit_no_alarm() -> None:
    assert list(guards(Serving(endpoint="churn-prod"))) == []
