"""Monitoring job definitions: kept as given, listed, and locked by the schedules that name them."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.sagemaker.accounts import Account
from tests.contract.sagemaker.monitored import Monitored
from tests.contract.sagemaker.test_wire import refused
from tests.local.instances import unique


@pytest.fixture
def monitored(account: Account) -> Iterator[Monitored]:
    with Monitored(account, account.s3, account.bucket, account.role).tidied() as monitored:
        yield monitored


def test_a_definition_is_described_as_it_was_given(monitored: Monitored) -> None:
    given = monitored.definition(
        DataQualityBaselineConfig={"ConstraintsResource": {"S3Uri": f"{monitored.root}/constraints.json"}},
        StoppingCondition={"MaxRuntimeInSeconds": 600},
    )
    name = monitored.defined(**given)
    found = monitored.sagemaker.describe_data_quality_job_definition(JobDefinitionName=name)
    assert given.items() <= found.items()
    assert found["JobDefinitionArn"].endswith(f":data-quality-job-definition/{name.lower()}")


def test_its_tags_are_its_own(monitored: Monitored) -> None:
    name = monitored.defined(Tags=[{"Key": "team", "Value": "risk"}])
    arn = monitored.sagemaker.describe_data_quality_job_definition(JobDefinitionName=name)["JobDefinitionArn"]
    assert monitored.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "risk"}]


def test_a_name_is_taken_once(monitored: Monitored) -> None:
    given = monitored.definition(JobDefinitionName=monitored.defined())
    code, _ = refused(monitored.sagemaker.create_data_quality_job_definition, **given)
    assert code == "ResourceInUse"


@pytest.mark.parametrize("operation", ["describe", "delete"])
@pytest.mark.parametrize("kind", ["data_quality", "model_quality", "model_bias", "model_explainability"])
def test_one_that_is_not_there_is_not_found(account: Account, operation: str, kind: str) -> None:
    call = getattr(account.boto3, f"{operation}_{kind}_job_definition")
    assert refused(call, JobDefinitionName=unique("nobody"))[0] == "ResourceNotFound"


def test_definitions_are_listed_by_name(monitored: Monitored) -> None:
    first, second = monitored.defined(), monitored.defined()
    listed = monitored.sagemaker.list_data_quality_job_definitions(NameContains=first)["JobDefinitionSummaries"]
    assert [summary["MonitoringJobDefinitionName"] for summary in listed] == [first]
    newest = monitored.sagemaker.list_data_quality_job_definitions(MaxResults=1)
    assert newest["JobDefinitionSummaries"][0]["MonitoringJobDefinitionName"] == second
    of_models = monitored.sagemaker.list_model_quality_job_definitions(NameContains=first)
    assert of_models["JobDefinitionSummaries"] == []


def test_a_deleted_definition_is_gone(monitored: Monitored) -> None:
    name = monitored.defined()
    monitored.sagemaker.delete_data_quality_job_definition(JobDefinitionName=name)
    code, _ = refused(monitored.sagemaker.describe_data_quality_job_definition, JobDefinitionName=name)
    assert code == "ResourceNotFound"


def test_a_definition_cannot_be_deleted_before_its_schedule(monitored: Monitored) -> None:
    config = monitored.config()
    schedule, name = monitored.scheduled(config), config["MonitoringJobDefinitionName"]
    code, _ = refused(monitored.sagemaker.delete_data_quality_job_definition, JobDefinitionName=name)
    assert code == "ValidationException"
    monitored.sagemaker.delete_monitoring_schedule(MonitoringScheduleName=schedule)
    monitored.sagemaker.delete_data_quality_job_definition(JobDefinitionName=name)


def test_a_definition_looks_at_one_source(monitored: Monitored) -> None:
    both = {"BatchTransformInput": monitored.batch(), "EndpointInput": endpoint(unique("nobody"))}
    for source in ({}, both):
        given = monitored.definition(DataQualityJobInput=source)
        code, _ = refused(monitored.sagemaker.create_data_quality_job_definition, **given)
        assert code == "ValidationException"


def test_an_endpoint_that_is_not_there_cannot_be_monitored(monitored: Monitored) -> None:
    name = unique("nobody")
    given = monitored.definition(DataQualityJobInput={"EndpointInput": endpoint(name)})
    code, message = refused(monitored.sagemaker.create_data_quality_job_definition, **given)
    assert (code, name in message) == ("ValidationException", True)


def endpoint(name: str) -> dict[str, Any]:
    return {"EndpointName": name, "LocalPath": "/opt/ml/processing/input_data"}


@pytest.mark.parametrize(("kind", "more"), [("model_bias", {"GroundTruthS3Input": {}}), ("model_explainability", {})])
def test_what_clarify_would_monitor_is_refused_by_name(sagemaker: Any, kind: str, more: dict[str, Any]) -> None:
    noun = kind.title().replace("_", "")
    given = {
        "JobDefinitionName": unique("definition"),
        f"{noun}AppSpecification": {"ImageUri": "clarify", "ConfigUri": "s3://bucket/config"},
        f"{noun}JobInput": {"EndpointInput": endpoint("e"), **more},
        f"{noun}JobOutputConfig": {"MonitoringOutputs": [{"S3Output": {"S3Uri": "s3://b/k", "LocalPath": "/opt"}}]},
        "JobResources": {"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}},
        "RoleArn": "arn:aws:iam::000000000000:role/pipeline",
    }
    code, message = refused(getattr(sagemaker, f"create_{kind}_job_definition"), **given)
    assert code == "ValidationException"
    assert "DataQuality and ModelQuality are supported" in message
