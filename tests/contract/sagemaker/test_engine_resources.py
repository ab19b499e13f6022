"""Pipelines and executions as resources: names, tokens, lists, pages.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePipeline.html and its siblings
"""

from typing import Any

import pytest

from tests.contract.sagemaker.accounts import Account
from tests.contract.sagemaker.definitions import condition, definition, fail
from tests.contract.sagemaker.test_wire import refused
from tests.local.instances import unique

TEXT = definition([fail("Stop", "one")])
PARAMETERS: list[dict[str, Any]] = [
    {"Name": "Text", "Type": "String", "DefaultValue": "a"},
    {"Name": "Whole", "Type": "Integer", "DefaultValue": 1},
    {"Name": "Flag", "Type": "Boolean", "DefaultValue": False},
]


def start(account: Account, name: str, **request: Any) -> str:
    found = account.boto3.start_pipeline_execution(PipelineName=name, **request)["PipelineExecutionArn"]
    account.ended(found)
    return str(found)


@pytest.fixture(scope="module")
def pipeline(account: Account) -> str:
    return account.create(TEXT)


@pytest.fixture(scope="module")
def executions(account: Account, pipeline: str) -> list[str]:
    """Three, the oldest first."""
    return [start(account, pipeline) for _ in range(3)]


@pytest.mark.parametrize("token", ["short", "x" * 129])
def test_a_token_has_32_to_128_characters(account: Account, pipeline: str, token: str) -> None:
    request = {"PipelineName": pipeline, "ClientRequestToken": token}
    assert refused(account.boto3.start_pipeline_execution, **request)[0] == "ValidationException"


def test_a_start_repeated_with_its_token_is_the_same_execution(account: Account, pipeline: str) -> None:
    request = {"PipelineName": pipeline, "ClientRequestToken": unique("token" * 6)}
    first, second = (account.boto3.start_pipeline_execution(**request) for _ in range(2))
    assert first["PipelineExecutionArn"] == second["PipelineExecutionArn"]


def test_a_creation_repeated_with_its_token_is_the_same_pipeline(account: Account) -> None:
    token = unique("token" * 6)
    name = account.create(TEXT, ClientRequestToken=token)
    request = {"PipelineName": name, "PipelineDefinition": TEXT, "RoleArn": account.role, "ClientRequestToken": token}
    assert account.boto3.create_pipeline(**request)["PipelineArn"].endswith(f"/{name.lower()}")


def test_a_name_is_taken_once(account: Account, pipeline: str) -> None:
    request = {"PipelineName": pipeline, "PipelineDefinition": TEXT, "RoleArn": account.role}
    code, message = refused(account.boto3.create_pipeline, **request)
    assert code == "ValidationException"
    assert "Pipeline names must be unique within an AWS account and region" in message


@pytest.mark.parametrize("name", ["", "-a", "a_b", "a b", "a" * 257])
def test_names_that_break_the_pattern_are_refused(account: Account, name: str) -> None:
    request = {"PipelineName": name, "PipelineDefinition": TEXT, "RoleArn": account.role}
    assert refused(account.boto3.create_pipeline, **request)[0] == "ValidationException"


@pytest.mark.parametrize(
    "request_",
    [
        {"PipelineExecutionDisplayName": "with blank"},
        {"PipelineExecutionDisplayName": "a" * 83},
        {"PipelineParameters": [{"Name": "n n", "Value": "v"}]},
        {"PipelineParameters": [{"Name": "P", "Value": "v" * 1025}]},
        {"ParallelismConfiguration": {"MaxParallelExecutionSteps": 0}},
        {"SelectiveExecutionConfig": {"SelectedSteps": []}},
        {"PipelineVersionId": 0},
    ],
)  # fmt: skip
def test_what_breaks_the_apis_constraints_is_refused(account: Account, pipeline: str, request_: Any) -> None:
    code, _ = refused(account.boto3.start_pipeline_execution, PipelineName=pipeline, **request_)
    assert code == "ValidationException"


def test_a_version_that_is_not_there_is_not_found(account: Account, pipeline: str) -> None:
    request = {"PipelineName": pipeline, "PipelineVersionId": 99}
    assert refused(account.boto3.start_pipeline_execution, **request)[0] == "ResourceNotFound"


@pytest.mark.parametrize(
    "operation", ["describe_pipeline", "start_pipeline_execution", "delete_pipeline", "list_pipeline_executions"]
)
def test_a_pipeline_that_is_not_there_is_not_found(account: Account, operation: str) -> None:
    assert refused(getattr(account.boto3, operation), PipelineName=unique("none"))[0] == "ResourceNotFound"


@pytest.mark.parametrize(
    "operation",
    [
        "describe_pipeline_execution", "list_pipeline_execution_steps", "stop_pipeline_execution",
        "retry_pipeline_execution", "list_pipeline_parameters_for_execution",
    ],
)  # fmt: skip
def test_an_execution_that_is_not_there_is_not_found(account: Account, pipeline: str, operation: str) -> None:
    arn = account.boto3.describe_pipeline(PipelineName=pipeline)["PipelineArn"]
    request = {"PipelineExecutionArn": f"{arn}/execution/abcdefghijkl"}
    assert refused(getattr(account.boto3, operation), **request)[0] == "ResourceNotFound"


def test_a_pipeline_may_be_named_by_its_arn(account: Account, pipeline: str) -> None:
    arn = account.boto3.describe_pipeline(PipelineName=pipeline)["PipelineArn"]
    assert account.boto3.describe_pipeline(PipelineName=arn)["PipelineName"] == pipeline


def test_parameters_are_listed_as_text_with_defaults(account: Account) -> None:
    arn = start(
        account,
        account.create(definition([fail("F")], PARAMETERS)),
        PipelineParameters=[{"Name": "Whole", "Value": "2"}],
    )
    listed = account.boto3.list_pipeline_parameters_for_execution(PipelineExecutionArn=arn)["PipelineParameters"]
    assert {each["Name"]: each["Value"] for each in listed} == {"Text": "a", "Whole": "2", "Flag": "false"}


def test_executions_are_listed_newest_first(account: Account, pipeline: str, executions: list[str]) -> None:
    listed = account.boto3.list_pipeline_executions(PipelineName=pipeline)["PipelineExecutionSummaries"]
    found = [each["PipelineExecutionArn"] for each in listed]
    assert [arn for arn in found if arn in executions] == executions[::-1]


def test_lists_come_in_pages(account: Account, pipeline: str, executions: list[str]) -> None:
    pages = account.boto3.get_paginator("list_pipeline_executions").paginate(
        PipelineName=pipeline, SortOrder="Ascending", PaginationConfig={"PageSize": 1}
    )
    found = [each["PipelineExecutionArn"] for page in pages for each in page["PipelineExecutionSummaries"]]
    assert len(found) == len(set(found))
    assert set(executions) <= set(found)


@pytest.mark.parametrize("size", [0, 101])
def test_a_page_has_one_to_a_hundred(account: Account, pipeline: str, size: int) -> None:
    request = {"PipelineName": pipeline, "MaxResults": size}
    assert refused(account.boto3.list_pipeline_executions, **request)[0] == "ValidationException"


def test_steps_are_listed_in_the_order_asked_for(account: Account) -> None:
    steps = [condition("A", []), condition("B", [], DependsOn=["A"])]
    arn = start(account, account.create(definition(steps)))
    for order, names in (("Ascending", ["A", "B"]), ("Descending", ["B", "A"])):
        listed = account.boto3.list_pipeline_execution_steps(PipelineExecutionArn=arn, SortOrder=order)
        assert [step["StepName"] for step in listed["PipelineExecutionSteps"]] == names


def test_an_execution_is_renamed_and_described(account: Account, executions: list[str]) -> None:
    request = {"PipelineExecutionDisplayName": "renamed", "PipelineExecutionDescription": "why"}
    account.boto3.update_pipeline_execution(PipelineExecutionArn=executions[0], **request)
    described = account.boto3.describe_pipeline_execution(PipelineExecutionArn=executions[0])
    assert request.items() <= described.items()


def test_an_execution_shows_its_definition(account: Account, executions: list[str]) -> None:
    shown = account.boto3.describe_pipeline_definition_for_execution(PipelineExecutionArn=executions[0])
    assert shown["PipelineDefinition"] == TEXT


def test_a_pipeline_says_when_it_ran_last(account: Account, pipeline: str, executions: list[str]) -> None:
    last = account.boto3.describe_pipeline_execution(PipelineExecutionArn=executions[-1])["CreationTime"]
    assert account.boto3.describe_pipeline(PipelineName=pipeline)["LastRunTime"] >= last


def test_a_deleted_pipeline_takes_its_executions_along(account: Account) -> None:
    name = account.create(TEXT)
    arn = start(account, name)
    account.boto3.delete_pipeline(PipelineName=name)
    assert refused(account.boto3.describe_pipeline, PipelineName=name)[0] == "ResourceNotFound"
    assert refused(account.boto3.describe_pipeline_execution, PipelineExecutionArn=arn)[0] == "ResourceNotFound"
