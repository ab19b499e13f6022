"""`Objects` on the fake and on a versioned bucket: exactly what is there now, each object once."""

import gzip
import uuid
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from os import urandom
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from control_plane.adapters.s3 import S3Objects
from control_plane.errors import UnreadableArchive
from control_plane.manifests import Manifest
from control_plane.ports import Objects
from tests.contract.conftest import client_of
from tests.fakes import FakeObjects
from tests.samples import archive


class Bucket(NamedTuple):
    """A bucket, the port on it, and how something is deleted from it."""

    name: str
    objects: Objects
    delete: Callable[[str], object]


@pytest.fixture(params=["fake", "s3"])
def bucket(request: pytest.FixtureRequest) -> Bucket:
    name = f"data-{uuid.uuid4().hex[:8]}"
    if request.param == "fake":
        fake = FakeObjects()
        return Bucket(name, fake, lambda key: fake.delete(name, key))
    s3: Any = client_of(request.getfixturevalue("aws"), "s3")
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return Bucket(name, S3Objects(s3), lambda key: s3.delete_object(Bucket=name, Key=key))


def keys(bucket: Bucket, prefix: str) -> list[str]:
    return sorted(item.key for item in bucket.objects.list(bucket.name, prefix))


def test_an_empty_folder_lists_nothing(bucket: Bucket) -> None:
    assert keys(bucket, "nothing/") == []


def test_what_is_written_is_listed_with_its_size_and_content(bucket: Bucket) -> None:
    uri = bucket.objects.write(bucket.name, "a/one.csv", b"hello")
    assert uri == f"s3://{bucket.name}/a/one.csv"
    (item,) = bucket.objects.list(bucket.name, "a/")
    assert (item.key, item.size, item.etag) == ("a/one.csv", 5, "5d41402abc4b2a76b9719d911017c592")
    assert item.version_id not in {"", "null"}


def test_a_document_is_read_as_it_was_written_last(bucket: Bucket) -> None:
    uri = bucket.objects.write(bucket.name, "a b/ü+1%20.json", b'{"first": 1}')
    assert bucket.objects.read(uri) == b'{"first": 1}'
    bucket.objects.write(bucket.name, "a b/ü+1%20.json", '{"second": "é"}'.encode())
    assert bucket.objects.read(uri) == '{"second": "é"}'.encode()


def test_where_nothing_was_written_there_is_nothing_to_read(bucket: Bucket) -> None:
    uri = bucket.objects.write(bucket.name, "a/report.json", b"{}")
    for missing in (f"{uri}.tmp", uri.removesuffix(".json"), f"s3://{bucket.name}/a/", f"s3://{bucket.name}/a"):
        assert bucket.objects.read(missing) is None
    bucket.delete("a/report.json")
    assert bucket.objects.read(uri) is None


def test_an_archives_first_file_is_what_it_unpacks_to(bucket: Bucket) -> None:
    uri = bucket.objects.write(bucket.name, "a/sample.tar.gz", archive(b"1,2\n", b"3,4\n"))
    assert bucket.objects.unpack(uri) == b"1,2\n"
    assert bucket.objects.unpack(f"{uri}.tmp") is None


def damaged() -> bytes:
    """An archive whose compressed data turn into nonsense in the midst of its file."""
    whole = gzip.decompress(archive(urandom(300_000)))
    packer = zlib.compressobj(wbits=31)
    return packer.compress(whole[:200_000]) + packer.flush(zlib.Z_FULL_FLUSH) + b"\xff" * 100


@pytest.mark.parametrize(
    "body",
    [b"1,2\n", archive(), archive(b"1,2\n")[:40], gzip.compress(b"1,2\n"), damaged()],
    ids=["text", "empty", "cut off", "compressed text", "damaged"],
)
def test_what_is_no_archive_or_an_empty_one_can_not_be_unpacked(bucket: Bucket, body: bytes) -> None:
    uri = bucket.objects.write(bucket.name, "a/sample.tar.gz", body)
    with pytest.raises(UnreadableArchive, match=r"a/sample\.tar\.gz"):
        bucket.objects.unpack(uri)


def test_only_the_prefix_is_listed(bucket: Bucket) -> None:
    for key in ("a/one.csv", "a/b/two.csv", "ab/three.csv", "b/four.csv"):
        bucket.objects.write(bucket.name, key, b"x")
    assert keys(bucket, "a/") == ["a/b/two.csv", "a/one.csv"]


def test_an_overwritten_object_is_listed_once_as_it_is_now(bucket: Bucket) -> None:
    bucket.objects.write(bucket.name, "a/one.csv", b"old")
    (old,) = bucket.objects.list(bucket.name, "a/")
    bucket.objects.write(bucket.name, "a/one.csv", b"newer")
    (new,) = bucket.objects.list(bucket.name, "a/")
    assert new.size == 5
    assert new.version_id != old.version_id
    assert new.etag != old.etag


def test_a_deleted_object_is_not_listed_until_it_lands_again(bucket: Bucket) -> None:
    for key in ("a/kept.csv", "a/deleted.csv"):
        bucket.objects.write(bucket.name, key, b"x")
    bucket.delete("a/deleted.csv")
    assert keys(bucket, "a/") == ["a/kept.csv"]
    bucket.objects.write(bucket.name, "a/deleted.csv", b"y")
    assert keys(bucket, "a/") == ["a/deleted.csv", "a/kept.csv"]


def test_the_same_content_again_is_another_version_of_the_same_data(bucket: Bucket) -> None:
    def landed() -> Manifest:
        bucket.objects.write(bucket.name, "a/one.csv", b"same")
        return Manifest.of(bucket.name, bucket.objects.list(bucket.name, "a/"))

    first, second = landed(), landed()
    assert first.objects != second.objects
    assert first.fingerprint == second.fingerprint


@pytest.mark.parametrize("name", ["with space.csv", "a+b.csv", "100%.csv", "%2F.csv", "zürich 東京.csv", "q?=&#.csv"])
def test_keys_come_back_as_they_are(bucket: Bucket, name: str) -> None:
    bucket.objects.write(bucket.name, f"odd names+/{name}", b"x")
    assert keys(bucket, "odd names+/") == [f"odd names+/{name}"]


def test_what_may_not_be_read_is_an_error_and_not_a_missing_document() -> None:
    client = boto3.client("s3", region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test")
    with Stubber(client) as stubber:
        stubber.add_client_error("get_object", "AccessDenied", http_status_code=403)
        with pytest.raises(ClientError, match="AccessDenied"):
            S3Objects(client).read("s3://bucket/evaluation.json")


def test_more_objects_than_a_page_holds_are_all_listed(bucket: Bucket) -> None:
    wanted = [f"many/{number:04d}.csv" for number in range(1005)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: bucket.objects.write(bucket.name, key, b"x"), wanted))
    bucket.objects.write(bucket.name, wanted[0], b"again")
    bucket.delete(wanted[-1])
    assert keys(bucket, "many/") == wanted[:-1]
