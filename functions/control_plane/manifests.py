"""Which data exactly: the objects of a closed window, and the fingerprint of their contents."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Self


@dataclass(frozen=True, slots=True)
class DataObject:
    """One object as S3 lists it. `version_id` is "null" in a bucket that was never versioned; `size` is in bytes."""

    key: str
    size: int
    etag: str
    version_id: str


def folders_above(key: str) -> tuple[str, ...]:
    """Deepest first: `a/b/c.csv` -> `a/b/`, `a/`."""
    parts = key.split("/")[:-1]
    return tuple("/".join(parts[:depth]) + "/" for depth in range(len(parts), 0, -1))


def is_data(key: str, *, manifest: str | None, exclude: Iterable[str]) -> bool:
    """Tell data from folder markers (consoles make empty objects ending in a slash), the manifest and exclusions."""
    if key.endswith("/") or (manifest and key.rpartition("/")[2] == manifest):
        return False
    return not any(fnmatchcase(key, pattern) for pattern in exclude)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The data of one run, in key order."""

    bucket: str
    objects: tuple[DataObject, ...]

    @classmethod
    def of(cls, bucket: str, objects: Iterable[DataObject]) -> Self:
        return cls(bucket, tuple(sorted(objects, key=lambda item: item.key)))

    @property
    def fingerprint(self) -> str:
        """sha256 over key, size and etag. Not over versions: the same contents landing again are the same data."""
        lines = (json.dumps([item.key, item.size, item.etag]) for item in self.objects)
        return hashlib.sha256("\n".join([self.bucket, *lines]).encode()).hexdigest()

    def for_sagemaker(self) -> bytes:
        """The `ManifestFile` form that a job's S3 input takes, so that the job downloads these objects and no others.

        https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html
        """
        return json.dumps([{"prefix": f"s3://{self.bucket}/"}, *(item.key for item in self.objects)]).encode()

    def for_people(self) -> bytes:
        """Key, version, size and etag of each object: what lineage and audits read."""
        return json.dumps({"bucket": self.bucket, "objects": [asdict(item) for item in self.objects]}).encode()
