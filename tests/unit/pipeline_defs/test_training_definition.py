"""The definition against what SageMaker accepts, as far as botocore knows it."""

import re
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.validate import ParamValidator

from tests.unit.pipeline_defs.resolve import parameters, resolved, steps_by_name

REQUESTS = {
    "Prepare": ("CreateProcessingJob", {"ProcessingJobName": "job"}),
    "Train": ("CreateTrainingJob", {"TrainingJobName": "job"}),
    "Evaluate": ("CreateProcessingJob", {"ProcessingJobName": "job"}),
    "Register": ("CreateModelPackage", {}),
}

PATTERNS = dict.fromkeys(["CustomerMetadataKey", "CustomerMetadataValue"], r"[\w .:/=+\-@]*")
"""Where AWS's own pattern is not one for Python's `re`: the same, in its words."""

STARTED_WITH = {
    "ModelPackageGroup": "diabetes",
    "DataManifest": "s3://artefacts/manifests/diabetes/" + "f" * 64 + ".json",
    "DataFingerprint": "f" * 64,
    "DecisionKey": "d" * 64,
    "MetricBar": 65.0,
}


def references(training: dict[str, Any]) -> dict[str, Any]:
    steps = {
        "Steps.Prepare.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri": "s3://artefacts/train",
        "Steps.Prepare.ProcessingOutputConfig.Outputs['test'].S3Output.S3Uri": "s3://artefacts/test",
        "Steps.Evaluate.ProcessingOutputConfig.Outputs['evaluation'].S3Output.S3Uri": "s3://artefacts/evaluation",
        "Steps.Train.ModelArtifacts.S3ModelArtifacts": "s3://artefacts/model.tar.gz",
        "Execution.PipelineExecutionId": "abcdef123456",
    }
    return parameters(training, **STARTED_WITH) | steps


def beyond_limits(shape: Shape, value: Any, path: str = "") -> Iterator[str]:
    """What botocore's validator leaves to the service: maximum lengths, patterns and enumerations."""
    for part, (inner_shape, inner) in parts(shape, value).items():
        yield from beyond_limits(inner_shape, inner, f"{path}.{part}")
    if isinstance(value, str):
        known = shape.metadata
        too_long = len(value) > known.get("max", len(value))
        pattern = PATTERNS.get(shape.name, known.get("pattern", ".*"))
        if too_long or value not in known.get("enum", [value]) or not re.fullmatch(pattern, value):
            yield f"{path} = {value}"


def parts(shape: Shape, value: Any) -> dict[str, tuple[Shape, Any]]:
    if isinstance(shape, StructureShape):
        return {name: (shape.members[name], item) for name, item in value.items()}
    if isinstance(shape, ListShape):
        return {str(index): (shape.member, item) for index, item in enumerate(value)}
    if isinstance(shape, MapShape):
        keys = {f"{key} (key)": (shape.key, key) for key in value}
        return keys | {key: (shape.value, item) for key, item in value.items()}
    return {}


@pytest.mark.parametrize("name", REQUESTS)
def test_arguments_are_a_request_that_botocore_accepts(training: dict[str, Any], name: str) -> None:
    operation, job_name = REQUESTS[name]
    service = botocore.session.Session().get_service_model("sagemaker")
    shape = service.operation_model(operation).input_shape
    assert isinstance(shape, StructureShape)
    request = resolved(steps_by_name(training)[name]["Arguments"], references(training)) | job_name
    report = ParamValidator().validate(request, shape)
    assert not report.has_errors(), report.generate_report()
    assert list(beyond_limits(shape, request)) == []


def test_steps_and_their_order(training: dict[str, Any]) -> None:
    assert [step["Name"] for step in training["Steps"]] == ["Prepare", "Train", "Evaluate", "Gate"]
    gate = steps_by_name(training)["Gate"]["Arguments"]
    assert [step["Name"] for step in gate["IfSteps"]] == ["Register"]
    assert [step["Name"] for step in gate["ElseSteps"]] == ["BelowBar"]


def test_parameters_that_must_be_given(training: dict[str, Any]) -> None:
    required = {item["Name"] for item in training["Parameters"] if "DefaultValue" not in item}
    assert required == set(STARTED_WITH)


def test_every_parameter_is_used(training: dict[str, Any]) -> None:
    assert {item["Name"] for item in training["Parameters"]} == set(re.findall(r"'Parameters\.(\w+)'", str(training)))


@pytest.mark.parametrize("name", ["Prepare", "Train", "Evaluate"])
def test_every_job_is_cached_bounded_retried_and_isolated(training: dict[str, Any], name: str) -> None:
    step = steps_by_name(training)[name]
    arguments = step["Arguments"]
    assert step["CacheConfig"] == {"Enabled": True, "ExpireAfter": "P30D"}
    assert arguments["StoppingCondition"]["MaxRuntimeInSeconds"] > 0
    assert (arguments | arguments.get("NetworkConfig", {}))["EnableNetworkIsolation"] is True
    retried = {error for policy in step["RetryPolicies"] for error in policy["ExceptionType"]}
    assert {"Step.THROTTLING", "SageMaker.CAPACITY_ERROR", "SageMaker.RESOURCE_LIMIT"} <= retried


def test_data_is_exactly_what_the_manifest_names(training: dict[str, Any]) -> None:
    [data] = [
        item["S3Input"]
        for item in steps_by_name(training)["Prepare"]["Arguments"]["ProcessingInputs"]
        if item["InputName"] == "data"
    ]
    assert data["S3DataType"] == "ManifestFile"
    assert data["S3Uri"] == {"Get": "Parameters.DataManifest"}


def test_the_package_records_where_it_comes_from(training: dict[str, Any]) -> None:
    package = resolved(steps_by_name(training)["Register"]["Arguments"], references(training))
    assert package["CustomerMetadataProperties"] == {
        name: STARTED_WITH[name] for name in ("DataManifest", "DataFingerprint", "DecisionKey")
    }
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    assert package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"] == "s3://artefacts/evaluation/evaluation.json"
