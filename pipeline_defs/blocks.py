"""The SDK's ceremony, once, so that a pipeline reads as its steps.

A step's arguments are written in the words of the API call that SageMaker will make (`CreateProcessingJob`,
`CreateTrainingJob`, `CreateModelPackage`). The SDK's own job classes exist to start jobs and do too much for that:
`ModelTrainer` asks IAM about the role, wants a default bucket and adds its driver scripts to the container; processors
upload code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sagemaker.core.helper.pipeline_variable import PipelineVariable
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.steps import CacheConfig, StepTypeEnum

from pipeline_defs.account import Account
from pipeline_defs.request_step import RequestStep
from pipeline_defs.retries import out_of_capacity, throttled

type Value = str | PipelineVariable
"""Known when compiling, or a reference that SageMaker resolves while the pipeline runs."""

CACHE = CacheConfig(enable_caching=True, expire_after="P30D")
"""Right because every input is addressed by its content: data by its manifest, code by its fingerprint."""

VOLUME_GB = 30

SERVING = {"SAGEMAKER_PROGRAM": "serve.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
"""Tells the image what serves a model: the script that `train.py` puts into the archive, so that a version is always
served by the code of its own time.
https://sagemaker.readthedocs.io/en/stable/frameworks/sklearn/using_sklearn.html#deploy-a-scikit-learn-model
"""


@dataclass(frozen=True, kw_only=True)
class Input:
    """Objects that a job finds in a folder when it starts."""

    uri: Value
    data_type: str = "S3Prefix"
    """`ManifestFile` when the URI is a list of objects: exactly these are downloaded, at their keys."""


@dataclass(frozen=True)
class Output:
    """A folder that a job leaves behind."""

    name: str
    uri: Value | None = None
    """Where its files go; by default a place of the execution's own."""


@dataclass(frozen=True)
class Jobs:
    """Makes the steps of one pipeline that run a script of `steps/` in a container."""

    account: Account
    pipeline: str
    image_uri: Value

    def processing(
        self,
        name: str,
        script: str,
        *,
        instance_type: Value,
        max_runtime: timedelta,
        inputs: Mapping[str, Input],
        outputs: Sequence[Output],
        arguments: Sequence[Value],
        report: PropertyFile | None = None,
    ) -> RequestStep:
        """A script that reads `processing/input/<name>/` and writes `processing/output/<name>/` under /opt/ml.

        Not cached if an output has a place of its own: SageMaker's cache compares what goes into a step, not where its
        outputs go, and a step taken from the cache writes nothing there.
        """
        request = {
            "ProcessingResources": {"ClusterConfig": _cluster(instance_type)},
            "AppSpecification": {
                "ImageUri": self.image_uri,
                "ContainerEntrypoint": ["python3", f"/opt/ml/processing/input/code/{script}"],
                "ContainerArguments": list(arguments),
            },
            "RoleArn": self.account.job_role_arn,
            "ProcessingInputs": [_processing_input(key, source) for key, source in self._with_code(inputs).items()],
            "ProcessingOutputConfig": {"Outputs": [self._processing_output(name, output) for output in outputs]},
            "StoppingCondition": {"MaxRuntimeInSeconds": int(max_runtime.total_seconds())},
            "NetworkConfig": {"EnableNetworkIsolation": True},
        }
        return RequestStep(
            name,
            StepTypeEnum.PROCESSING,
            request,
            response_shape="DescribeProcessingJobResponse",
            retry_policies=[throttled(), out_of_capacity()],
            cache=None if any(output.uri is not None for output in outputs) else CACHE,
            property_files=[report] if report else [],
        )

    def training(
        self,
        name: str,
        script: str,
        *,
        instance_type: Value,
        max_runtime: timedelta,
        inputs: Mapping[str, Input],
        hyperparameters: Mapping[str, Value],
    ) -> RequestStep:
        """A script that reads `input/data/<channel>/` and writes `model/` under /opt/ml."""
        request = {
            "AlgorithmSpecification": {
                "TrainingImage": self.image_uri,
                "TrainingInputMode": "File",
                "ContainerEntrypoint": ["python3", f"/opt/ml/input/data/code/{script}"],
            },
            "HyperParameters": dict(hyperparameters),
            "InputDataConfig": [_channel(key, source) for key, source in self._with_code(inputs).items()],
            "OutputDataConfig": {"S3OutputPath": self._output_uri(name, "model")},
            "ResourceConfig": _cluster(instance_type),
            "RoleArn": self.account.job_role_arn,
            "StoppingCondition": {"MaxRuntimeInSeconds": int(max_runtime.total_seconds())},
            "EnableNetworkIsolation": True,
        }
        return RequestStep(
            name,
            StepTypeEnum.TRAINING,
            request,
            response_shape="DescribeTrainingJobResponse",
            retry_policies=[throttled(), out_of_capacity()],
            cache=CACHE,
        )

    def _with_code(self, inputs: Mapping[str, Input]) -> dict[str, Input]:
        return {**inputs, "code": Input(uri=self.account.code_uri)}

    def _output_uri(self, step: str, output: str) -> Join:
        root = f"s3://{self.account.bucket}/pipelines/{self.pipeline}"
        return Join(on="/", values=[root, ExecutionVariables.PIPELINE_EXECUTION_ID, step, output])

    def _processing_output(self, step: str, output: Output) -> dict[str, Any]:
        return {
            "OutputName": output.name,
            "S3Output": {
                "S3Uri": self._output_uri(step, output.name) if output.uri is None else output.uri,
                "LocalPath": f"/opt/ml/processing/output/{output.name}",
                "S3UploadMode": "EndOfJob",
            },
        }


def register(
    name: str,
    *,
    group: Value,
    image_uri: Value,
    model: Value,
    statistics: Value,
    metadata: Mapping[str, Value],
) -> RequestStep:
    """A version in the model's package group. `model` and `statistics`: URIs of `model.tar.gz` and the evaluation.

    It waits for approval: whether a person or the policy gives that is the control plane's to see to.
    """
    request = {
        "ModelPackageGroupName": group,
        "ModelMetrics": {"ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": statistics}}},
        "InferenceSpecification": {
            "Containers": [{"Image": image_uri, "ModelDataUrl": model, "Environment": SERVING}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
        "ModelApprovalStatus": "PendingManualApproval",
        "CustomerMetadataProperties": dict(metadata),
    }
    return RequestStep(
        name,
        StepTypeEnum.REGISTER_MODEL,
        request,
        response_shape="DescribeModelPackageOutput",
        retry_policies=[throttled()],  # a registration starts no job, so SageMaker refuses the other policy
    )


def _cluster(instance_type: Value) -> dict[str, Any]:
    return {"InstanceType": instance_type, "InstanceCount": 1, "VolumeSizeInGB": VOLUME_GB}


def _processing_input(name: str, source: Input) -> dict[str, Any]:
    return {
        "InputName": name,
        "S3Input": {
            "S3Uri": source.uri,
            "LocalPath": f"/opt/ml/processing/input/{name}",
            "S3DataType": source.data_type,
            "S3InputMode": "File",
            "S3DataDistributionType": "FullyReplicated",
        },
    }


def _channel(name: str, source: Input) -> dict[str, Any]:
    return {
        "ChannelName": name,
        "DataSource": {
            "S3DataSource": {
                "S3DataType": source.data_type,
                "S3Uri": source.uri,
                "S3DataDistributionType": "FullyReplicated",
            }
        },
        "InputMode": "File",
    }
