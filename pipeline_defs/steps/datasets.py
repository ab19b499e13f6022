"""Datasets in the formats of monitoring jobs: as columns of text, or as predictions beside what came true.

Both raise BadDataError for a table that can't be read, and for one without rows. Of captured data single records may be
unreadable: they are passed over, and noted in `unreadable`.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import captured
from captured import Row, UnreadableRecordError
from monitoring_contract import Request
from tables import BadDataError, Problems, UnreadableError, data_files, lines_of

Outcome = tuple[str, Row, Row]
"""Where it stands, for messages; the row with the prediction; the row with what came true."""


def columns(request: Request, names: Sequence[str], unreadable: Problems) -> dict[str, list[str]]:
    """By name, all of a length, "" for what is missing.

    `names`: of columns that have none in the files, by position; beyond them they are called `_c0`, `_c1`, …
    """
    found: dict[str, list[str]] = {}
    count = 0
    for row in _captured_rows(request, unreadable) if request.is_captured else _table_rows(request):
        for name, cell in _named(row, names).items():
            column = found.setdefault(name, [])
            column.extend([""] * (count - len(column)))
            column.append(_text(cell))
        count += 1
    if not count:
        raise BadDataError("\n".join(filter(None, ["there are no rows in the dataset", str(unreadable)])))
    for column in found.values():
        column.extend([""] * (count - len(column)))
    if request.options.get("output_columns_position") == "END":
        *others, output = found
        found = {name: found[name] for name in [output, *others]}
    return {name: column for name, column in found.items() if name not in request.excluded_columns}


def outcomes(request: Request, unreadable: Problems) -> Iterator[Outcome]:
    """In a table, one row has both the prediction and what came true."""
    if not request.is_captured:
        yield from ((place, row, row) for place, row in _placed_rows(request))
        return
    merged = False
    for place, record in _objects_in(request, unreadable):
        if isinstance(record, dict) and "groundTruthData" in record:
            merged = True
            if not captured.is_between(record, request.start_time, request.end_time):
                continue
            try:
                yield from ((place, predicted, came_true) for predicted, came_true in captured.outcomes(record))
            except UnreadableRecordError as error:
                unreadable.add(place, str(error))
    if not merged:
        reason = "no captured record has groundTruthData: predictions must have been merged with it"
        raise BadDataError("\n".join(filter(None, [reason, str(unreadable)])))


def _captured_rows(request: Request, unreadable: Problems) -> Iterator[Row]:
    indexes = request.options.get("captureIndexNames") or [captured.INPUT, captured.OUTPUT]
    for place, record in _objects_in(request, unreadable):
        if captured.is_between(record, request.start_time, request.end_time):
            try:
                yield from captured.features(record, indexes)
            except UnreadableRecordError as error:
                unreadable.add(place, str(error))


def _objects_in(request: Request, unreadable: Problems) -> Iterator[tuple[str, Any]]:
    """The captured records, whatever they are."""
    for key, path in data_files(request.dataset_source).items():
        for place, line in _lines(key, path):
            try:
                yield place, json.loads(line)
            except ValueError as error:
                unreadable.add(place, f"not JSON: {error}")


def _table_rows(request: Request) -> Iterator[Row]:
    return (row for _, row in _placed_rows(request))


def _placed_rows(request: Request) -> Iterator[tuple[str, Row]]:
    for key, path in data_files(request.dataset_source).items():
        try:
            if request.format == "csv":
                yield from _csv_rows(key, path, has_header=_is_true(request.options.get("header")))
            else:
                lines = request.options.get("lines", request.options.get("line", True))
                yield from _json_rows(key, path, by_line=_is_true(lines))
        except UnreadableError as error:
            raise BadDataError(f"{error.where}: {error.reason}") from None


def _csv_rows(key: str, path: Path, *, has_header: bool) -> Iterator[tuple[str, Row]]:
    """Raises UnreadableError for a line with more or fewer cells than the first, and for a column named twice."""
    header: list[str] | None = None
    for place, cells in lines_of(key, path):
        if header is None:
            header = cells
            if repeated := {name: None for name in header if header.count(name) > 1} if has_header else {}:
                raise UnreadableError(place, f"columns that appear more than once: {', '.join(repeated)}")
            if has_header:
                continue
        if len(cells) != len(header):
            raise UnreadableError(place, f"{len(cells)} cells, but the first line has {len(header)}")
        yield place, dict(zip(header, cells, strict=True)) if has_header else cells


def _json_rows(key: str, path: Path, *, by_line: bool) -> Iterator[tuple[str, Row]]:
    for place, text in _lines(key, path) if by_line else _whole(key, path):
        try:
            document = json.loads(text)
        except ValueError as error:
            raise UnreadableError(place, f"not JSON: {error}") from None
        for row in document if isinstance(document, list) and not by_line else [document]:
            if not isinstance(row, dict):
                raise UnreadableError(place, "not a JSON object")
            yield place, row


def _lines(key: str, path: Path) -> Iterator[tuple[str, str]]:
    """The file's lines that aren't blank. Raises BadDataError if it isn't text."""
    with path.open(encoding="utf-8-sig") as file:
        try:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield f"{key}, line {number}", line
        except UnicodeDecodeError:
            raise BadDataError(f"{key}: not UTF-8 text") from None


def _whole(key: str, path: Path) -> Iterator[tuple[str, str]]:
    yield key, "".join(line for _, line in _lines(key, path))


def _named(row: Row, names: Sequence[str]) -> dict[str, Any]:
    if isinstance(row, dict):
        return row
    return {names[position] if position < len(names) else f"_c{position}": cell for position, cell in enumerate(row)}


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"
