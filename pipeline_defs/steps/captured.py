"""Records of SageMaker's data capture: the rows that an endpoint was sent and answered with, and what came true.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
One record holds one invocation, which may have been of several rows. A row is a list of cells, or an object where the
endpoint was sent one. Records that were merged with ground truth have it in `groundTruthData`.
"""

import base64
import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

INPUT, OUTPUT = "endpointInput", "endpointOutput"
ROWS = ("instances", "predictions")
"""Members that hold the rows of a JSON body: requests and answers of `serve.py`, as of TensorFlow's serving."""

Row = dict[str, Any] | list[Any]


class UnreadableRecordError(Exception):
    """The message says why, in words that follow a record's place."""


def features(record: Any, indexes: Sequence[str]) -> list[Row]:
    """For each of the record's rows what was predicted, then from what. `indexes`: which of both are wanted."""
    parts = _captured(record)
    order = [index for index in (OUTPUT, INPUT) if index in indexes and index in parts]
    if not order:
        raise UnreadableRecordError(f"nothing of {', '.join(indexes)} was captured")
    wanted = [rows_of(parts[index], index) for index in order]
    if len({len(rows) for rows in wanted}) > 1:
        raise UnreadableRecordError(f"{' and '.join(str(len(rows)) for rows in wanted)} rows in {' and '.join(order)}")
    return [_joined(cells) for cells in zip(*wanted, strict=True)]


def outcomes(record: Any) -> list[tuple[Row, Row]]:
    """For each of the record's rows what was predicted, and what came true."""
    parts = _captured(record)
    if OUTPUT not in parts:
        raise UnreadableRecordError(f"no {OUTPUT} was captured")
    predicted, came_true = rows_of(parts[OUTPUT], OUTPUT), rows_of(record["groundTruthData"], "groundTruthData")
    if len(predicted) != len(came_true):
        raise UnreadableRecordError(f"{len(predicted)} predictions, but {len(came_true)} ground truths")
    return list(zip(predicted, came_true, strict=True))


def is_between(record: Any, start: datetime | None, end: datetime | None) -> bool:
    """Whether the invocation was at or after `start` and before `end`; yes where either is unknown."""
    try:
        at = datetime.fromisoformat(record["eventMetadata"]["inferenceTime"])
    except (KeyError, TypeError, ValueError):
        return True
    if at.tzinfo is None:  # it can't be compared
        return True
    return not (start and at < start) and not (end and at >= end)


def rows_of(part: Any, name: str) -> list[Row]:
    """The rows in one body. Raises UnreadableRecordError."""
    if not isinstance(part, dict) or not isinstance(part.get("data"), str):
        raise UnreadableRecordError(f"{name} has no data")
    text, encoding = part["data"], part.get("encoding")
    if encoding == "BASE64":
        text, encoding = _decoded(text, name), _kind(part)
    if encoding == "CSV":
        rows = _csv_rows(text, name)
    elif encoding == "JSON":
        rows = _json_rows(text, name)
    else:
        kind = part.get("observedContentType")
        raise UnreadableRecordError(f"{name} of encoding {part.get('encoding')} and type {kind} holds no table")
    if not rows:
        raise UnreadableRecordError(f"{name} is empty")
    return rows


def _captured(record: Any) -> dict[str, Any]:
    parts = record.get("captureData") if isinstance(record, dict) else None
    if not isinstance(parts, dict):
        raise UnreadableRecordError("no captureData in it")
    return parts


def _decoded(text: str, name: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except ValueError:
        raise UnreadableRecordError(f"{name} is not text in BASE64") from None


def _kind(part: dict[str, Any]) -> str:
    media_type = str(part.get("observedContentType", "")).partition(";")[0].strip().lower()
    return "CSV" if media_type == "text/csv" else "JSON" if "json" in media_type else media_type


def _csv_rows(text: str, name: str) -> list[Row]:
    try:
        return [[cell.strip() for cell in cells] for cells in csv.reader(io.StringIO(text, newline="")) if cells]
    except csv.Error as error:
        raise UnreadableRecordError(f"{name} is not CSV: {error}") from None


def _json_rows(text: str, name: str) -> list[Row]:
    """A body is one JSON document or, of JSON Lines, several."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        try:
            found = [json.loads(line) for line in text.splitlines() if line.strip()]
        except (ValueError, RecursionError) as error:
            raise UnreadableRecordError(f"{name} is not JSON: {error}") from None
    if isinstance(found, dict):
        listed = next((found[member] for member in ROWS if isinstance(found.get(member), list)), None)
        return [found] if listed is None else [_row(each) for each in listed]
    if isinstance(found, list) and any(isinstance(each, dict | list) for each in found):
        return [_row(each) for each in found]
    return [_row(found)]


def _row(value: Any) -> Row:
    return value if isinstance(value, dict | list) else [value]


def _joined(parts: Sequence[Row]) -> Row:
    """Cells stay a list while none of them has a name."""
    if all(isinstance(part, list) for part in parts):
        return [cell for part in parts for cell in part]
    named: dict[str, Any] = {}
    for part in parts:
        cells = part if isinstance(part, dict) else {f"_c{position}": cell for position, cell in enumerate(part)}
        if repeated := named.keys() & cells.keys():
            raise UnreadableRecordError(f"input and output both have {', '.join(sorted(repeated))}")
        named |= cells
    return named
