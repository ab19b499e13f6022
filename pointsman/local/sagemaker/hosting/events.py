"""Hosting's events: times in milliseconds, statuses in UPPER_SNAKE, tags as a map.

https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
"""

import re
from typing import Any

from pointsman.local.sagemaker import times
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Event

_MODEL_MEMBERS = (
    "ModelName", "PrimaryContainer", "Containers", "ExecutionRoleArn", "VpcConfig", "CreationTime", "ModelArn",
    "EnableNetworkIsolation",
)  # fmt: skip
_CONFIG_MEMBERS = (
    "EndpointConfigName", "EndpointConfigArn", "ProductionVariants", "DataCaptureConfig", "KmsKeyId", "CreationTime",
)  # fmt: skip
_ENDPOINT_MEMBERS = (
    "EndpointName", "EndpointArn", "EndpointConfigName", "ProductionVariants", "EndpointStatus", "FailureReason",
    "CreationTime", "LastModifiedTime",
)  # fmt: skip


def model_changed(model: Shape, tags: dict[str, str]) -> Event:
    detail = _detail(model, _MODEL_MEMBERS, tags)
    return Event("SageMaker Model State Change", detail, (model["ModelArn"],))


def endpoint_config_changed(config: Shape, tags: dict[str, str]) -> Event:
    detail = _detail(config, _CONFIG_MEMBERS, tags)
    return Event("SageMaker Endpoint Config State Change", detail, (config["EndpointConfigArn"],))


def endpoint_changed(endpoint: Shape, tags: dict[str, str]) -> Event:
    """`endpoint` in the form of DescribeEndpoint, already at its new status."""
    detail = _detail(endpoint, _ENDPOINT_MEMBERS, tags)
    return Event("SageMaker Endpoint State Change", detail, (endpoint["EndpointArn"],))


def deployment_changed(endpoint: Shape, tags: dict[str, str]) -> Event:
    """A phase of a deployment: its variants' status tells which."""
    detail = _detail(endpoint, (*_ENDPOINT_MEMBERS, "PendingDeploymentSummary"), tags)
    return Event("SageMaker Endpoint Deployment State Change", detail, (endpoint["EndpointArn"],))


def _detail(body: Shape, members: tuple[str, ...], tags: dict[str, str]) -> Shape:
    detail = {name: _value(name, body[name]) for name in members if body.get(name) is not None}
    return {**detail, "Tags": tags}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _value(key, item) for key, item in value.items()}
    if isinstance(value, list):
        return [_value(name, item) for item in value]
    if name.endswith("Time") and isinstance(value, int | float):
        return times.to_milliseconds(value)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", value).upper() if name == "EndpointStatus" else value
