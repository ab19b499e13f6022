"""`Objects` as versioned buckets in memory."""

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from control_plane.adapters.archives import first_file
from control_plane.manifests import DataObject


@dataclass
class FakeObjects:
    """The current version of each object by bucket and key; `documents` holds the bodies by URI."""

    current: dict[tuple[str, str], DataObject] = field(default_factory=dict)
    documents: dict[str, bytes] = field(default_factory=dict)
    _versions: Iterator[int] = field(default_factory=itertools.count)

    def list(self, bucket: str, prefix: str) -> Iterator[DataObject]:
        """Newest first, because the port promises no order."""
        for (holder, key), item in reversed(self.current.items()):
            if holder == bucket and key.startswith(prefix):
                yield item

    def write(self, bucket: str, key: str, body: bytes) -> str:
        # S3 makes ETags of small objects by MD5.
        etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
        self.current.pop((bucket, key), None)
        self.current[bucket, key] = DataObject(key, len(body), etag, f"version-{next(self._versions)}")
        uri = f"s3://{bucket}/{key}"
        self.documents[uri] = body
        return uri

    def read(self, uri: str) -> bytes | None:
        return self.documents.get(uri)

    def unpack(self, uri: str) -> bytes | None:
        body = self.read(uri)
        return None if body is None else first_file(body, uri)

    def delete(self, bucket: str, key: str) -> None:
        del self.current[bucket, key], self.documents[f"s3://{bucket}/{key}"]
