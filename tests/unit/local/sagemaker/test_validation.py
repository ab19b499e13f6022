"""Requests against the service model."""

from typing import Any

import pytest

from pointsman.local.sagemaker.errors import SerializationError, ValidationError
from pointsman.local.sagemaker.shapes import coerce, input_shape, output_shape, project, service_model
from pointsman.local.sagemaker.validation import _compiled, check_request

ROLE = "arn:aws:iam::000000000000:role/pipeline"
ARN = "arn:aws:sagemaker:us-east-1:000000000000"
START = {"PipelineName": "p", "ClientRequestToken": "t" * 32}


@pytest.mark.parametrize(
    ("operation", "request_", "violations"),
    [
        ("StartPipelineExecution", START, []),
        ("StartPipelineExecution", {**START, "PipelineName": f"{ARN}:pipeline/p"}, []),
        ("StartPipelineExecution", {**START, "Unknown": 1, "PipelineExecutionDescription": None}, []),
        ("StartPipelineExecution", {}, ["Value null at 'pipelineName'", "Value null at 'clientRequestToken'"]),
        (
            "StartPipelineExecution",
            {**START, "PipelineParameters": [{"Name": "ok", "Value": "v"}, {"Name": "no spaces"}]},
            ["Value 'no spaces' at 'pipelineParameters.2.member.name'", "null at 'pipelineParameters.2.member.value'"],
        ),
        (
            "StartPipelineExecution",
            {**START, "ParallelismConfiguration": {"MaxParallelExecutionSteps": 0}},
            ["at 'parallelismConfiguration.maxParallelExecutionSteps' failed to satisfy constraint: Member must have"],
        ),
        ("ListPipelines", {"MaxResults": 101}, ["Member must have value less than or equal to 100"]),
        ("ListPipelines", {"SortOrder": "Down"}, ["enum value set: [Ascending, Descending]"]),
        ("AddTags", {"ResourceArn": f"{ARN}:x/y", "Tags": [{"Key": "é b", "Value": ""}]}, []),
        (
            "UpdateModelPackage",
            {"ModelPackageArn": f"{ARN}:model-package/g/1", "CustomerMetadataProperties": {"what?": "v"}},
            ["Value 'what?' at 'customerMetadataProperties.key' failed to satisfy constraint"],
        ),
    ],
)  # fmt: skip
def test_constraints(operation: str, request_: dict[str, Any], violations: list[str]) -> None:
    if not violations:
        check_request(input_shape(operation), request_)
        return
    with pytest.raises(ValidationError) as caught:
        check_request(input_shape(operation), request_)
    noun = "error" if len(violations) == 1 else "errors"
    assert str(caught.value).startswith(f"{len(violations)} validation {noun} detected: ")
    assert all(violation in str(caught.value) for violation in violations)


@pytest.mark.parametrize(
    "request_",
    [
        {**START, "PipelineName": 7},
        {**START, "PipelineParameters": {}},
        {**START, "ParallelismConfiguration": []},
        {**START, "PipelineVersionId": "one"},
        {**START, "PipelineVersionId": 1.5},
        {**START, "PipelineVersionId": True},
    ],
)
def test_wrong_types(request_: dict[str, Any]) -> None:
    with pytest.raises(SerializationError):
        check_request(input_shape("StartPipelineExecution"), request_)


@pytest.mark.parametrize("instant", [1.5, 10, "2026-11-21T10:00:00Z", "2026-11-21"])
def test_instants_come_as_numbers_or_iso(instant: Any) -> None:
    check_request(input_shape("ListPipelines"), {"CreatedAfter": instant})


@pytest.mark.parametrize("instant", ["yesterday", True, [], float("inf")])
def test_other_instants_are_refused(instant: Any) -> None:
    with pytest.raises(SerializationError):
        check_request(input_shape("ListProcessingJobs"), {"CreationTimeAfter": instant})


def test_every_pattern_of_the_model_is_understood() -> None:
    patterns = {
        shape.metadata["pattern"]
        for name in service_model().shape_names
        if "pattern" in (shape := service_model().shape_for(name)).metadata
    }
    ignored = {pattern for pattern in patterns if _compiled(pattern).pattern == ".*" and pattern != ".*"}
    # One class of it is written in surrogates, which no Python string holds.
    assert len(ignored) <= 1


def test_project_leaves_out_what_the_model_does_not_have() -> None:
    shape = output_shape("DescribePipeline")
    assert shape is not None
    given = {
        "PipelineName": "p",
        "secret": 1,
        "RoleArn": None,
        "ParallelismConfiguration": {"MaxParallelExecutionSteps": 1, "x": 2},
    }
    assert project(shape, given) == {
        "PipelineName": "p",
        "ParallelismConfiguration": {"MaxParallelExecutionSteps": 1},
    }


def test_coerce_makes_what_the_model_asks_for() -> None:
    given = {
        "Environment": {"a": 1, "b": True, "c": 0.5},
        "ProcessingResources": {"ClusterConfig": {"InstanceCount": "2", "VolumeSizeInGB": 30}},
    }
    assert coerce(input_shape("CreateProcessingJob"), given) == {
        "Environment": {"a": "1", "b": "true", "c": "0.5"},
        "ProcessingResources": {"ClusterConfig": {"InstanceCount": 2, "VolumeSizeInGB": 30}},
    }
