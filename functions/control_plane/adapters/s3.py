"""`Objects` on S3."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from control_plane.adapters.archives import first_file
from control_plane.manifests import DataObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3Objects:
    """Needs s3:ListBucketVersions on what it lists, s3:PutObject where it writes, s3:GetObject where it reads."""

    def __init__(self, client: "S3Client") -> None:
        self._client = client

    def list(self, bucket: str, prefix: str) -> Iterator[DataObject]:
        """By versions, because ListObjectsV2 doesn't tell them and a manifest must name exactly what it means."""
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
        for page in pages:
            for version in page.get("Versions", []):
                if version["IsLatest"]:
                    yield DataObject(
                        key=version["Key"],
                        size=version["Size"],
                        etag=version["ETag"].strip('"'),
                        version_id=version["VersionId"],
                    )

    def read(self, uri: str) -> bytes | None:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        try:
            return self._client.get_object(Bucket=bucket, Key=key)["Body"].read()
        except self._client.exceptions.NoSuchKey:
            return None

    def unpack(self, uri: str) -> bytes | None:
        body = self.read(uri)
        return None if body is None else first_file(body, uri)

    def write(self, bucket: str, key: str, body: bytes) -> str:
        self._client.put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/json")
        return f"s3://{bucket}/{key}"
