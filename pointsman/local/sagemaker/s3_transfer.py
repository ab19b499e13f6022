"""S3 objects into a job's folder and back, as SageMaker lays them out."""

import json
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from pointsman.local.sagemaker.aws_clients import client
from pointsman.local.sagemaker.container import Surroundings
from pointsman.local.sagemaker.errors import JobFailedError
from pointsman.local.sagemaker.roles import Credentials

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_PARALLEL = 8
_ONE_PART_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Location:
    bucket: str
    key: str

    @classmethod
    def parse(cls, uri: str) -> "Location":
        scheme, _, rest = uri.partition("://")
        bucket, _, key = rest.partition("/")
        if scheme != "s3" or not bucket:
            raise JobFailedError(f"ClientError: '{uri}' is not an S3 URI")
        return cls(bucket, key)

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


def s3_client(surroundings: Surroundings) -> "S3Client":
    made: S3Client = client("s3", surroundings, s3={"addressing_style": "path"}, max_pool_connections=2 * _PARALLEL)
    return made


class Transfers:
    """One for each that acts."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._made: dict[Credentials, Transfer] = {}
        self._lock = threading.Lock()

    def acting_as(self, role: str | None) -> "Transfer":
        """None: for ourselves."""
        surroundings = self._surroundings.acting_as(role)
        with self._lock:
            if surroundings.credentials not in self._made:
                self._made[surroundings.credentials] = Transfer(s3_client(surroundings))
            return self._made[surroundings.credentials]


class Transfer:
    """Raises JobFailedError in SageMaker's words where S3 refuses, or holds nothing of what a job needs."""

    def __init__(self, client: "S3Client") -> None:
        self._client = client

    def download(self, uri: str, data_type: str, into: Path) -> None:
        """`data_type`: S3Prefix (all keys that start so) or ManifestFile (a JSON list of keys below a prefix)."""
        if data_type not in {"S3Prefix", "ManifestFile"}:
            raise JobFailedError(
                f"ClientError: S3DataType {data_type} is not supported here; use S3Prefix or ManifestFile"
            )
        into.mkdir(parents=True, exist_ok=True)
        pairs = self._of_prefix(Location.parse(uri)) if data_type == "S3Prefix" else self._of_manifest(uri)
        _in_parallel(lambda pair: self._fetch(pair[0], into, pair[1]), pairs)

    def read(self, uri: str) -> bytes:
        location = Location.parse(uri)
        with _as_job_failure(uri):
            return self._client.get_object(Bucket=location.bucket, Key=location.key)["Body"].read()

    def exists(self, uri: str) -> bool:
        """Whether there is such an object, or any key that starts so."""
        location = Location.parse(uri)
        with _as_job_failure(uri):
            found = self._client.list_objects_v2(Bucket=location.bucket, Prefix=location.key, MaxKeys=1)
            return bool(found.get("Contents"))

    def objects(self, uri: str) -> list[str]:
        """The URIs of all whose key starts so."""
        location = Location.parse(uri)
        return [str(Location(location.bucket, key)) for key in self._keys(location)]

    def upload_tree(self, folder: Path, uri: str) -> None:
        """Every regular file; symbolic links are not followed and not uploaded."""
        target = Location.parse(uri)
        files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
        prefix = target.key.rstrip("/")

        def send(path: Path) -> None:
            relative = path.relative_to(folder).as_posix()
            self.upload(path, str(Location(target.bucket, f"{prefix}/{relative}" if prefix else relative)))

        _in_parallel(send, files)

    def upload(self, path: Path, uri: str) -> None:
        location = Location.parse(uri)
        with _as_job_failure(uri):
            if path.stat().st_size > _ONE_PART_BYTES:
                self._client.upload_file(str(path), location.bucket, location.key)
                return
            with path.open("rb") as body:
                self._client.put_object(Bucket=location.bucket, Key=location.key, Body=body)

    def write(self, uri: str, body: bytes, kms_key: str | None = None) -> None:
        """`kms_key`: encrypted with it at rest, where there is one."""
        location = Location.parse(uri)
        with _as_job_failure(uri):
            if kms_key is None:
                self._client.put_object(Bucket=location.bucket, Key=location.key, Body=body)
                return
            self._client.put_object(
                Bucket=location.bucket,
                Key=location.key,
                Body=body,
                ServerSideEncryption="aws:kms",
                SSEKMSKeyId=kms_key,
            )

    def _fetch(self, location: Location, into: Path, relative: str) -> None:
        if ".." in PurePosixPath(relative).parts:
            raise JobFailedError(f"ClientError: the key of {location} leads out of its folder")
        path = into / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        with _as_job_failure(str(location)), path.open("wb") as file:
            shutil.copyfileobj(self._client.get_object(Bucket=location.bucket, Key=location.key)["Body"], file)

    def _of_prefix(self, prefix: Location) -> list[tuple[Location, str]]:
        found = [(Location(prefix.bucket, key), _below(prefix.key, key)) for key in self._keys(prefix)]
        if not found:
            raise JobFailedError(
                f'ClientError: No S3 objects found under S3 URL "{prefix}" given in input data source.'
                " Please ensure that the bucket exists in the selected region, that objects exist under that S3 prefix,"
                " and that the role has s3:ListBucket permission on the bucket."
            )
        return found

    def _keys(self, prefix: Location) -> Iterator[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=prefix.bucket, Prefix=prefix.key)
        with _as_job_failure(str(prefix)):
            for page in pages:
                # A key that ends in a slash is a console's folder marker.
                yield from (item["Key"] for item in page.get("Contents", ()) if not item["Key"].endswith("/"))

    def _of_manifest(self, uri: str) -> list[tuple[Location, str]]:
        """`[{"prefix": "s3://bucket/some/"}, "relative/key", …]`: files are laid out as below the prefix."""
        try:
            head, *names = json.loads(self.read(uri))
            prefix = Location.parse(head["prefix"])
            return [(Location(prefix.bucket, prefix.key + name), name.lstrip("/")) for name in names]
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise JobFailedError(f'ClientError: {uri} is not a manifest: [{{"prefix": "s3://…"}}, "key", …]') from error


def _below(prefix: str, key: str) -> str:
    """A key's place in the input's folder: below the prefix if that is a folder or the object itself, else beside."""
    if key == prefix:
        return key.rpartition("/")[2]
    if key.startswith(prefix.rstrip("/") + "/"):
        return key[len(prefix.rstrip("/")) + 1 :]
    return key[prefix.rfind("/") + 1 :]


def _in_parallel[T](work: Callable[[T], Any], items: Iterable[T]) -> None:
    items = list(items)
    if len(items) == 1:
        work(items[0])
    elif items:
        with ThreadPoolExecutor(min(_PARALLEL, len(items))) as pool:
            list(pool.map(work, items))


@contextmanager
def _as_job_failure(what: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        raise JobFailedError(f"ClientError: {what}: {error.response['Error']['Message']}") from error
    except (BotoCoreError, OSError) as error:
        raise JobFailedError(f"ClientError: {what}: {error}") from error
