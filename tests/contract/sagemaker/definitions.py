"""Small pipeline definitions, with the scripts their jobs run."""

import json
from collections.abc import Sequence
from typing import Any

from tests.contract.sagemaker.serving import ROLE

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
CLUSTER = {"ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30}}


def definition(steps: Sequence[dict[str, Any]], parameters: Sequence[dict[str, Any]] = ()) -> str:
    return json.dumps({"Version": "2020-12-01", "Metadata": {}, "Parameters": list(parameters), "Steps": list(steps)})


def get(text: str) -> dict[str, str]:
    return {"Get": text}


def join(on: str, *values: Any) -> dict[str, Any]:
    return {"Std:Join": {"On": on, "Values": list(values)}}


def json_get(step: str, file: str, path: str) -> dict[str, Any]:
    return {"Std:JsonGet": {"PropertyFile": get(f"Steps.{step}.PropertyFiles.{file}"), "Path": path}}


def processing(
    name: str,
    code: str,
    *,
    inputs: dict[str, Any] | None = None,
    outputs: dict[str, Any] | None = None,
    arguments: Sequence[Any] = (),
    environment: dict[str, Any] | None = None,
    max_runtime: int = 60,
    **step: Any,
) -> dict[str, Any]:
    """`code` is the S3 URI of a Python script; inputs and outputs are S3 URIs by name."""
    script = f"/opt/ml/processing/input/code/{code.rpartition('/')[2]}"
    application: dict[str, Any] = {"ImageUri": IMAGE, "ContainerEntrypoint": ["python3", script]}
    if arguments:
        application["ContainerArguments"] = list(arguments)
    given = {
        "ProcessingResources": CLUSTER,
        "AppSpecification": application,
        "RoleArn": ROLE,
        "Environment": environment or {},
        "StoppingCondition": {"MaxRuntimeInSeconds": max_runtime},
        "ProcessingInputs": [_input(*item) for item in {"code": code, **(inputs or {})}.items()],
        "ProcessingOutputConfig": {"Outputs": [_output(*item) for item in (outputs or {}).items()]},
    }
    return {"Name": name, "Type": "Processing", "Arguments": given, **step}


def training(
    name: str,
    code: str,
    output: str,
    *,
    channels: dict[str, Any] | None = None,
    hyperparameters: dict[str, Any] | None = None,
    metrics: Sequence[dict[str, str]] = (),
    **step: Any,
) -> dict[str, Any]:
    given = {
        "AlgorithmSpecification": {
            "TrainingImage": IMAGE,
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["python3", f"/opt/ml/input/data/code/{code.rpartition('/')[2]}"],
            "MetricDefinitions": list(metrics),
        },
        "RoleArn": ROLE,
        "InputDataConfig": [_channel(*item) for item in {"code": code, **(channels or {})}.items()],
        "HyperParameters": hyperparameters or {},
        "OutputDataConfig": {"S3OutputPath": output},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    }
    return {"Name": name, "Type": "Training", "Arguments": given, **step}


def condition(
    name: str,
    conditions: Sequence[dict[str, Any]],
    then: Sequence[Any] = (),
    otherwise: Sequence[Any] = (),
    **step: Any,
) -> dict[str, Any]:
    arguments = {"Conditions": list(conditions), "IfSteps": list(then), "ElseSteps": list(otherwise)}
    return {"Name": name, "Type": "Condition", "Arguments": arguments, **step}


def compare(kind: str, left: Any, right: Any) -> dict[str, Any]:
    return {"Type": kind, "LeftValue": left, "RightValue": right}


def register(name: str, group: Any, model: Any, **arguments: Any) -> dict[str, Any]:
    inference = {
        "Containers": [{"Image": IMAGE, "ModelDataUrl": model}],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }
    given = {"ModelPackageGroupName": group, "InferenceSpecification": inference, **arguments}
    return {"Name": name, "Type": "RegisterModel", "Arguments": given}


def fail(name: str, message: Any = None) -> dict[str, Any]:
    return {"Name": name, "Type": "Fail", "Arguments": {} if message is None else {"ErrorMessage": message}}


def property_file(name: str, output: str, path: str) -> dict[str, str]:
    return {"PropertyFileName": name, "OutputName": output, "FilePath": path}


def _input(name: str, uri: Any) -> dict[str, Any]:
    source = {
        "S3Uri": uri,
        "LocalPath": f"/opt/ml/processing/input/{name}",
        "S3DataType": "ManifestFile" if isinstance(uri, str) and uri.endswith(".manifest") else "S3Prefix",
        "S3InputMode": "File",
        "S3DataDistributionType": "FullyReplicated",
        "S3CompressionType": "None",
    }
    return {"InputName": name, "AppManaged": False, "S3Input": source}


def _output(name: str, uri: Any) -> dict[str, Any]:
    target = {"S3Uri": uri, "LocalPath": f"/opt/ml/processing/output/{name}", "S3UploadMode": "EndOfJob"}
    return {"OutputName": name, "AppManaged": False, "S3Output": target}


def _channel(name: str, uri: Any) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}
