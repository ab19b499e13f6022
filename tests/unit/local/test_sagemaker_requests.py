import json
from typing import Any

import pytest

from pointsman.local.aws.sagemaker import SAGEMAKER, further_permissions, resource_arn

ARN = "arn:aws:sagemaker:us-east-1:123456789012:"


@pytest.mark.parametrize(
    ("operation", "request_", "resource"),
    [
        ("StartPipelineExecution", {"PipelineName": "Churn"}, f"{ARN}pipeline/churn"),
        ("DescribePipeline", {"PipelineName": f"{ARN}pipeline/churn"}, f"{ARN}pipeline/churn"),
        (
            "StopPipelineExecution",
            {"PipelineExecutionArn": f"{ARN}pipeline/c/execution/1"},
            f"{ARN}pipeline/c/execution/1",
        ),
        ("ListPipelineExecutions", {"PipelineName": "churn"}, f"{ARN}pipeline/churn"),
        ("ListPipelines", {}, "*"),
        ("ListModelPackages", {"ModelPackageGroupName": "churn"}, "*"),
        ("CreateModelPackage", {"ModelPackageGroupName": "churn"}, f"{ARN}model-package/churn/*"),
        ("UpdateModelPackage", {"ModelPackageArn": f"{ARN}model-package/churn/1"}, f"{ARN}model-package/churn/1"),
        ("CreateEndpoint", {"EndpointName": "Prod", "EndpointConfigName": "c"}, f"{ARN}endpoint/prod"),
        ("DescribeProcessingJob", {"ProcessingJobName": "job"}, f"{ARN}processing-job/job"),
        ("StopMonitoringSchedule", {"MonitoringScheduleName": "Hourly"}, f"{ARN}monitoring-schedule/hourly"),
        (
            "CreateDataQualityJobDefinition",
            {"JobDefinitionName": "Churn"},
            f"{ARN}data-quality-job-definition/churn",
        ),
        (
            "DescribeModelQualityJobDefinition",
            {"JobDefinitionName": "Churn"},
            f"{ARN}model-quality-job-definition/churn",
        ),
        ("ListModelQualityJobDefinitions", {}, "*"),
        ("ListMonitoringExecutions", {"MonitoringScheduleName": "hourly"}, "*"),
        ("AddTags", {"ResourceArn": f"{ARN}endpoint/prod"}, f"{ARN}endpoint/prod"),
    ],
)
def test_the_resource_of_a_request(operation: str, request_: dict[str, str], resource: str) -> None:
    assert resource_arn(operation, "/", json.dumps(request_).encode(), "us-east-1", "123456789012") == resource


@pytest.mark.parametrize("body", [b"", b"[]", b"not json"])
def test_a_body_that_names_nothing(body: bytes) -> None:
    assert resource_arn("StartPipelineExecution", "/", body, "us-east-1", "123456789012") == "*"


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        ("/endpoints/Churn-prod/invocations", "InvokeEndpoint"),
        ("/endpoints/Churn-prod/async-invocations", "InvokeEndpointAsync"),
        ("/endpoints/Churn-prod/invocations-response-stream", "InvokeEndpointWithResponseStream"),
    ],
)
def test_the_runtime_names_its_endpoint_in_the_path(path: str, operation: str) -> None:
    assert SAGEMAKER.operation(path, {}) == operation
    assert resource_arn(operation, path, b"1,2", "us-east-1", "123456789012") == f"{ARN}endpoint/churn-prod"


@pytest.mark.parametrize(
    ("operation", "request_", "permissions"),
    [
        (
            "UpdateEndpoint",
            {"EndpointName": "Prod", "EndpointConfigName": "C"},
            [("sagemaker:UpdateEndpoint", f"{ARN}endpoint-config/c")],
        ),
        (
            "CreateModel",
            {"ModelName": "M", "ExecutionRoleArn": "arn:aws:iam::123456789012:role/r", "Tags": [{"Key": "k"}]},
            [("iam:PassRole", "arn:aws:iam::123456789012:role/r"), ("sagemaker:AddTags", f"{ARN}model/m")],
        ),
        ("DeleteEndpoint", {"EndpointName": "Prod"}, []),
        (
            "CreateModelQualityJobDefinition",
            {"JobDefinitionName": "D", "RoleArn": "arn:aws:iam::123456789012:role/r"},
            [("iam:PassRole", "arn:aws:iam::123456789012:role/r")],
        ),
        (
            "CreateMonitoringSchedule",
            {
                "MonitoringScheduleName": "S",
                "MonitoringScheduleConfig": {
                    "MonitoringJobDefinition": {"RoleArn": "arn:aws:iam::123456789012:role/r"}
                },
                "Tags": [{"Key": "k"}],
            },
            [
                ("iam:PassRole", "arn:aws:iam::123456789012:role/r"),
                ("sagemaker:AddTags", f"{ARN}monitoring-schedule/s"),
            ],
        ),
        (
            "UpdateMonitoringSchedule",
            {"MonitoringScheduleName": "S", "MonitoringScheduleConfig": {"MonitoringJobDefinitionName": "D"}},
            [],
        ),
    ],
)
def test_what_a_caller_must_be_allowed_beside_its_resource(
    operation: str, request_: dict[str, Any], permissions: list[tuple[str, str]]
) -> None:
    found = further_permissions(operation, json.dumps(request_).encode(), "us-east-1", "123456789012")
    assert [(permission.action, permission.resource) for permission in found] == permissions


def test_the_service_that_a_role_is_passed_to_is_one_value_as_conditions_compare_it() -> None:
    request = {"ModelName": "M", "ExecutionRoleArn": "arn:aws:iam::123456789012:role/r"}
    (permission,) = further_permissions("CreateModel", json.dumps(request).encode(), "us-east-1", "123456789012")
    assert permission.keys == {"iam:PassedToService": "sagemaker.amazonaws.com"}
