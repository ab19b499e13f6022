"""`Monitors` on SageMaker. https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-contract-inputs.html"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from control_plane.monitors import MonitorRun
from control_plane.policies import DriftKind

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import (
        DescribeProcessingJobResponseTypeDef,
        ListMonitoringExecutionsRequestTypeDef,
    )

# The first of the two jobs of a look at a model's quality: it joins labels to predictions and judges nothing.
_MERGER = "sagemaker-model-monitor-groundtruth-merger"
# Of the kinds, only this one is told to the container; the reports tell the others apart.
_KINDS = {"MODEL_QUALITY": DriftKind.MODEL_QUALITY}


_ENDED = frozenset({"Completed", "CompletedWithViolations", "Failed", "Stopped"})
# A run may take a day. The filters by the time of the last change are documented with each other's words.
_LONGEST_RUN = timedelta(hours=25)


class SageMakerMonitors:
    """Needs sagemaker:DescribeProcessingJob and ListMonitoringExecutions."""

    def __init__(self, client: "SageMakerClient") -> None:
        self._client = client

    def describe(self, job_arn: str) -> MonitorRun | None:
        name = job_arn.rpartition("/")[2]
        try:
            job = self._client.describe_processing_job(ProcessingJobName=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFound":
                raise
            return None
        environment = job.get("Environment", {})
        # An ARN may have a name in lower case.
        schedule = environment.get(
            "sagemaker_monitoring_schedule_name", job.get("MonitoringScheduleArn", "").rpartition("/")[2]
        )
        if not schedule or _MERGER in job["AppSpecification"]["ImageUri"]:
            return None
        return MonitorRun(
            job_arn=job["ProcessingJobArn"],
            schedule=schedule,
            endpoint=environment.get("sagemaker_endpoint_name"),
            status=job["ProcessingJobStatus"],
            exit_message=job.get("ExitMessage", ""),
            failure=job.get("FailureReason"),
            output_uri=_output_uri(job),
            kind=_KINDS.get(environment.get("analysis_type", "")),
            ended_at=job.get("ProcessingEndTime"),
        )

    def ended_of_schedule(self, name: str, since: datetime, until: datetime) -> list[str]:
        return self._ended({"MonitoringScheduleName": name}, since, until)

    def ended_of_endpoint(self, name: str, since: datetime, until: datetime) -> list[str]:
        return self._ended({"EndpointName": name}, since, until)

    def _ended(self, of: "ListMonitoringExecutionsRequestTypeDef", since: datetime, until: datetime) -> list[str]:
        newest: ListMonitoringExecutionsRequestTypeDef = {
            **of,
            "CreationTimeAfter": since - _LONGEST_RUN,
            "SortBy": "CreationTime",
            "SortOrder": "Descending",
            "MaxResults": 100,
        }
        try:
            answer = self._client.list_monitoring_executions(**newest)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFound":
                raise
            return []
        runs = sorted(answer["MonitoringExecutionSummaries"], key=lambda run: run["LastModifiedTime"])
        return [
            run["ProcessingJobArn"]
            for run in runs
            if run["MonitoringExecutionStatus"] in _ENDED
            and "ProcessingJobArn" in run
            and since < run["LastModifiedTime"] <= until
        ]


def _output_uri(job: "DescribeProcessingJobResponseTypeDef") -> str | None:
    """A monitor has one output, at most."""
    outputs = job["ProcessingOutputConfig"]["Outputs"] if "ProcessingOutputConfig" in job else []
    uris = [output["S3Output"]["S3Uri"] for output in outputs if "S3Output" in output]
    return uris[0].rstrip("/") if uris else None
