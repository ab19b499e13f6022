"""What SageMaker's requests look like from outside: routing, and the resource each works on.

Resources per action: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
"""

import json
import re
from typing import Any
from urllib.parse import unquote

from pointsman.local.aws.authority import Authority
from pointsman.local.aws.services import Permission, Service
from pointsman.local.sagemaker.roles import ACCOUNTS_OWN, Credentials

# A request's member to the resource it names; the first member present decides. A name becomes an ARN, which
# SageMaker writes in lower case; a value that is an ARN already is taken as it is.
_RESOURCES = {
    "ResourceArn": "",
    "PipelineExecutionArn": "",
    "PipelineName": "pipeline/{name}",
    "ModelPackageArn": "",
    "ModelPackageName": "model-package/{name}",
    "ModelPackageGroupName": "model-package-group/{name}",
    "EndpointName": "endpoint/{name}",
    "EndpointConfigName": "endpoint-config/{name}",
    "MonitoringScheduleName": "monitoring-schedule/{name}",
    "ProcessingJobName": "processing-job/{name}",
    "TrainingJobName": "training-job/{name}",
    "TransformJobName": "transform-job/{name}",  # a request with it names its model too
    "HyperParameterTuningJobName": "hyper-parameter-tuning-job/{name}",
    "ModelName": "model/{name}",
    "ImageName": "image/{name}",
}

# How sessions are called that SageMaker opens as a role.
_SESSION = "SageMaker"

# Lists are not authorised per resource, whatever they are filtered by; that of a pipeline's executions is.
_ON_ANY_RESOURCE = re.compile(r"List(?!PipelineExecution|PipelineVersions|Tags).*|Search")

# A policy for these must name both resources.
_ON_ENDPOINT_AND_CONFIG = frozenset({"CreateEndpoint", "UpdateEndpoint"})
_GIVEN_A_ROLE = _ON_ENDPOINT_AND_CONFIG | {
    "CreateModel", "CreateEndpointConfig", "CreateProcessingJob", "CreateTrainingJob", "CreateTransformJob",
    "CreateHyperParameterTuningJob", "CreateDataQualityJobDefinition", "CreateModelQualityJobDefinition",
    "CreateMonitoringSchedule", "UpdateMonitoringSchedule",
}  # fmt: skip

# Definitions are told apart by what they are for: `data-quality-job-definition/…`.
_ON_JOB_DEFINITION = re.compile(r"[A-Z][a-z]+(?P<type>[A-Z]\w+JobDefinition)")

# sagemaker-runtime has paths instead of targets; it signs as sagemaker too.
_RUNTIME = {
    "InvokeEndpoint": re.compile(r"/endpoints/(?P<name>[^/]+)/invocations"),
    "InvokeEndpointAsync": re.compile(r"/endpoints/(?P<name>[^/]+)/async-invocations"),
    "InvokeEndpointWithResponseStream": re.compile(r"/endpoints/(?P<name>[^/]+)/invocations-response-stream"),
}


def invoked_endpoint(path: str) -> str:
    """The endpoint's name in a path of the runtime's, empty for any other."""
    found = next(filter(None, (pattern.fullmatch(path) for pattern in _RUNTIME.values())), None)
    return unquote(found["name"]) if found else ""


def resource_arn(operation: str, path: str, body: bytes, region: str, account: str) -> str:
    """The ARN an operation is authorised on, or '*'."""
    prefix = f"arn:aws:sagemaker:{region}:{account}:"
    if endpoint := invoked_endpoint(path):
        return f"{prefix}endpoint/{endpoint.lower()}"
    request = _decoded(body)
    if _ON_ANY_RESOURCE.fullmatch(operation):
        return "*"
    if operation == "CreateModelPackage" and (group := request.get("ModelPackageGroupName")):
        return f"{prefix}model-package/{str(group).split('/')[-1].lower()}/*"  # SageMaker gives the version its number
    if (found := _ON_JOB_DEFINITION.fullmatch(operation)) and (name := request.get("JobDefinitionName")):
        kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", found["type"]).lower()
        return f"{prefix}{kind}/{str(name).lower()}"
    member = next((member for member in _RESOURCES if request.get(member)), None)
    if member is None:
        return "*"
    value = str(request[member])
    return value if value.startswith("arn:") else prefix + _RESOURCES[member].format(name=value.lower())


def further_permissions(operation: str, body: bytes, region: str, account: str) -> list[Permission]:
    """What operations on models, endpoints and jobs need beside their own resource."""
    if operation not in _GIVEN_A_ROLE:
        return []
    request, found = _decoded(body), []
    if operation in _ON_ENDPOINT_AND_CONFIG and (config := request.get("EndpointConfigName")):
        arn = f"arn:aws:sagemaker:{region}:{account}:endpoint-config/{str(config).lower()}"
        found.append(Permission(f"sagemaker:{operation}", arn))
    if role := _role(request):
        found.append(Permission("iam:PassRole", str(role), {"iam:PassedToService": "sagemaker.amazonaws.com"}))
    if request.get("Tags"):
        found.append(Permission("sagemaker:AddTags", resource_arn(operation, "/", body, region, account)))
    return found


class SageMakerRoles:
    """Jobs, steps and models held to IAM. A role that IAM doesn't know is held to nothing: samples name others'."""

    def __init__(self, authority: Authority, region: str, account: str) -> None:
        self._authority = authority
        self._region = region
        self._account = account

    def credentials(self, role: str) -> Credentials:
        return (
            Credentials(*self._authority.credentials(role, _SESSION)) if self._authority.knows(role) else ACCOUNTS_OWN
        )

    def denial(self, role: str, operation: str, request: dict[str, Any]) -> str | None:
        if not self._authority.knows(role):
            return None
        body = json.dumps(request).encode()
        arn = resource_arn(operation, "/", body, self._region, self._account)
        needed = [
            Permission(f"sagemaker:{operation}", arn),
            *further_permissions(operation, body, self._region, self._account),
        ]
        denials = (self._authority.denial(role, permission, _SESSION) for permission in needed)
        return next(filter(None, denials), None)


def _role(request: dict[str, Any]) -> str | None:
    """The one that is passed on: a schedule has its own only where it has its job, and doesn't name a definition."""
    config = request.get("MonitoringScheduleConfig")
    holder = (config.get("MonitoringJobDefinition") or {}) if isinstance(config, dict) else request
    return holder.get("ExecutionRoleArn") or holder.get("RoleArn")


def _decoded(body: bytes) -> dict[str, Any]:
    """Empty for what is no request; the service will say what is wrong with it."""
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        return {}
    return request if isinstance(request, dict) else {}


SAGEMAKER = Service(
    name="sagemaker",
    target_prefix="SageMaker.",
    resource_arn=resource_arn,
    further=further_permissions,
    paths=_RUNTIME,
)
