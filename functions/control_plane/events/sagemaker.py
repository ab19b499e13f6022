"""SageMaker's events. https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html

They are sent at best effort, and several may come of one change: what they say is asked of SageMaker again.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from control_plane.clock import stamp
from control_plane.events.envelope import Event, Moment, Wire, either_case

_ENDPOINT_STATUSES = (
    *("Creating", "Updating", "SystemUpdating", "RollingBack", "InService", "OutOfService", "Deleting", "Failed"),
    "UpdateRollbackFailed",
)
_BY_LETTERS = {status.lower(): status for status in _ENDPOINT_STATUSES}


def _as_described(status: object) -> object:
    """`IN_SERVICE` as `InService`; a status that we don't know stays as it is."""
    return _BY_LETTERS.get(status.replace("_", "").lower(), status) if isinstance(status, str) else status


def _by_key(tags: object) -> object:
    """SageMaker documents a map, and its schema a list of Key and Value."""
    if not isinstance(tags, list):
        return tags
    return {tag["Key"]: tag.get("Value") for tag in tags if isinstance(tag, dict) and isinstance(tag.get("Key"), str)}


class ExecutionDetail(Wire):
    """`detail` of a pipeline execution's status change; camelCase on SageMaker's wire."""

    execution_arn: str = Field(
        validation_alias=either_case("PipelineExecutionArn"), pattern=r"^arn:.+:pipeline/.+/execution/.+$"
    )
    status: str | None = Field(None, validation_alias=either_case("CurrentPipelineExecutionStatus"))


class PipelineExecutionStatusChange(Event):
    """A pipeline execution changed its status, by SageMaker's word or by `on_tick`'s observation, which has none."""

    detail: ExecutionDetail

    @property
    def identity(self) -> str:
        return f"{self.detail.execution_arn} {self.detail.status or 'observed'}"


class ModelPackageDetail(Wire):
    """`detail` of a model package's state change. What was approved is asked of the registry, not read here.

    `updated_fields` is None where SageMaker doesn't say what changed; older events don't.
    """

    package_arn: str = Field(validation_alias=either_case("ModelPackageArn"), pattern=r"^arn:.+:model-package/.+$")
    group: str | None = Field(None, validation_alias=either_case("ModelPackageGroupName"))
    approval_status: Literal["Approved", "Rejected", "PendingManualApproval"] | None = Field(
        None, validation_alias=either_case("ModelApprovalStatus")
    )
    last_modified: Moment | None = Field(None, validation_alias=either_case("LastModifiedTime"))
    updated_fields: tuple[str, ...] | None = Field(None, validation_alias=either_case("UpdatedModelPackageFields"))


class ModelPackageStateChange(Event):
    """A version was registered, approved, rejected, or something about it was edited; or `on_tick` saw it so."""

    detail: ModelPackageDetail

    @property
    def may_be_an_edit(self) -> bool:
        """SageMaker doesn't say what changed; older events don't."""
        return self.detail.updated_fields is None and self.source != "pointsman"

    @property
    def identity(self) -> str:
        """The same for every event about one change. The time alone, in whole seconds, may be that of two changes."""
        detail = self.detail
        when = stamp(detail.last_modified) if detail.last_modified else self.occurrence
        changed = ",".join(sorted(detail.updated_fields or ()))
        return f"{detail.package_arn} {detail.approval_status} {when} {changed}".rstrip()


class EndpointDetail(Wire):
    """`detail` of an endpoint's state change. The ARN has the name in lower case, so the name is told apart.

    `config` is not in every event, and says nothing about a rollback: which configuration is active is asked. `model`
    is in `on_tick`'s observation alone.
    """

    name: str = Field(validation_alias=either_case("EndpointName"), pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9])*$")
    arn: str | None = Field(None, validation_alias=either_case("EndpointArn"), pattern=r"^arn:.+:endpoint/.+$")
    status: Annotated[str, BeforeValidator(_as_described)] = Field(
        "observed", validation_alias=either_case("EndpointStatus")
    )
    config: str | None = Field(None, validation_alias=either_case("EndpointConfigName"))
    failure: str | None = Field(None, validation_alias=either_case("FailureReason"))
    last_modified: Moment | None = Field(None, validation_alias=either_case("LastModifiedTime"))
    tags: Annotated[dict[str, str], BeforeValidator(_by_key)] = Field({}, validation_alias=either_case("Tags"))
    model: str | None = None


class EndpointStateChange(Event):
    """An endpoint's status changed, by SageMaker's word or by `on_tick`'s observation, which has no status and no ARN.

    `detail.status` is spelt as DescribeEndpoint spells it.
    """

    detail: EndpointDetail

    @property
    def identity(self) -> str:
        """The same for every event about one change."""
        detail = self.detail
        when = stamp(detail.last_modified) if detail.last_modified else self.occurrence
        return f"{detail.arn or detail.name} {detail.status} {when}"


class ProcessingJobDetail(Wire):
    """`detail` of a processing job's state change. Whose job it is and how it exited isn't in it: that is asked."""

    job_arn: str = Field(validation_alias=either_case("ProcessingJobArn"), pattern=r"^arn:.+:processing-job/.+$")
    status: str | None = Field(None, validation_alias=either_case("ProcessingJobStatus"))


class ProcessingJobStateChange(Event):
    """A processing job's status changed; it may be a monitor's."""

    detail_type: Literal["SageMaker Processing Job State Change"] = Field(alias="detail-type")
    detail: ProcessingJobDetail

    @property
    def identity(self) -> str:
        """A job ends once, however many events say so."""
        return self.detail.job_arn
