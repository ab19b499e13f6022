"""S3's events. https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html"""

from pydantic import Field

from control_plane.events.envelope import Event, Wire
from control_plane.manifests import folders_above


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
