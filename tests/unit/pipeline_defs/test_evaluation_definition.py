"""The evaluation pipeline's definition against what SageMaker accepts, as far as botocore knows it."""

import re
from typing import Any

import pytest

from tests.unit.pipeline_defs.resolve import parameters, resolved, steps_by_name
from tests.unit.pipeline_defs.service_model import problems

STARTED_WITH = {
    "ModelPackageGroup": "m" * 63,
    "ModelPackageArn": "arn:aws:sagemaker:eu-west-1:123456789012:model-package/" + "m" * 63 + "/12345",
    "ModelDataUrl": "s3://artefacts/pipelines/pointsman-training/abcdef123456/Train/model/job/output/model.tar.gz",
    "DataManifest": "s3://artefacts/manifests/diabetes/" + "f" * 64 + ".json",
    "DataFingerprint": "f" * 64,
    "DecisionKey": "d" * 64,
    "MetricBar": 65.0,
    "ReportUri": "s3://artefacts/reports/diabetes/" + "d" * 64,
}
# What training has too: given by the control plane there, or set in a model's file for both.
SHARED = {
    *("ModelPackageGroup", "DataManifest", "DataFingerprint", "DecisionKey", "Target", "Features"),
    *("MetricName", "MetricDirection", "MetricBar", "ProcessingInstanceType", "VolumeSizeInGB", "ImageUri"),
}


@pytest.fixture
def requests(evaluation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Each step's arguments in an execution."""
    steps = {
        "Steps.Prepare.ProcessingOutputConfig.Outputs['test'].S3Output.S3Uri": "s3://artefacts/test",
        "Execution.PipelineExecutionId": "abcdef123456",
    }
    references = parameters(evaluation, **STARTED_WITH) | steps
    return {name: resolved(step["Arguments"], references) for name, step in steps_by_name(evaluation).items()}


def inputs(request: dict[str, Any]) -> dict[str, str]:
    return {item["InputName"]: item["S3Input"]["S3Uri"] for item in request["ProcessingInputs"]}


def outputs(request: dict[str, Any]) -> dict[str, str]:
    return {item["OutputName"]: item["S3Output"]["S3Uri"] for item in request["ProcessingOutputConfig"]["Outputs"]}


@pytest.mark.parametrize("name", ["Prepare", "Evaluate"])
def test_arguments_are_a_request_that_botocore_accepts(requests: dict[str, dict[str, Any]], name: str) -> None:
    assert problems("CreateProcessingJob", requests[name] | {"ProcessingJobName": "job"}) == []


def test_it_neither_trains_nor_registers_nor_fails_by_its_verdict(evaluation: dict[str, Any]) -> None:
    assert [(step["Name"], step["Type"]) for step in evaluation["Steps"]] == [
        ("Prepare", "Processing"),
        ("Evaluate", "Processing"),
    ]


def test_parameters_that_must_be_given(evaluation: dict[str, Any]) -> None:
    required = {item["Name"] for item in evaluation["Parameters"] if "DefaultValue" not in item}
    assert required == set(STARTED_WITH)


def test_every_parameter_is_used(evaluation: dict[str, Any]) -> None:
    declared = {item["Name"] for item in evaluation["Parameters"]}
    assert declared == set(re.findall(r"'Parameters\.(\w+)'", str(evaluation)))


def test_what_training_has_too_is_the_same(evaluation: dict[str, Any], training: dict[str, Any]) -> None:
    ours = [item for item in evaluation["Parameters"] if item["Name"] in SHARED]
    assert {item["Name"] for item in ours} == SHARED
    assert all(item in training["Parameters"] for item in ours)


def test_the_package_is_judged_on_every_row_of_the_manifest(requests: dict[str, dict[str, Any]]) -> None:
    assert inputs(requests["Prepare"])["data"] == STARTED_WITH["DataManifest"]
    assert requests["Prepare"]["AppSpecification"]["ContainerArguments"][-2:] == ["--test-share", "1"]
    assert list(outputs(requests["Prepare"])) == ["test"]
    assert inputs(requests["Evaluate"])["model"] == STARTED_WITH["ModelDataUrl"]
    assert inputs(requests["Evaluate"])["test"] == "s3://artefacts/test"


def test_the_report_goes_where_the_control_plane_said_and_says_what_was_judged(
    requests: dict[str, dict[str, Any]],
) -> None:
    assert outputs(requests["Evaluate"])["evaluation"] == STARTED_WITH["ReportUri"]
    assert requests["Evaluate"]["AppSpecification"]["ContainerArguments"][-4:] == [
        "--about",
        *(f"{name}={STARTED_WITH[name]}" for name in ("ModelPackageArn", "DataFingerprint", "DecisionKey")),
    ]


def test_only_what_writes_to_a_place_of_the_executions_own_is_cached(evaluation: dict[str, Any]) -> None:
    """From its cache, SageMaker gives an earlier run's outputs: nothing would be written to a new `ReportUri`."""
    steps = steps_by_name(evaluation)
    assert steps["Prepare"]["CacheConfig"] == {"Enabled": True, "ExpireAfter": "P30D"}
    assert "CacheConfig" not in steps["Evaluate"]


@pytest.mark.parametrize("name", ["Prepare", "Evaluate"])
def test_every_job_is_bounded_retried_and_isolated(evaluation: dict[str, Any], name: str) -> None:
    step = steps_by_name(evaluation)[name]
    assert step["Arguments"]["StoppingCondition"]["MaxRuntimeInSeconds"] > 0
    assert step["Arguments"]["NetworkConfig"]["EnableNetworkIsolation"] is True
    retried = {error for policy in step["RetryPolicies"] for error in policy["ExceptionType"]}
    assert {"Step.THROTTLING", "SageMaker.CAPACITY_ERROR", "SageMaker.RESOURCE_LIMIT"} <= retried
