"""How a model's champion is served: the `deployment` of its spec."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from control_plane.fields import Duration, ResourceName, Strict, WholeNumber, text_of_form

_SHARE = "(0|[1-9][0-9]?|100)([.][0-9]{1,3})?%"
_SHARE_EXPECTED = "expected a share such as 10% or 0.5%"
_PERCENT = "[1-9][0-9]?%|100%"
_PERCENT_EXPECTED = "expected whole percent such as 10%"
_LATENCY = "[1-9][0-9]{0,5}ms"
_LATENCY_EXPECTED = "expected a time such as 250ms"
_SMALLEST_LINEAR_STEP, _LARGEST_STEP = 10, 50
_MOST_ALARMS = 10
"""Of one update; all of these are SageMaker's limits."""


def _parse_share(value: object) -> object:
    if isinstance(value, float):
        return value
    if not isinstance(value, str) or not re.fullmatch(_SHARE, value) or not 0 < float(value[:-1]) <= 100:  # noqa: PLR2004
        raise ValueError(_SHARE_EXPECTED)
    return float(value[:-1]) / 100


def _parse_percent(value: object) -> object:
    if isinstance(value, int):
        return value
    if not isinstance(value, str) or not re.fullmatch(_PERCENT, value):
        raise ValueError(_PERCENT_EXPECTED)
    return int(value[:-1])


def _parse_latency(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not re.fullmatch(_LATENCY, value):
        raise ValueError(_LATENCY_EXPECTED)
    return timedelta(milliseconds=int(value[:-2]))


Share = Annotated[
    float,
    BeforeValidator(_parse_share),
    PlainSerializer(lambda share: f"{share * 100:g}%"),
    text_of_form(_SHARE, _SHARE_EXPECTED),
]
Percent = Annotated[
    int,
    BeforeValidator(_parse_percent),
    PlainSerializer(lambda percent: f"{percent}%"),
    text_of_form(_PERCENT, _PERCENT_EXPECTED),
]
Latency = Annotated[
    timedelta,
    BeforeValidator(_parse_latency),
    PlainSerializer(lambda time: f"{time // timedelta(milliseconds=1)}ms"),
    text_of_form(_LATENCY, _LATENCY_EXPECTED),
]


class Instances(Strict):
    """What an endpoint runs on."""

    type: str = Field("ml.m5.large", pattern=r"^ml\.[a-z0-9\-]+\.[a-z0-9]+$", description="SageMaker's instance type")
    count: WholeNumber = Field(1, ge=1, description="how many")


class Serverless(Strict):
    """An endpoint that runs on no instance of its own, and costs nothing while nobody asks it."""

    memory_mb: Literal[1024, 2048, 3072, 4096, 5120, 6144] = Field(2048, description="memory, in MB")
    concurrency: WholeNumber = Field(5, ge=1, le=200, description="most requests at a time")


class Alarms(Strict):
    """What sends an update back. `pointsman apply` makes an alarm for each limit; `others` are there already."""

    http_5xx: Share | None = Field(None, description="highest share of requests that the endpoint answers with 5xx")
    model_errors: Share | None = Field(None, description="highest share of requests that the model fails")
    latency_p99: Latency | None = Field(None, description="longest time that the model takes for 99% of the requests")
    others: tuple[str, ...] = Field((), description="CloudWatch alarms of your own, by name")

    @property
    def limits(self) -> Mapping[str, float | timedelta]:
        """Those that are set, by name."""
        found = {"http_5xx": self.http_5xx, "model_errors": self.model_errors, "latency_p99": self.latency_p99}
        return {name: limit for name, limit in found.items() if limit is not None}


class Rollout(Strict):
    """How traffic goes over to a new version. SageMaker starts it beside the old one, so no request is lost."""

    canary: Percent | None = Field(None, description="share of the instances that goes first; at most 50%")
    linear: Percent | None = Field(None, description="share of the instances that goes at a time, 10% to 50%")
    bake: Duration = Field(
        timedelta(minutes=5), description="how long each part must go without an alarm; at most an hour"
    )
    alarms: Alarms = Field(Alarms(), description="what sends an update back, also after it when it still bakes")

    @model_validator(mode="after")
    def _as_sagemaker_takes_it(self) -> Self:
        if self.canary and self.linear:
            raise ValueError("canary and linear are two ways; choose one")
        if self.canary and self.canary > _LARGEST_STEP:
            raise ValueError("canary is more than 50%")
        if self.linear and not _SMALLEST_LINEAR_STEP <= self.linear <= _LARGEST_STEP:
            raise ValueError("linear is not between 10% and 50%")
        if self.bake > timedelta(hours=1):
            raise ValueError("bake is longer than an hour")
        if len(self.alarms.limits) + len(self.alarms.others) > _MOST_ALARMS:
            raise ValueError(f"more than {_MOST_ALARMS} alarms")
        return self


class Serving(Strict):
    """The endpoint that serves the champion. Without one, an approved version becomes champion at once."""

    endpoint: ResourceName = Field(description="its name; made at the first deployment, if there is none")
    instances: Instances = Field(Instances(), description="what it runs on")
    serverless: Serverless | None = Field(None, description="instead of instances")
    rollout: Rollout = Field(Rollout(), description="how traffic goes over to a new version")
    keep: WholeNumber = Field(
        3,
        ge=2,
        le=50,
        description="how many of the configurations that served stay, to go back to; older ones are deleted",
    )
    capture: Percent | None = Field(
        None, description="share of the requests that is kept, with the answers, for monitors"
    )

    @model_validator(mode="after")
    def _serverless_has_no_instances(self) -> Self:
        if self.serverless is None:
            return self
        if "instances" in self.model_fields_set:
            raise ValueError("instances and serverless are two ways; choose one")
        if self.rollout.canary or self.rollout.linear:
            raise ValueError("a serverless endpoint has no instances that could go part by part: no canary, no linear")
        if self.capture:
            raise ValueError("SageMaker captures no data of serverless endpoints")
        return self

    @property
    def alarm_names(self) -> tuple[str, ...]:
        """Those that guard an update: ours are named after the endpoint."""
        alarms = self.rollout.alarms
        return (*(guard_name(self.endpoint, limit) for limit in alarms.limits), *alarms.others)

    @property
    def configured(self) -> str:
        """What stands in an endpoint's configuration, as a text that is the same for the same."""
        return self.model_dump_json(include={"endpoint", "instances", "serverless", "capture"})


def guard_name(endpoint: str, limit: str) -> str:
    """The alarm of one limit of one endpoint."""
    return f"pointsman-guard-{endpoint}-{limit}"
