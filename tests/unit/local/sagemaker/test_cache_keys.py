"""What of a step decides whether an earlier result stands for it, and how long."""

from pathlib import Path
from typing import Any

import pytest

from pointsman.local.sagemaker import cache_keys, durations
from pointsman.local.sagemaker.definition import CachePolicy, Step
from pointsman.local.sagemaker.step_cache import Place, StepCache
from pointsman.local.sagemaker.store import Store

TRAINING: dict[str, Any] = {
    "AlgorithmSpecification": {"TrainingImage": "i"},
    "HyperParameters": {"depth": "3"},
    "InputDataConfig": [{"ChannelName": "train"}],
    "OutputDataConfig": {"S3OutputPath": "s3://b/1"},
    "ResourceConfig": {"InstanceType": "ml.m5.large"},
}
TUNING: dict[str, Any] = {
    "HyperParameterTuningJobConfig": {"Strategy": "Random"},
    "TrainingJobDefinition": {"StaticHyperParameters": {"a": "1"}, "ResourceConfig": {"InstanceCount": 1}},
}
CHECK: dict[str, Any] = {"AppSpecification": {"ImageUri": "i"}, "ProcessingResources": {"x": 1}}


def key(kind: str, arguments: dict[str, Any], **body: Any) -> str | None:
    return cache_keys.key(Step("S", kind, "$", arguments, body), lambda value: value)


@pytest.mark.parametrize(
    ("kind", "arguments", "member", "changed", "counts"),
    [
        ("Training", TRAINING, "HyperParameters", {"depth": "4"}, True),
        ("Training", TRAINING, "InputDataConfig", [], True),
        ("Training", TRAINING, "CheckpointConfig", {"S3Uri": "s3://b"}, True),
        ("Training", TRAINING, "OutputDataConfig", {"S3OutputPath": "s3://b/2"}, False),
        ("Training", TRAINING, "ResourceConfig", {"InstanceType": "ml.m5.xlarge"}, False),
        ("Processing", CHECK, "AppSpecification", {"ImageUri": "j"}, True),
        ("Processing", CHECK, "Environment", {"a": "b"}, True),
        ("Processing", CHECK, "ProcessingInputs", [{}], True),
        ("Processing", CHECK, "ProcessingOutputConfig", {"Outputs": []}, False),
        ("Processing", CHECK, "ProcessingResources", {}, False),
        ("Transform", {}, "ModelName", "m", True),
        ("Transform", {}, "TransformOutput", {"S3OutputPath": "s3://b"}, False),
        ("Tuning", TUNING, "HyperParameterTuningJobConfig", {"Strategy": "Grid"}, True),
        ("Tuning", TUNING, "TrainingJobDefinition", {"StaticHyperParameters": {"a": "2"}}, True),
        ("Tuning", TUNING, "TrainingJobDefinition", {"StaticHyperParameters": {"a": "1"}}, False),
        ("AutoML", {}, "AutoMLJobConfig", {"Mode": "AUTO"}, True),
        ("AutoML", {}, "AutoMLJobConfig", {"SecurityConfig": {}}, False),
        ("EMR", {}, "StepConfig", {"Name": "s"}, True),
        ("EMR", {}, "ExecutionRoleArn", "arn", False),
    ],
)  # fmt: skip
def test_the_documented_attributes_and_no_others_count(
    kind: str, arguments: dict[str, Any], member: str, changed: Any, *, counts: bool
) -> None:
    assert (key(kind, arguments) != key(kind, {**arguments, member: changed})) is counts


@pytest.mark.parametrize("kind", ["QualityCheck", "ClarifyCheck"])
def test_checks_count_what_stands_beside_their_arguments(kind: str) -> None:
    assert key(kind, CHECK, SkipCheck=True) != key(kind, CHECK, SkipCheck=False)
    assert key(kind, CHECK, FailOnViolation=True) == key(kind, CHECK, FailOnViolation=False)


@pytest.mark.parametrize("kind", ["Condition", "Fail", "Lambda", "Callback", "Model", "RegisterModel"])
def test_other_types_have_no_key(kind: str) -> None:
    assert key(kind, {"a": 1}) is None


def test_a_result_is_taken_while_it_is_young_enough(tmp_path: Path) -> None:
    cache, place = StepCache(Store(tmp_path / "db")), Place("arn:pipeline", "Train", "k")
    cache.keep(place, "arn:execution", {"TrainingJob": {"Arn": "job"}}, at=1000.0)
    hour = CachePolicy(durations.parse("PT1H"))
    found = cache.find(place, hour, now=1000.0 + 3600)
    assert found is not None
    assert found["PipelineExecutionArn"] == "arn:execution"
    assert cache.find(place, hour, now=1000.0 + 3601) is None
    assert cache.find(place, CachePolicy(), now=1e9) is not None
    assert cache.find(Place("arn:other", "Train", "k"), CachePolicy(), now=1000.0) is None


def test_the_most_recent_result_is_the_one_taken(tmp_path: Path) -> None:
    cache, place = StepCache(Store(tmp_path / "db")), Place("arn:pipeline", "Train", "k")
    cache.keep(place, "arn:1", {}, at=1000.0)
    cache.keep(place, "arn:2", {}, at=2000.0)
    found = cache.find(place, CachePolicy(), now=2000.0)
    assert found is not None
    assert found["PipelineExecutionArn"] == "arn:2"
