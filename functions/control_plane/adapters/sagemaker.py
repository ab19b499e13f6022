"""`Pipelines` on SageMaker."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from control_plane.adapters.sagemaker_jobs import step_use
from control_plane.clock import utc_now
from control_plane.costs import JobUse
from control_plane.errors import CallRefused, CapacityExceeded
from control_plane.ports import GONE, Execution
from control_plane.records import StartRequest

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import PipelineExecutionStepTypeDef

# ResourceNotFound has no "Exception" suffix on SageMaker's wire; the validation errors have.
_MEANING = {
    "ResourceLimitExceeded": CapacityExceeded,
    "ResourceNotFound": CallRefused,
    "ValidationException": CallRefused,
}


def one_line(text: str, limit: int) -> str:
    """SageMaker's descriptions take no line breaks, and `limit` characters."""
    return " ".join(text.split())[:limit]


class SageMakerPipelines:
    """Needs sagemaker:StartPipelineExecution, DescribePipelineExecution and ListPipelineExecutionSteps; for `jobs`
    also DescribeTrainingJob, DescribeProcessingJob and DescribeTransformJob.
    """

    def __init__(self, client: "SageMakerClient") -> None:
        self._client = client

    def start(self, request: StartRequest, *, token: str, display_name: str, description: str) -> str:
        try:
            answer = self._client.start_pipeline_execution(
                PipelineName=request.pipeline,
                PipelineExecutionDisplayName=display_name,
                PipelineExecutionDescription=one_line(description, 3072),
                PipelineParameters=[{"Name": name, "Value": value} for name, value in request.parameters.items()],
                ClientRequestToken=token,
            )
        except ClientError as error:
            meaning = _MEANING.get(error.response["Error"]["Code"])
            if meaning is None:
                raise
            raise meaning(f"SageMaker answered: {error.response['Error']['Message']}") from error
        return answer["PipelineExecutionArn"]

    def describe(self, arn: str) -> Execution:
        try:
            answer = self._client.describe_pipeline_execution(PipelineExecutionArn=arn)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFound":
                raise
            return Execution(arn=arn, status=GONE, ended_at=utc_now(), failure="SageMaker doesn't know it any more")
        status = answer["PipelineExecutionStatus"]
        return Execution(
            arn=arn,
            status=status,
            ended_at=answer["LastModifiedTime"],
            failure=self._failure(arn) or answer.get("FailureReason") if status == "Failed" else None,
        )

    def jobs(self, arn: str) -> list[JobUse]:
        ran = [step for step in self._steps(arn) if "CacheHitResult" not in step]
        return [use for step in ran for use in step_use(self._client, step)]

    def _failure(self, arn: str) -> str:
        """The failed steps' own reasons: the execution's says no more than that some step failed."""
        return "; ".join(
            f"{step['StepName']}: {step.get('FailureReason', 'no reason given')}"
            for step in self._steps(arn)
            if step["StepStatus"] == "Failed"
        )

    def _steps(self, arn: str) -> "list[PipelineExecutionStepTypeDef]":
        """Pages of 100, the most there is. Mostly one: the published quota of 50 steps can be raised."""
        pages = self._client.get_paginator("list_pipeline_execution_steps").paginate(
            PipelineExecutionArn=arn, SortOrder="Ascending", PaginationConfig={"PageSize": 100}
        )
        return [step for page in pages for step in page["PipelineExecutionSteps"]]
