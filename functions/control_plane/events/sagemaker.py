"""SageMaker's events. https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html"""

from typing import Literal

from pydantic import AliasChoices, Field

from control_plane.events.envelope import Event, Wire


class ExecutionDetail(Wire):
    """`detail` of a pipeline execution's status change; camelCase on SageMaker's wire."""

    execution_arn: str = Field(
        validation_alias=AliasChoices("pipelineExecutionArn", "PipelineExecutionArn"), pattern=r"^arn:.+/execution/.+$"
    )


class PipelineExecutionStatusChange(Event):
    """A pipeline execution changed its status, by SageMaker's word or by `on_tick`'s observation."""

    detail: ExecutionDetail


class ModelPackageDetail(Wire):
    """`detail` of a model package's state change. What was approved is asked of the registry, not read here.

    `updated_fields` is None where SageMaker doesn't say what changed; older events don't.
    """

    package_arn: str = Field(alias="ModelPackageArn", pattern=r"^arn:.+:model-package/.+$")
    group: str | None = Field(None, alias="ModelPackageGroupName")
    approval_status: Literal["Approved", "Rejected", "PendingManualApproval"] | None = Field(
        None, alias="ModelApprovalStatus"
    )
    last_modified: str | None = Field(None, alias="LastModifiedTime")
    updated_fields: tuple[str, ...] | None = Field(None, alias="UpdatedModelPackageFields")


class ModelPackageStateChange(Event):
    """A version was registered, approved, rejected, or something about it was edited."""

    detail: ModelPackageDetail

    @property
    def identity(self) -> str:
        """The same for every event about one change. The time alone, in whole seconds, may be that of two changes."""
        detail = self.detail
        changed = ",".join(sorted(detail.updated_fields or ()))
        return f"{detail.package_arn} {detail.approval_status} {detail.last_modified or self.id} {changed}".rstrip()
