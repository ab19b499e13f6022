"""Pipelines as resources: created, updated, described, listed, deleted."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pointsman.local.sagemaker import Limits
from tests.contract.sagemaker.definitions import compare, condition, definition, fail, get, processing
from tests.contract.sagemaker.serving import ROLE, Served
from tests.contract.sagemaker.test_wire import FAIL_ONLY, refused
from tests.local.instances import Instance, eventually, unique

TOKEN = "t" * 32


def test_a_pipeline_is_described_as_created(sagemaker: Any) -> None:
    arn = sagemaker.create_pipeline(
        PipelineName="My-Pipeline",
        PipelineDefinition=FAIL_ONLY,
        PipelineDescription="what it is for",
        RoleArn=ROLE,
        Tags=[{"Key": "team", "Value": "trains"}],
        ParallelismConfiguration={"MaxParallelExecutionSteps": 3},
    )["PipelineArn"]
    assert arn == "arn:aws:sagemaker:us-east-1:000000000000:pipeline/my-pipeline"
    by_name = sagemaker.describe_pipeline(PipelineName="My-Pipeline")
    assert by_name == {**sagemaker.describe_pipeline(PipelineName=arn), "ResponseMetadata": by_name["ResponseMetadata"]}
    assert by_name["PipelineName"] == "My-Pipeline"
    assert by_name["PipelineDefinition"] == FAIL_ONLY
    assert by_name["PipelineStatus"] == "Active"
    assert by_name["ParallelismConfiguration"] == {"MaxParallelExecutionSteps": 3}
    assert abs(by_name["CreationTime"] - datetime.now(UTC)) < timedelta(minutes=1)
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "trains"}]


def test_create_repeated_with_its_token_is_the_same_pipeline(sagemaker: Any) -> None:
    request = {"PipelineName": "p", "PipelineDefinition": FAIL_ONLY, "RoleArn": ROLE}
    first = sagemaker.create_pipeline(**request, ClientRequestToken=TOKEN)["PipelineArn"]
    assert sagemaker.create_pipeline(**request, ClientRequestToken=TOKEN)["PipelineArn"] == first
    code, message = refused(sagemaker.create_pipeline, **request)
    assert code == "ValidationException"
    assert "Pipeline names must be unique within an AWS account and region" in message


def test_an_update_makes_a_version(sagemaker: Any) -> None:
    sagemaker.create_pipeline(PipelineName="p", PipelineDefinition=FAIL_ONLY, RoleArn=ROLE)
    changed = definition([fail("Other")])
    answer = sagemaker.update_pipeline(PipelineName="p", PipelineDefinition=changed)
    assert answer["PipelineVersionId"] == 2
    assert sagemaker.describe_pipeline(PipelineName="p")["PipelineDefinition"] == changed
    assert sagemaker.describe_pipeline(PipelineName="p", PipelineVersionId=1)["PipelineDefinition"] == FAIL_ONLY
    assert sagemaker.update_pipeline(PipelineName="p", PipelineDescription="new")["PipelineVersionId"] == 3
    assert sagemaker.describe_pipeline(PipelineName="p")["PipelineDefinition"] == changed


def test_a_definition_may_lie_in_s3(sagemaker: Any, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="definition.json", Body=FAIL_ONLY.encode())
    location = {"Bucket": bucket, "ObjectKey": "definition.json"}
    sagemaker.create_pipeline(PipelineName="p", PipelineDefinitionS3Location=location, RoleArn=ROLE)
    assert sagemaker.describe_pipeline(PipelineName="p")["PipelineDefinition"] == FAIL_ONLY


def test_what_does_not_exist_is_not_found(sagemaker: Any) -> None:
    for call in (sagemaker.describe_pipeline, sagemaker.delete_pipeline, sagemaker.start_pipeline_execution):
        assert refused(call, PipelineName="nothing") == (
            "ResourceNotFound",
            "Pipeline 'arn:aws:sagemaker:us-east-1:000000000000:pipeline/nothing' does not exist.",
        )
    arn = "arn:aws:sagemaker:us-east-1:000000000000:pipeline/nothing/execution/abcdefghijkl"
    assert refused(sagemaker.describe_pipeline_execution, PipelineExecutionArn=arn)[0] == "ResourceNotFound"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("{", "$: not valid JSON"),
        ('{"Version": "2021-01-01", "Steps": []}', "$.Version: expected '2020-12-01'"),
        (definition([{"Name": "A", "Type": "Dance"}]), "$.Steps[0].Type: 'Dance' is not a step type"),
        (definition([fail("A"), fail("A")]), "$.Steps[1]: the step name 'A' is used more than once"),
        (definition([fail("A", get("Parameters.P"))]), "$.Steps[0].Arguments.ErrorMessage: there is no parameter 'P'"),
        (
            definition([condition("C", [compare("Near", 1, 2)])]),
            "$.Steps[0].Arguments.Conditions[0].Type: 'Near' is not a condition type",
        ),
        (
            definition([condition("C", [compare("Equals", get("Steps.B.X"), 1)], then=[fail("F")])]),
            "$.Steps[0].Arguments.Conditions[0].LeftValue: there is no step 'B'",
        ),
        (
            definition([condition("C", [], then=[processing("P", "s3://b/a.py", DependsOn=["D"])])]),
            "$.Steps[0].Arguments.IfSteps[0].DependsOn[0]: there is no step 'D'",
        ),
        (
            definition([
                processing("P", "s3://b/a.py", inputs={"x": get("Steps.Q.ProcessingOutputConfig.Outputs['o']")}),
                processing("Q", "s3://b/a.py", outputs={"o": "s3://b/o"}, DependsOn=["P"]),
            ]),
            "steps wait for each other: ",
        ),
        (
            definition([
                processing("P", "s3://b/a.py"),
                processing("Q", "s3://b/a.py", inputs={"x": get("Steps.P.ModelArtifacts.S3ModelArtifacts")}),
            ]),
            "'ModelArtifacts.S3ModelArtifacts' is not a property of Processing step 'P'",
        ),
        (
            definition([{"Name": "P", "Type": "Processing", "Arguments": {"ProcessingInputs": {}}}]),
            "$.Steps[0].Arguments.ProcessingInputs: expected a list",
        ),
    ],
)  # fmt: skip
def test_a_malformed_definition_is_refused_with_its_place_and_not_stored(sagemaker: Any, text: str, place: str) -> None:
    code, message = refused(sagemaker.create_pipeline, PipelineName="bad", PipelineDefinition=text, RoleArn=ROLE)
    assert code == "ValidationException"
    assert message.startswith("Unable to parse pipeline definition. ")
    assert place in message
    assert sagemaker.list_pipelines()["PipelineSummaries"] == []


def test_a_bad_update_changes_nothing(sagemaker: Any) -> None:
    sagemaker.create_pipeline(PipelineName="p", PipelineDefinition=FAIL_ONLY, RoleArn=ROLE)
    before = sagemaker.describe_pipeline(PipelineName="p")
    refused(sagemaker.update_pipeline, PipelineName="p", PipelineDefinition='{"Version": "2020-12-01"}')
    after = sagemaker.describe_pipeline(PipelineName="p")
    assert {**after, "ResponseMetadata": 0} == {**before, "ResponseMetadata": 0}


def test_what_the_sdk_writes_as_null_is_accepted(sagemaker: Any) -> None:
    body = {**json.loads(FAIL_ONLY), "PipelineExperimentConfig": None, "MlflowConfig": None, "SomethingLater": None}
    sagemaker.create_pipeline(PipelineName="p", PipelineDefinition=json.dumps(body), RoleArn=ROLE)


def test_lists_filter_and_sort(sagemaker: Any) -> None:
    for name in ("beta", "alpha", "gamma"):
        sagemaker.create_pipeline(PipelineName=name, PipelineDefinition=FAIL_ONLY, RoleArn=ROLE)

    def names(**arguments: Any) -> list[str]:
        return [found["PipelineName"] for found in sagemaker.list_pipelines(**arguments)["PipelineSummaries"]]

    assert names() == ["gamma", "alpha", "beta"]
    assert names(SortBy="Name", SortOrder="Ascending") == ["alpha", "beta", "gamma"]
    assert names(PipelineNamePrefix="al") == ["alpha"]
    created = sagemaker.describe_pipeline(PipelineName="alpha")["CreationTime"]
    assert "beta" not in names(CreatedAfter=created + timedelta(seconds=30))
    assert names(CreatedBefore=created - timedelta(seconds=30)) == []


def test_delete_takes_the_executions_along_and_waits_for_none(served: Served, sagemaker: Any, script: Any) -> None:
    name = served.create(definition([processing("Wait", script("import time; time.sleep(600)"))]))
    arn = sagemaker.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
    assert refused(sagemaker.delete_pipeline, PipelineName=name)[0] == "ConflictException"
    sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn)
    served.ended(arn)
    eventually(lambda: sagemaker.delete_pipeline(PipelineName=name))
    assert refused(sagemaker.describe_pipeline_execution, PipelineExecutionArn=arn)[0] == "ResourceNotFound"


def test_tags_are_added_listed_and_removed(sagemaker: Any) -> None:
    arn = sagemaker.create_model_package_group(ModelPackageGroupName=unique("group"))["ModelPackageGroupArn"]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "3"}])
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["b"])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "3"}]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (definition([fail("A"), fail("B"), fail("C")]), "at most 2 steps"),
        (definition([fail("A")], [{"Name": f"P{n}", "Type": "String"} for n in range(4)]), "at most 3 parameters"),
    ],
)
def test_a_pipeline_beyond_its_quotas_is_refused(aws: Instance, tmp_path: Path, text: str, reason: str) -> None:
    limits = Limits(pipeline_parameters=3, pipeline_steps=2)
    with Served.started(tmp_path / "limited", aws.endpoint_url, limits) as served:
        request = {"PipelineName": "p", "PipelineDefinition": text, "RoleArn": ROLE}
        code, message = refused(served.boto3.create_pipeline, **request)
        assert (code, reason in message) == ("ValidationException", True)
        assert served.boto3.list_pipelines()["PipelineSummaries"] == []
