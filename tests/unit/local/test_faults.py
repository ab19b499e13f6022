"""Which fault strikes when, and what can't be one."""

import re
from pathlib import Path
from typing import Any

import pytest

from pointsman.errors import BadRequest, NotFound
from pointsman.local import sagemaker
from pointsman.local.faults import Fault, Faults
from pointsman.local.faults.checks import EVENT_TYPES

START = "sagemaker:StartPipelineExecution"
ARN = "arn:aws:sagemaker:us-east-1:000000000000:pipeline/training/execution/abc"


def struck(faults: Faults, where: str = START, *names: str) -> str | None:
    fault = faults.strike(where, lambda: names)
    return fault.what if fault else None


def test_it_strikes_as_often_as_asked_and_says_how_often_is_left() -> None:
    faults = Faults()
    number = faults.add(START, "throttle", times=2)
    assert [struck(faults) for _ in range(3)] == ["throttle", "throttle", None]
    (listed,) = faults.list()
    assert (listed["id"], listed["struck"], listed["left"], listed["where"]) == (number, 2, 0, START)


def test_of_several_the_oldest_that_is_not_used_up_strikes() -> None:
    faults = Faults()
    faults.add("sagemaker:Start*", "throttle")
    faults.add(START, "fail-after", times=None)
    assert [struck(faults) for _ in range(3)] == ["throttle", "fail-after", "fail-after"]
    assert faults.list()[1]["left"] is None


@pytest.mark.parametrize(
    ("on", "name", "strikes"),
    [
        ("*", "training", True),
        ("train*", "training", True),
        ("train*", "evaluation", False),
        ("TRAINING", "training", True),
        ("abc", ARN, True),
        ("pipeline/training/*", ARN, True),
        (ARN, ARN, True),
        ("training", ARN, False),
    ],
)
def test_it_strikes_only_what_it_is_about(on: str, name: str, strikes: bool) -> None:  # noqa: FBT001
    assert Fault(START, "throttle", on=on).is_about(START, [name]) is strikes
    assert not Fault(START, "throttle", on=on).is_about("sagemaker:StopPipelineExecution", [name])


def test_a_share_is_drawn_from_its_seed() -> None:
    def strikes(seed: int) -> list[str | None]:
        faults = Faults()
        faults.add(START, "throttle", times=None, share=0.3, seed=seed)
        return [struck(faults) for _ in range(50)]

    assert strikes(1) == strikes(1) != strikes(2)
    assert 0 < strikes(1).count("throttle") < 50


def test_faults_go_one_by_one_or_all_together() -> None:
    faults = Faults()
    first = faults.add(START, "throttle")
    faults.add("event:SageMaker Model Package*", "drop")
    faults.add("step:Train", "SageMaker.CAPACITY_ERROR")
    assert faults.clear(first) == 1
    with pytest.raises(NotFound, match="no fault 1; there are: 2, 3"):
        faults.clear(first)
    assert faults.clear() == 2
    assert faults.list() == []


@pytest.mark.parametrize(
    ("where", "what", "how", "told"),
    [
        ("StartPipelineExecution", "throttle", {}, "no fault strikes at 'StartPipelineExecution', only at SERVICE"),
        ("ec2:RunInstances", "throttle", {}, "the services are cloudformation, "),
        ("sagemaker:", "throttle", {}, "no fault strikes at 'sagemaker:'"),
        ("sagemaker:StartPipeline", "throttle", {}, "is no operation of sagemaker; perhaps StartPipelineExecution"),
        ("dynamodb:Xyz", "throttle", {}, "is no operation of dynamodb; there are BatchExecuteStatement, .* more"),
        (START, "drop", {}, "'drop' can't happen at '.*'; what can: throttle, limit, .*, delay-after"),
        ("event:SageMaker Model*", "throttle", {}, "what can: drop, double, late, reorder"),
        ("step:Train", "Capacity", {}, "what can: .*SageMaker.CAPACITY_ERROR"),
        ("event:SageMaker Model Package", "drop", {}, "perhaps .*SageMaker Model Package State Change"),
        ("sagemaker:DescribePipeline", "limit", {}, "never answers ResourceLimitExceeded; perhaps .*CreatePipeline"),
        ("s3:PutObject", "limit", {}, "never answers ResourceLimitExceeded; no operation of the service does"),
        (START, "throttle", {"times": 0}, "once or more, not 0 times"),
        (START, "throttle", {"share": 1.5}, "at most 1, not 1.5"),
        (START, "delay-after", {}, "needs the seconds"),
        (START, "delay-after", {"seconds": -1.0}, "more than 0"),
        (START, "throttle", {"seconds": 1.0}, "takes no seconds"),
    ],
)
def test_what_can_never_strike_is_refused(where: str, what: str, how: dict[str, Any], told: str) -> None:
    faults = Faults()
    with pytest.raises(BadRequest, match=told):
        faults.add(where, what, **how)
    assert faults.list() == []


def test_every_type_of_event_that_is_sent_can_be_struck() -> None:
    modules = Path(sagemaker.__file__).parent.rglob("*.py")
    sent = {name for module in modules for name in re.findall(r'"(SageMaker [\w ]+ Change)"', module.read_text())}
    assert sent == set(EVENT_TYPES)
