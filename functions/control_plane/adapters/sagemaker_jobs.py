"""What the jobs of a pipeline's steps are billed for.

SageMaker lists the last attempt of a step that was retried, so what earlier ones took isn't known here.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from control_plane.costs import JobUse

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import PipelineExecutionStepTypeDef

# Where a step's metadata names the job that it ran, by the kind of job. The others run nothing of SageMaker's own.
_PROCESSING = (("ProcessingJob", "Arn"), ("QualityCheck", "CheckJobArn"), ("ClarifyCheck", "CheckJobArn"))
# What is billed, but not by one job that could be described.
_MANY = ("TuningJob", "AutoMLJob", "EMR", "Job", "BedrockCustomModel")


def step_use(client: "SageMakerClient", step: "PipelineExecutionStepTypeDef") -> list[JobUse]:
    """One use per group of like instances of the step's job; empty for a step without one."""
    name, metadata = step["StepName"], dict[str, Any](step.get("Metadata", {}))
    try:
        if job := metadata.get("TrainingJob", {}).get("Arn"):
            return _training(name, client.describe_training_job(TrainingJobName=_named(job)))
        if job := metadata.get("TransformJob", {}).get("Arn"):
            return _transform(name, client.describe_transform_job(TransformJobName=_named(job)))
        for kind, field in _PROCESSING:
            if job := metadata.get(kind, {}).get(field):
                return _processing(name, client.describe_processing_job(ProcessingJobName=_named(job)))
    except ClientError as error:
        # Documented is ResourceNotFound; a ValidationException "Could not find …" is what SageMaker answers.
        if error.response["Error"]["Code"] not in {"ResourceNotFound", "ValidationException"}:
            raise
        return [_untold(name, f"SageMaker answered: {error.response['Error']['Message']}")]
    return [_untold(name, f"what a {kind} takes isn't told by SageMaker") for kind in _MANY if kind in metadata]


def _training(name: str, job: Any) -> list[JobUse]:
    """https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html: the billable time is that
    of one instance, and on spot instances less than the time that training took.
    """
    config = job.get("ResourceConfig")
    if config is None:  # a serverless job has none: SageMaker chooses what it runs on
        return [_untold(name, "SageMaker doesn't tell what it ran on")]
    billed = job.get("BillableTimeInSeconds", None if job.get("TrainingStartTime") else 0)
    groups = config.get("InstanceGroups") or [config]
    return [
        JobUse(
            name,
            group.get("SelectedInstanceType") or group.get("InstanceType", "an instance of no type"),
            group.get("SelectedInstanceCount") or group.get("InstanceCount", 1),
            billed,
            "it has no billable time",
        )
        for group in groups
    ]


def _processing(name: str, job: Any) -> list[JobUse]:
    cluster = job["ProcessingResources"]["ClusterConfig"]
    return [_timed(name, cluster, job.get("ProcessingStartTime"), job.get("ProcessingEndTime"))]


def _transform(name: str, job: Any) -> list[JobUse]:
    return [_timed(name, job["TransformResources"], job.get("TransformStartTime"), job.get("TransformEndTime"))]


def _timed(name: str, resources: Any, start: datetime | None, end: datetime | None) -> JobUse:
    """From its start to its end, as SageMaker bills it; a job that never started took nothing."""
    seconds = (end - start).total_seconds() if start and end else None if start else 0.0
    return JobUse(name, resources["InstanceType"], resources["InstanceCount"], seconds, "it has no end")


def _untold(name: str, why: str) -> JobUse:
    return JobUse(name, "", 0, None, why)


def _named(arn: str) -> str:
    return arn.rpartition("/")[2]
