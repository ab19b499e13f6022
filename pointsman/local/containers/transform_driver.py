"""Asks a model about every record: `python -m … <orders.json> <command that serves…>`, as `transform_job` orders."""

import gzip
import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pointsman.local.containers.transform_records import Records

_STARTUP_SECONDS = 480.0
_LOOK_SECONDS = 0.03
_OK = 200


class TransformFailedError(Exception):
    """The message is what the job's FailureReason begins with."""


def main(orders: dict[str, Any], command: list[str]) -> int:
    server = subprocess.Popen(command)
    try:
        connection = _connected(server, Path(orders["port_file"]), orders["timeout_seconds"])
        for path in sorted(Path(orders["inputs"]).rglob("*")):
            if path.is_file():
                _transform(path, orders, connection)
    except TransformFailedError as error:
        print(error, flush=True)
        Path(orders["failure_file"]).write_text(str(error))
        return 1
    finally:
        server.terminate()
    return 0


def _connected(
    server: "subprocess.Popen[bytes]", port_file: Path, timeout_seconds: float
) -> http.client.HTTPConnection:
    deadline = time.monotonic() + _STARTUP_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", int(port_file.read_text()), timeout=timeout_seconds)
            connection.request("GET", "/ping")
            answer = connection.getresponse()
            answer.read()
            if answer.status == _OK:
                return connection
        except (OSError, ValueError, http.client.HTTPException):
            pass
        time.sleep(_LOOK_SECONDS)
    raise TransformFailedError("The model's container did not pass the ping health check")


def _transform(path: Path, orders: dict[str, Any], connection: http.client.HTTPConnection) -> None:
    """One object, wholly or not at all."""
    body = path.read_bytes()
    if orders["gzip"]:
        body = gzip.decompress(body)
    relative = path.relative_to(orders["inputs"])
    try:
        answers = list(_answers(body, orders, connection))
    except (ValueError, LookupError, TypeError) as error:
        raise TransformFailedError(f"ClientError: {relative}: {error}") from error
    target = Path(orders["outputs"]) / f"{relative}.out"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(b"".join(answers))


def _answers(body: bytes, orders: dict[str, Any], connection: http.client.HTTPConnection) -> Iterator[bytes]:
    records, end = Records(orders), b"\n" if orders["assemble_lines"] else b""
    if not orders["lines"] and not orders["processing"]:
        yield _ended(_asked(connection, body, orders), end)
        return
    found = records.split(body.decode(), lines=orders["lines"])
    for batch in _batches(found, orders):
        sent = "\n".join(records.sent(record) for record in batch)
        answer = _asked(connection, sent.encode(), orders)
        if records.by_record:
            yield from (_ended(kept.encode(), b"\n") for kept in records.kept(batch, answer.decode()))
        else:
            yield _ended(answer, end)


def _batches(records: list[str], orders: dict[str, Any]) -> Iterator[list[str]]:
    """As many records in each as MaxPayloadInMB lets in; 0 is no limit."""
    batch, size = list[str](), 0
    for record in records:
        length = len(record.encode()) + 1
        if batch and (orders["single"] or (orders["payload_bytes"] and size + length > orders["payload_bytes"])):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += length
    if batch:
        yield batch


def _asked(connection: http.client.HTTPConnection, body: bytes, orders: dict[str, Any]) -> bytes:
    headers = {"Content-Type": orders["content_type"], "Accept": orders["accept"]}
    try:
        connection.request("POST", "/invocations", body, {name: value for name, value in headers.items() if value})
        answer = connection.getresponse()
        content = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise TransformFailedError(f"The model's container gave no answer: {error!r}") from error
    if answer.status != _OK:
        said = content.decode(errors="replace")[:500]
        raise TransformFailedError(f"Bad HTTP status received from algorithm: {answer.status} {said}")
    return content


def _ended(answer: bytes, end: bytes) -> bytes:
    return answer if answer.endswith(end) else answer + end


if __name__ == "__main__":
    sys.exit(main(json.loads(Path(sys.argv[1]).read_text()), sys.argv[2:]))
