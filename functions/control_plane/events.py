"""The events that the rooms receive, as types: wire names aliased once, unknown fields ignored.

S3: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
SageMaker: https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
"""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from control_plane.errors import InvalidEvent
from control_plane.manifests import folders_above


class Wire(BaseModel):
    """Part of an event as AWS sends it."""

    model_config = ConfigDict(frozen=True, extra="ignore", validate_by_name=True, validate_by_alias=True)


class Event(Wire):
    """The envelope that all share."""

    id: str
    source: str
    detail_type: str = Field(alias="detail-type")

    @classmethod
    def parse(cls, payload: str | bytes | Mapping[str, Any]) -> Self:
        """Raises InvalidEvent, which names the fields that are missing or wrong."""
        try:
            if isinstance(payload, str | bytes):
                return cls.model_validate_json(payload)
            return cls.model_validate(payload)
        except ValidationError as error:
            where = "; ".join(
                f"{'.'.join(map(str, problem['loc'])) or 'the event'}: {problem['msg']}" for problem in error.errors()
            )
            raise InvalidEvent(f"not a {cls.__name__} event: {where}") from error


class S3Bucket(Wire):
    """`detail.bucket`."""

    name: str = Field(min_length=3)


class S3Object(Wire):
    """`detail.object`. The key is taken as it is: EventBridge, unlike S3's own notifications, doesn't URL-encode it."""

    key: str = Field(min_length=1)
    size: int = 0
    version_id: str | None = Field(None, alias="version-id")
    sequencer: str | None = None


class ObjectCreatedDetail(Wire):
    """`detail` of S3's Object Created."""

    bucket: S3Bucket
    object: S3Object


class ObjectCreated(Event):
    """An object landed."""

    detail: ObjectCreatedDetail

    @property
    def bucket(self) -> str:
        return self.detail.bucket.name

    @property
    def key(self) -> str:
        return self.detail.object.key

    @property
    def identity(self) -> str:
        """The same for every delivery of one write, different for every write of one key."""
        landed = self.detail.object
        return f"s3://{self.bucket}/{self.key}@{landed.version_id or landed.sequencer or self.id}"

    @property
    def folders(self) -> tuple[str, ...]:
        return folders_above(self.key)


class ExecutionDetail(Wire):
    """`detail` of a pipeline execution's status change; camelCase on SageMaker's wire."""

    execution_arn: str = Field(
        validation_alias=AliasChoices("pipelineExecutionArn", "PipelineExecutionArn"), pattern=r"^arn:.+/execution/.+$"
    )


class PipelineExecutionStatusChange(Event):
    """A pipeline execution changed its status, by SageMaker's word or by `on_tick`'s observation."""

    detail: ExecutionDetail
