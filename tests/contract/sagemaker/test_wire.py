"""Requests that SageMaker refuses, and how; pages; unknown operations."""

import json
import urllib.request
from typing import Any
from urllib.error import HTTPError

import pytest
from botocore.exceptions import ClientError

from tests.contract.sagemaker.definitions import definition, fail
from tests.contract.sagemaker.serving import ROLE, Served
from tests.local.instances import unique

FAIL_ONLY = definition([fail("Stop")])


def refused(call: Any, **arguments: Any) -> tuple[str, str]:
    """The error's code and message."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_names_are_checked_by_pattern_and_length(sagemaker: Any) -> None:
    code, message = refused(
        sagemaker.create_pipeline, PipelineName="no_underscores", PipelineDefinition=FAIL_ONLY, RoleArn="nobody-of-iam"
    )
    assert code == "ValidationException"
    assert message.startswith("3 validation errors detected: ")
    assert (
        "Value 'no_underscores' at 'pipelineName' failed to satisfy constraint: Member must satisfy regular" in message
    )
    assert "at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20" in message


def test_a_short_token_is_refused(sagemaker: Any) -> None:
    name = unique("pipeline")
    code, message = refused(
        sagemaker.create_pipeline,
        PipelineName=name,
        PipelineDefinition=FAIL_ONLY,
        RoleArn=ROLE,
        ClientRequestToken="a" * 31,
    )
    assert (code, "clientRequestToken" in message) == ("ValidationException", True)


def test_enums_are_checked(sagemaker: Any) -> None:
    code, message = refused(sagemaker.list_pipelines, SortBy="Size")
    assert code == "ValidationException"
    assert (
        "at 'sortBy' failed to satisfy constraint: Member must satisfy enum value set: [Name, CreationTime]" in message
    )


@pytest.mark.parametrize(
    ("operation", "body", "status", "code"),
    [
        ("CreatePipeline", b"{not json", 400, "SerializationException"),
        ("CreatePipeline", b"[]", 400, "SerializationException"),
        ("CreatePipeline", b'{"PipelineName": 7}', 400, "SerializationException"),
        ("CreatePipeline", b"{}", 400, "ValidationException"),
        ("CreateHumanTaskUi", b"{}", 400, "UnknownOperationException"),
        ("MakeCoffee", b"{}", 400, "UnknownOperationException"),
    ],
)
def test_the_wire_answers_with_a_code(served: Served, operation: str, body: bytes, status: int, code: str) -> None:
    request = urllib.request.Request(  # noqa: S310 -- loopback
        served.endpoint_url, data=body, headers={"X-Amz-Target": f"SageMaker.{operation}"}
    )
    with pytest.raises(HTTPError) as caught:
        urllib.request.urlopen(request)  # noqa: S310
    assert caught.value.code == status
    answer = json.load(caught.value)
    assert answer["__type"] == code
    if code == "UnknownOperationException":
        assert operation in answer["Message"]


def test_pages_continue_where_they_ended(sagemaker: Any) -> None:
    names = [f"p-{letter}" for letter in "abcde"]
    for name in names:
        sagemaker.create_pipeline(PipelineName=name, PipelineDefinition=FAIL_ONLY, RoleArn=ROLE)
    first = sagemaker.list_pipelines(SortBy="Name", SortOrder="Ascending", MaxResults=2)
    # One created meanwhile shifts nothing.
    sagemaker.create_pipeline(PipelineName="p-0", PipelineDefinition=FAIL_ONLY, RoleArn=ROLE)
    rest = sagemaker.list_pipelines(SortBy="Name", SortOrder="Ascending", MaxResults=100, NextToken=first["NextToken"])
    listed = [summary["PipelineName"] for page in (first, rest) for summary in page["PipelineSummaries"]]
    assert listed == names
    assert "NextToken" not in rest


def test_a_token_of_another_list_is_refused(sagemaker: Any) -> None:
    for letter in "ab":
        sagemaker.create_pipeline(PipelineName=f"p-{letter}", PipelineDefinition=FAIL_ONLY, RoleArn=ROLE)
    token = sagemaker.list_pipelines(SortBy="Name", MaxResults=1)["NextToken"]
    assert refused(sagemaker.list_pipelines, SortBy="CreationTime", NextToken=token)[0] == "ValidationException"
    assert refused(sagemaker.list_pipelines, NextToken="nonsense")[0] == "ValidationException"


def test_a_page_holds_ten_unless_asked(sagemaker: Any) -> None:
    for number in range(11):
        sagemaker.create_model_package_group(ModelPackageGroupName=f"group-{number}")
    assert len(sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"]) == 10
    paginator = sagemaker.get_paginator("list_model_package_groups")
    assert sum(len(page["ModelPackageGroupSummaryList"]) for page in paginator.paginate()) == 11
