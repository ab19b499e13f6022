"""What a spec may say of its endpoint, and what an endpoint's configuration is made of."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from control_plane.serving import Serving

FULL = {
    "endpoint": "churn-prod",
    "instances": {"type": "ml.c5.xlarge", "count": 4},
    "rollout": {
        "canary": "25%",
        "bake": "10m",
        "alarms": {"http_5xx": "0.5%", "model_errors": "1%", "latency_p99": "250ms", "others": ["team-cpu"]},
    },
    "capture": "20%",
}


def serving(**changes: Any) -> Serving:
    return Serving.model_validate({"endpoint": "churn-prod"} | changes)


def test_what_is_written_down_is_read_back() -> None:
    full = Serving.model_validate(FULL)
    assert Serving.model_validate_json(full.model_dump_json()) == full
    assert Serving.model_validate(full.model_dump(mode="json")) == full


@pytest.mark.parametrize(("latency", "share"), [("5ms", "0.125%"), ("1250ms", "100%")], ids=["the least", "the most"])
def test_limits_are_read_to_the_last_digit(latency: str, share: str) -> None:
    alarms = serving(rollout={"alarms": {"http_5xx": share, "latency_p99": latency}}).rollout.alarms
    assert alarms.http_5xx == float(share[:-1]) / 100
    assert alarms.latency_p99 == timedelta(milliseconds=float(latency[:-2]))


def test_each_limit_has_an_alarm_named_after_its_endpoint() -> None:
    assert Serving.model_validate(FULL).alarm_names == (
        "pointsman-guard-churn-prod-http_5xx",
        "pointsman-guard-churn-prod-model_errors",
        "pointsman-guard-churn-prod-latency_p99",
        "team-cpu",
    )


def test_how_traffic_goes_over_is_no_part_of_a_configuration() -> None:
    assert serving(rollout={"canary": "10%"}).configured == serving().configured


@pytest.mark.parametrize("change", [{"instances": {"count": 2}}, {"serverless": {}}, {"capture": "5%"}])
def test_what_it_runs_on_and_captures_is(change: dict[str, Any]) -> None:
    assert serving(**change).configured != serving().configured


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"capture": "12.5%"}, "whole percent"),
        ({"capture": "0%"}, "whole percent"),
        ({"capture": 0.2}, "whole percent"),
        ({"rollout": {"canary": "60%"}}, "more than 50%"),
        ({"rollout": {"linear": "5%"}}, "between 10% and 50%"),
        ({"rollout": {"canary": "10%", "linear": "10%"}}, "choose one"),
        ({"rollout": {"bake": "2h"}}, "longer than an hour"),
        ({"rollout": {"alarms": {"http_5xx": "0%"}}}, "share such as"),
        ({"rollout": {"alarms": {"http_5xx": "100.5%"}}}, "share such as"),
        ({"rollout": {"alarms": {"http_5xx": 1}}}, "share such as"),
        ({"rollout": {"alarms": {"latency_p99": "1s"}}}, "such as 250ms"),
        ({"rollout": {"alarms": {"others": [f"alarm-{number}" for number in range(11)]}}}, "more than 10 alarms"),
        ({"serverless": {}, "instances": {"count": 2}}, "choose one"),
        ({"serverless": {}, "rollout": {"canary": "10%"}}, "no canary"),
        ({"serverless": {}, "capture": "10%"}, "captures no data"),
        ({"serverless": {"memory_mb": 1000}}, "1024"),
    ],
)
def test_what_sagemaker_would_refuse_is_refused_here(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        serving(**change)
