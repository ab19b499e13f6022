"""Rows of features out of a request: CSV without a header, or JSON `{"instances": [[…], …]}`.

What is wrong is told to who sent it, by row and column.
"""

import csv
import io
import json
import math
from typing import Any

CSV, JSON = "text/csv", "application/json"
SHOWN_CHARACTERS = 40


class BadRequestError(ValueError):
    """The request cannot be answered. The message is a sentence for who sent it, `status` the HTTP status."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def rows_sent(request_body: str | bytes, content_type: str) -> list[list[Any]]:
    """The request's rows, their cells as sent. Raises BadRequestError."""
    try:
        text = request_body if isinstance(request_body, str) else request_body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadRequestError("the request is not UTF-8 text") from None
    match media_type(content_type):
        case "text/csv":
            return csv_rows(text)
        case "application/json":
            return json_rows(text)
    raise BadRequestError(f"content type {content_type!r} is not supported; send {CSV} or {JSON}", 415)


def media_type(header: str) -> str:
    """A content type without its parameters."""
    return header.partition(";")[0].strip().lower()


def csv_rows(text: str) -> list[list[str]]:
    """Blank lines are no rows."""
    try:
        return [
            [cell.strip() for cell in cells]
            for cells in csv.reader(io.StringIO(text, newline=""), strict=True)
            if cells
        ]
    except csv.Error as error:
        raise BadRequestError(f"the request is not CSV: {error}") from None


def json_rows(text: str) -> list[list[Any]]:
    """The value of `instances`, which must be a list of lists."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRequestError(f"the request is not JSON: {error}") from None
    rows = body.get("instances") if isinstance(body, dict) else None
    if not isinstance(rows, list):
        raise BadRequestError('expected {"instances": [[…], …]}')
    for position, row in enumerate(rows, start=1):
        if not isinstance(row, list):
            raise BadRequestError(f"row {position}: expected a list of numbers")
    return rows


def numbers(position: int, cells: list[Any], features: list[str]) -> list[float]:
    """The row's values. `position` counts from 1, for the message."""
    if len(cells) != len(features):
        raise BadRequestError(
            f"row {position}: {len(cells)} values, but the model takes {len(features)}: {', '.join(features)}"
        )
    return [number(cell, f"row {position}, column {name}") for cell, name in zip(cells, features, strict=True)]


def number(cell: Any, where: str) -> float:
    """A cell's value: text of CSV, anything of JSON, where a number as text is taken too."""
    if cell is None or cell == "":
        raise BadRequestError(f"{where}: no value")
    text = cell if isinstance(cell, str) else json.dumps(cell)
    try:
        value = float(text)
    except ValueError:  # true, a list, an object
        value = math.nan
    if "_" in text or not math.isfinite(value):  # Python reads 1_000; what sent it meant something else
        shown = text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"
        raise BadRequestError(f"{where}: {shown!r} is not a finite number")
    return value
