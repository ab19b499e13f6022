"""How much of an endpoint's traffic goes where, and for how long: no process, no clock.

https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pointsman.local.sagemaker.errors import ValidationError
from pointsman.local.sagemaker.shapes import Shape

_WAIT, _TERMINATION_WAIT = "WaitIntervalInSeconds", "TerminationWaitInSeconds"
_CANARY_AT_MOST = 50
_LINEAR_STEP = range(10, 51)
_BATCH = range(5, 51)
_GOLDEN = (math.sqrt(5) - 1) / 2


@dataclass(frozen=True)
class Shift:
    """`share`: the part of the traffic, 0 to 1, that the new fleet gets from now on. `setting`: what asks to wait."""

    share: float
    wait_seconds: float
    setting: str


def plan(deployment: Shape, instances: int) -> tuple[Shift, ...]:
    """The steps of an update to a fleet of so many instances; the last one shifts everything. Raises ValidationError.

    `deployment` is a DeploymentConfig; an empty one shifts all at once.
    """
    if "BlueGreenUpdatePolicy" in deployment and "RollingUpdatePolicy" in deployment:
        raise ValidationError("Only one of BlueGreenUpdatePolicy and RollingUpdatePolicy can be specified.")
    if "RollingUpdatePolicy" in deployment:
        rolling = deployment["RollingUpdatePolicy"]
        batch = _share(rolling["MaximumBatchSize"], instances, _BATCH, "MaximumBatchSize")
        return _steps(batch, rolling[_WAIT], Shift(1.0, rolling[_WAIT], _WAIT))
    policy = deployment.get("BlueGreenUpdatePolicy", {})
    last = Shift(1.0, policy.get(_TERMINATION_WAIT, 0), _TERMINATION_WAIT)
    routing = policy.get("TrafficRoutingConfiguration", {"Type": "ALL_AT_ONCE"})
    if routing["Type"] == "CANARY":
        return (Shift(_canary(routing, instances), routing[_WAIT], _WAIT), last)
    if routing["Type"] == "LINEAR":
        return _steps(_linear_step(routing, instances), routing[_WAIT], last)
    return (last,)


def _canary(routing: Shape, instances: int) -> float:
    if "CanarySize" not in routing:
        raise ValidationError("CanarySize must be specified for traffic routing of type CANARY.")
    return _share(routing["CanarySize"], instances, range(1, _CANARY_AT_MOST + 1), "CanarySize")


def _linear_step(routing: Shape, instances: int) -> float:
    if "LinearStepSize" not in routing:
        raise ValidationError("LinearStepSize must be specified for traffic routing of type LINEAR.")
    return _share(routing["LinearStepSize"], instances, _LINEAR_STEP, "LinearStepSize")


def _share(size: Shape, instances: int, percent: range, member: str) -> float:
    value: int = size["Value"]
    if size["Type"] == "INSTANCE_COUNT":
        return min(1.0, value / max(1, instances))
    if value not in percent:
        raise ValidationError(f"{member} must be from {percent[0]} to {percent[-1]} percent of the capacity.")
    return value / 100


def _steps(step: float, wait_seconds: float, last: Shift) -> tuple[Shift, ...]:
    before_last = math.ceil(round(1 / step, 9)) - 1
    return (*(Shift(round(step * (n + 1), 9), wait_seconds, _WAIT) for n in range(before_last)), last)


def chosen(weights: Sequence[float], point: float) -> int:
    """The index into which `point`, from 0 to below 1, falls when the weights are laid end to end."""
    at, last = point * sum(weights), 0
    for index, weight in enumerate(weights):
        if weight > 0:
            last = index
            if at < weight:
                return index
        at -= weight
    return last


def spread(number: int) -> float:
    """The point for the `number`th request: any few in a row lie evenly, so a share of 10% is one in about ten."""
    return (number * _GOLDEN) % 1.0
