"""The plan of an update's traffic, and which target a request gets."""

from collections import Counter
from typing import Any

import pytest

from pointsman.local.sagemaker.errors import ValidationError
from pointsman.local.sagemaker.hosting.traffic import Shift, chosen, plan, spread

WAIT, TERMINATION = "WaitIntervalInSeconds", "TerminationWaitInSeconds"


def blue_green(termination: int = 300, **routing: Any) -> dict[str, Any]:
    policy = {"TrafficRoutingConfiguration": {WAIT: 600, **routing}, TERMINATION: termination}
    return {"BlueGreenUpdatePolicy": policy}


def percent(value: int) -> dict[str, Any]:
    return {"Type": "CAPACITY_PERCENT", "Value": value}


def instances(value: int) -> dict[str, Any]:
    return {"Type": "INSTANCE_COUNT", "Value": value}


def test_without_a_policy_everything_goes_at_once() -> None:
    assert plan({}, 1) == (Shift(1, 0, TERMINATION),)
    assert plan(blue_green(Type="ALL_AT_ONCE"), 1) == (Shift(1, 300, TERMINATION),)


def test_a_canary_waits_between_its_two_shifts() -> None:
    deployment = blue_green(Type="CANARY", CanarySize=percent(10))
    assert plan(deployment, 2) == (Shift(0.1, 600, WAIT), Shift(1, 300, TERMINATION))


@pytest.mark.parametrize(
    ("size", "shares"),
    [
        (percent(50), [0.5, 1]),
        (percent(30), [0.3, 0.6, 0.9, 1]),
        (percent(10), [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]),
        (instances(1), [0.25, 0.5, 0.75, 1]),
        (instances(9), [1]),
    ],
)
def test_linear_steps_add_up_to_everything(size: dict[str, Any], shares: list[float]) -> None:
    shifts = plan(blue_green(Type="LINEAR", LinearStepSize=size), 4)
    assert [shift.share for shift in shifts] == pytest.approx(shares)
    assert [shift.wait_seconds for shift in shifts] == [*[600] * (len(shares) - 1), 300]


def test_batches_each_wait_the_same() -> None:
    policy = {"MaximumBatchSize": percent(40), WAIT: 60}
    shifts = plan({"RollingUpdatePolicy": policy}, 5)
    assert shifts == (Shift(0.4, 60, WAIT), Shift(0.8, 60, WAIT), Shift(1, 60, WAIT))


@pytest.mark.parametrize(
    "deployment",
    [
        blue_green(Type="CANARY"),
        blue_green(Type="LINEAR"),
        blue_green(Type="CANARY", CanarySize=percent(51)),
        blue_green(Type="LINEAR", LinearStepSize=percent(9)),
        {"RollingUpdatePolicy": {"MaximumBatchSize": percent(4), WAIT: 0}},
        {**blue_green(Type="ALL_AT_ONCE"), "RollingUpdatePolicy": {"MaximumBatchSize": percent(40), WAIT: 0}},
    ],
)
def test_what_sagemaker_does_not_take_is_refused(deployment: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        plan(deployment, 4)


@pytest.mark.parametrize("weights", [[1, 3], [0.1, 0.9], [2, 0, 2], [0, 1], [5, 3, 2]])
def test_targets_get_their_share_of_any_requests_in_a_row(weights: list[float]) -> None:
    for start in (0, 17, 123_456):
        got = Counter(chosen(weights, spread(number)) for number in range(start, start + 100))
        for index, weight in enumerate(weights):
            assert got[index] == pytest.approx(100 * weight / sum(weights), abs=3)
        assert all(weights[index] for index in got)
