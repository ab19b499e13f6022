"""What is captured of a request, how many are, and when the files are written."""

import base64
import json
import threading
from typing import Any

import pytest

from pointsman.local.sagemaker.errors import JobFailedError
from pointsman.local.sagemaker.hosting.capture import Capture, Exchange, Payload, record
from pointsman.local.sagemaker.hosting.capture_files import CaptureFiles

AT = 1_792_003_200.25  # 2026-10-14T18:40:00Z
HEADERS = {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json", "application/jsonlines"]}


def config(*modes: str, **changes: Any) -> dict[str, Any]:
    return {
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": "s3://bucket/prefix/",
        "CaptureOptions": [{"CaptureMode": mode} for mode in modes],
        "CaptureContentTypeHeader": HEADERS,
        **changes,
    }


def exchange(content_type: str = "text/csv", body: bytes = b"1,2", at: float = AT) -> Exchange:
    return Exchange(at, Payload(content_type, body), Payload("application/json", b"[1]"))


class Bucket:
    """In place of Transfers; refuses the first so many writes."""

    def __init__(self, refusals: int = 0) -> None:
        self.written: dict[str, list[Any]] = {}
        self.keys: set[str | None] = set()
        self.refused = 0
        self._refusals = refusals
        self._changed = threading.Condition()

    def acting_as(self, role: str | None) -> "Bucket":  # noqa: ARG002  as Transfers has it
        return self

    def write(self, uri: str, body: bytes, kms_key: str | None) -> None:
        with self._changed:
            if self.refused < self._refusals:
                self.refused += 1
                raise JobFailedError("no such bucket")
            self.written[uri] = [json.loads(line) for line in body.splitlines()]
            self.keys.add(kms_key)
            self._changed.notify_all()

    def await_files(self, number: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.written) >= number, timeout=10)


def variant(name: str) -> dict[str, Any]:
    return {"VariantName": name, "container": {}}


def files(bucket: Bucket, time_scale: float = 1) -> CaptureFiles:
    made = CaptureFiles(bucket, time_scale)  # type: ignore[arg-type]
    made.start()
    return made


@pytest.mark.parametrize(
    ("content_type", "body", "headers", "encoding"),
    [
        ("text/csv", b"1,2", HEADERS, "CSV"),
        ("Text/CSV; charset=utf-8", b"1,2", HEADERS, "CSV"),
        ("application/jsonlines", b"{}", HEADERS, "JSON"),
        ("application/x-npy", b"1,2", HEADERS, "BASE64"),
        ("text/csv", b"1,2", {}, "BASE64"),
        ("text/csv", b"\xff\xfe", HEADERS, "BASE64"),
    ],
)
def test_only_listed_content_types_are_kept_as_text(
    content_type: str, body: bytes, headers: dict[str, Any], encoding: str
) -> None:
    given = config("Input", CaptureContentTypeHeader=headers)
    side = record(given, exchange(content_type, body), "id")["captureData"]["endpointInput"]
    assert side["encoding"] == encoding
    assert side["observedContentType"] == content_type
    data = base64.b64decode(side["data"]) if encoding == "BASE64" else side["data"].encode()
    assert data == body


@pytest.mark.parametrize(
    ("modes", "sides"),
    [
        (["Input"], {"endpointInput"}),
        (["Output"], {"endpointOutput"}),
        (["Input", "Output"], {"endpointInput", "endpointOutput"}),
        (["InputAndOutput"], {"endpointInput", "endpointOutput"}),
    ],
)
def test_the_options_say_which_sides_are_kept(modes: list[str], sides: set[str]) -> None:
    found = record(config(*modes), exchange(), "id")
    assert found["captureData"].keys() == sides
    assert found["eventMetadata"] == {"eventId": "id", "inferenceTime": "2026-10-14T18:40:00Z"}


@pytest.mark.parametrize("percentage", [0, 1, 20, 50, 100])
def test_the_share_that_is_asked_for_is_kept(percentage: int) -> None:
    bucket = Bucket()
    written = files(bucket)
    capture = Capture(config("Input", InitialSamplingPercentage=percentage), "Churn", variant("A"), written)
    for _ in range(1000):
        capture.take(exchange())
    written.stop()
    kept = sum(len(records) for records in bucket.written.values())
    assert abs(kept - 10 * percentage) <= (5 if 0 < percentage < 100 else 0)


def test_each_hour_has_its_own_file_and_a_stop_writes_them() -> None:
    bucket = Bucket()
    written = files(bucket)
    capture = Capture(config("Input", KmsKeyId="alias/key"), "Churn", variant("A"), written)
    for at in (AT, AT + 1, AT + 1200):
        capture.take(exchange(at=at))
    assert not bucket.written
    written.stop()
    folders = {uri.rpartition("/")[0]: len(records) for uri, records in bucket.written.items()}
    assert folders == {"s3://bucket/prefix/Churn/A/2026/10/14/18": 2, "s3://bucket/prefix/Churn/A/2026/10/14/19": 1}
    assert min(bucket.written).rpartition("/")[2].startswith("40-00-250-")
    assert bucket.keys == {"alias/key"}


def test_a_flush_is_for_one_variant() -> None:
    bucket = Bucket()
    written = files(bucket)
    captures = [Capture(config("Input"), "Churn", variant(name), written) for name in ("A", "AB")]
    for capture in captures:
        capture.take(exchange())
    captures[0].flush()
    bucket.await_files(1)
    assert all("/Churn/A/" in uri for uri in bucket.written)
    written.stop()
    assert len(bucket.written) == 2


def test_full_files_and_those_that_waited_long_enough_are_written_meanwhile() -> None:
    bucket = Bucket()
    full = files(bucket)
    Capture(config("Input"), "Churn", variant("A"), full).take(exchange(body=b"x" * 6_000_000))
    bucket.await_files(1)
    waited = files(bucket, time_scale=6000)
    Capture(config("Input"), "Churn", variant("B"), waited).take(exchange())
    bucket.await_files(2)
    full.stop()
    waited.stop()


def test_what_s3_refuses_is_written_with_what_came_later() -> None:
    bucket = Bucket(refusals=2)
    written = files(bucket, time_scale=600)
    Capture(config("Input"), "Churn", variant("A"), written).take(exchange())
    bucket.await_files(1)
    written.stop()
    assert bucket.refused == 2
    assert [len(records) for records in bucket.written.values()] == [1]
