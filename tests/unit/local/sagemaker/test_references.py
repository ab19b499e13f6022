"""References found and resolved."""

from typing import Any

import pytest

from pointsman.local.sagemaker.errors import UnresolvedReferenceError
from pointsman.local.sagemaker.references import Reference, Resolver, expressions

JOB = {
    "ProcessingOutputConfig": {"Outputs": [{"OutputName": "train", "S3Output": {"S3Uri": "s3://bucket/train"}}]},
    "ModelArtifacts": {"S3ModelArtifacts": "s3://bucket/model.tar.gz"},
}


def resolver() -> Resolver:
    def properties(step: str) -> Any:
        if step != "Job-1":
            raise UnresolvedReferenceError(f"no {step}")
        return JOB

    return Resolver(
        parameters={"Text": "t", "Whole": 6, "Flag": False, "Real": 0.5},
        variables={"PipelineName": "churn"},
        properties=properties,
        property_file=lambda step, name: {"step": step, "file": name, "list": [1.5]},
        s3_json=lambda uri: {"uri": uri},
    )


@pytest.mark.parametrize(
    ("value", "resolved"),
    [
        ({"Get": "Parameters.Whole"}, 6),
        ({"a": [{"Get": "Parameters.Flag"}, "plain"]}, {"a": [False, "plain"]}),
        ({"Get": "Execution.PipelineName"}, "churn"),
        ({"Get": "Steps.Job-1.ModelArtifacts.S3ModelArtifacts"}, "s3://bucket/model.tar.gz"),
        ({"Get": "Steps.Job-1.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri"}, "s3://bucket/train"),
        (
            {"Std:Join": {"On": "-", "Values": ["a", 1, True, 2.0, {"Std:Join": {"On": "", "Values": ["b", "c"]}}]}},
            "a-1-true-2.0-bc",
        ),
        ({"Std:JsonGet": {"PropertyFile": {"Get": "Steps.Job-1.PropertyFiles.F"}, "Path": "list[0]"}}, 1.5),
        ({"Std:JsonGet": {"PropertyFile": {"Get": "Steps.Job-1.PropertyFiles.F"}, "Path": "file"}}, "F"),
        ({"Std:JsonGet": {"S3Uri": {"Std:Join": {"On": "/", "Values": ["s3:/", "b"]}}, "Path": "uri"}}, "s3://b"),
        (None, None),
        ({"Get": 1, "Other": 2}, {"Get": 1, "Other": 2}),
    ],
)
def test_values_take_the_place_of_expressions(value: Any, resolved: Any) -> None:
    assert resolver().resolve(value) == resolved


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"Get": "Parameters.Nope"}, "'Parameters.Nope'"),
        ({"Get": "Execution.TrainingJobName"}, "'Execution.TrainingJobName'"),
        ({"Get": "Steps.Job-1.ModelArtifacts.Nope"}, "step 'Job-1' has no property 'ModelArtifacts.Nope'"),
        ({"Get": "Steps.Other.X"}, "no Other"),
        (
            {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.Job-1.PropertyFiles.F"}, "Path": "list[1]"}},
            r"Invalid json path 'list\[1\]'",
        ),
    ],
)
def test_what_has_no_value_is_named(value: Any, words: str) -> None:
    with pytest.raises(UnresolvedReferenceError, match=words):
        resolver().resolve(value)


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("Parameters.A-b_c", Reference("Parameters", "A-b_c")),
        ("Steps.S.PropertyFiles.F", Reference("Steps", "S", "PropertyFiles.F")),
        ("Steps.S['x']", Reference("Steps", "S", "['x']")),
        ("Steps.S", Reference("Steps", "S")),
    ],
)
def test_references_are_read(text: str, reference: Reference) -> None:
    assert Reference.parse(text) == reference


def test_expressions_are_found_with_their_place() -> None:
    value = {"a": [{"Std:Join": {"On": "", "Values": [{"Get": "Parameters.P"}]}}]}
    found = [(path, function) for path, function, _ in expressions(value, "$")]
    assert found == [("$.a[0]", "Std:Join"), ("$.a[0].Std:Join.Values[0]", "Get")]
