"""SageMaker's events, each as its documentation shows it.

https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html: pipeline events have
camelCase members, all others the API's; job events give times in milliseconds and enums in upper case.
"""

import re
from typing import Any

from pointsman.local.sagemaker import times
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Event

_JOB_ENUMS = {
    "S3Prefix": "S3_PREFIX",
    "ManifestFile": "MANIFEST_FILE",
    "File": "FILE",
    "Pipe": "PIPE",
    "FullyReplicated": "FULLYREPLICATED",
    "ShardedByS3Key": "SHARDEDBYS3KEY",
    "EndOfJob": "END_OF_JOB",
    "Continuous": "CONTINUOUS",
    "None": "NONE",
    "Gzip": "GZIP",
}
_JOB_ENUM_MEMBERS = {"S3DataType", "S3InputMode", "S3DataDistributionType", "S3CompressionType", "S3UploadMode"}
_PROCESSING_MEMBERS = (
    "ProcessingInputs", "ProcessingOutputConfig", "ProcessingJobName", "ProcessingResources", "StoppingCondition",
    "AppSpecification", "NetworkConfig", "RoleArn", "ExperimentConfig", "ProcessingJobArn", "ProcessingJobStatus",
    "FailureReason", "ProcessingEndTime", "ProcessingStartTime", "LastModifiedTime", "CreationTime",
)  # fmt: skip
_TRAINING_MEMBERS = (
    "TrainingJobName", "TrainingJobArn", "TrainingJobStatus", "SecondaryStatus", "FailureReason", "HyperParameters",
    "AlgorithmSpecification", "RoleArn", "InputDataConfig", "OutputDataConfig", "ModelArtifacts", "ResourceConfig",
    "VpcConfig", "StoppingCondition", "CreationTime", "TrainingStartTime", "TrainingEndTime", "LastModifiedTime",
    "SecondaryStatusTransitions",
)  # fmt: skip
_TRANSFORM_MEMBERS = (
    "TransformJobName", "TransformJobArn", "TransformJobStatus", "FailureReason", "ModelName",
    "MaxConcurrentTransforms", "MaxPayloadInMB", "BatchStrategy", "Environment", "TransformInput", "TransformOutput",
    "TransformResources", "DataProcessing", "CreationTime", "TransformStartTime", "TransformEndTime",
)  # fmt: skip
_TUNING_MEMBERS = (
    "HyperParameterTuningJobName", "HyperParameterTuningJobArn", "HyperParameterTuningJobConfig",
    "TrainingJobDefinition", "HyperParameterTuningJobStatus", "CreationTime", "HyperParameterTuningEndTime",
    "LastModifiedTime", "TrainingJobStatusCounters", "ObjectiveStatusCounters", "FailureReason",
)  # fmt: skip
_PACKAGE_MEMBERS = (
    "ModelPackageGroupName", "ModelPackageName", "ModelPackageVersion", "ModelPackageArn", "ModelPackageDescription",
    "CreationTime", "LastModifiedTime", "InferenceSpecification", "ModelPackageStatus", "ModelPackageStatusDetails",
    "CertifyForMarketplace", "ModelApprovalStatus", "ApprovalDescription", "MetadataProperties", "ModelMetrics",
    "ModelLifeCycle",
)  # fmt: skip


def execution_status_changed(execution: Shape, previous: str | None) -> Event:
    """`execution` in the form of DescribePipelineExecution, already at its new status."""
    detail = {
        "pipelineExecutionDisplayName": execution.get("PipelineExecutionDisplayName"),
        "currentPipelineExecutionStatus": execution["PipelineExecutionStatus"],
        "previousPipelineExecutionStatus": previous,
        "executionStartTime": times.to_iso(execution["CreationTime"]),
        "executionEndTime": _iso(execution.get("EndTime")),
        "pipelineExecutionDescription": execution.get("PipelineExecutionDescription"),
        "pipelineArn": execution["PipelineArn"],
        "pipelineExecutionArn": execution["PipelineExecutionArn"],
    }
    return _pipeline_event("SageMaker Model Building Pipeline Execution Status Change", detail)


def step_status_changed(execution: Shape, step: Shape, previous: str | None) -> Event:
    """`step` in the form of ListPipelineExecutionSteps, with StepType, already at its new status."""
    hit = step.get("CacheHitResult")
    detail = {
        "metadata": _camel_case(step.get("Metadata", {})),
        "stepStartTime": times.to_iso(step["StartTime"]),
        "stepEndTime": _iso(step.get("EndTime")),
        "stepName": step["StepName"],
        "stepType": step["StepType"],
        "previousStepStatus": previous,
        "currentStepStatus": step["StepStatus"],
        "failureReason": step.get("FailureReason"),
        "cacheHitResult": _camel_case(hit) if hit else None,
        "pipelineArn": execution["PipelineArn"],
        "pipelineExecutionArn": execution["PipelineExecutionArn"],
    }
    return _pipeline_event("SageMaker Model Building Pipeline Execution Step Status Change", detail)


def processing_job_changed(job: Shape) -> Event:
    """The documented event has no Environment, ExitMessage or Tags: receivers must ask for those."""
    detail = _job_detail(job, _PROCESSING_MEMBERS)
    detail.setdefault("ExperimentConfig", {})
    return Event("SageMaker Processing Job State Change", detail, (job["ProcessingJobArn"],))


def training_job_changed(job: Shape, tags: dict[str, str]) -> Event:
    detail = {**_job_detail(job, _TRAINING_MEMBERS), "Tags": tags}
    return Event("SageMaker Training Job State Change", detail, (job["TrainingJobArn"],))


def transform_job_changed(job: Shape, tags: dict[str, str]) -> Event:
    detail = {**_job_detail(job, _TRANSFORM_MEMBERS), "Tags": tags}
    return Event("SageMaker Transform Job State Change", detail, (job["TransformJobArn"],))


def tuning_job_changed(job: Shape, tags: dict[str, str]) -> Event:
    detail = {**_job_detail(job, _TUNING_MEMBERS), "Tags": tags}
    return Event("SageMaker HyperParameter Tuning Job State Change", detail, (job["HyperParameterTuningJobArn"],))


def model_package_changed(package: Shape, updated_fields: list[str] | None = None) -> Event:
    """`updated_fields`: what UpdateModelPackage was asked to change; none when the package is new."""
    detail = {name: package[name] for name in _PACKAGE_MEMBERS if package.get(name) is not None}
    for name in ("CreationTime", "LastModifiedTime"):
        detail[name] = times.to_iso(detail[name])
    if "ModelPackageGroupName" in detail:
        detail.pop("ModelPackageName", None)
    if updated_fields is not None:
        detail["UpdatedModelPackageFields"] = updated_fields
    return Event("SageMaker Model Package State Change", detail, (package["ModelPackageArn"],))


def _pipeline_event(detail_type: str, detail: Shape) -> Event:
    present = {name: value for name, value in detail.items() if value is not None}
    return Event(detail_type, present, (detail["pipelineArn"], detail["pipelineExecutionArn"]))


def _job_detail(job: Shape, members: tuple[str, ...]) -> Shape:
    return {name: _job_value(name, job[name]) for name in members if job.get(name) is not None}


def _job_value(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _job_value(key, item) for key, item in value.items()}
    if isinstance(value, list):
        return [_job_value(name, item) for item in value]
    if name in _JOB_ENUM_MEMBERS:
        return _JOB_ENUMS.get(value, value)
    if name.endswith("Time") and isinstance(value, int | float):
        return times.to_milliseconds(value)
    return value


def _camel_case(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            re.sub(r"^[A-Z]", lambda first: first[0].lower(), key): _camel_case(item) for key, item in value.items()
        }
    return value


def _iso(instant: float | None) -> str | None:
    return None if instant is None else times.to_iso(instant)
