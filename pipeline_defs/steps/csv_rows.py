"""Rows out of CSV files, checked cell by cell, so that bad data is told by file, line and column.

Every file must have a header with the target and the features, a finite number in each cell of a feature, and in the
target a number (regression) or a label (classification).
"""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

from tables import Problems, UnreadableError, lines_of

SHOWN_CHARACTERS = 40

type Row = tuple[float | str, ...]
type Reader = tuple[int, str, Callable[[str], float | str]]
"""A column's position and name, and what makes its value of a cell."""


def number(cell: str) -> float:
    """The cell's value; `ValueError` with the reason if it is not a finite number."""
    if not cell:
        raise ValueError("no value")
    try:
        value = float(cell)
    except ValueError:
        raise ValueError(f"{_shown(cell)} is not a number") from None
    if "_" in cell:  # Python reads 1_000; what wrote the file meant something else
        raise ValueError(f"{_shown(cell)} is not a number")
    if not math.isfinite(value):
        raise ValueError(f"{_shown(cell)} is not a finite number")
    return value


def label(cell: str) -> str:
    """The class that the cell names, the same for 1 and 1.0; `ValueError` with the reason if it names none."""
    if not cell:
        raise ValueError("no label")
    try:
        value = number(cell)
    except ValueError:
        try:
            float(cell)
        except ValueError:
            return cell
        raise ValueError(f"{_shown(cell)} is not a label") from None  # nan is what others write where there is none
    return str(int(value)) if value.is_integer() else repr(value)


TARGETS: dict[str, Callable[[str], float | str]] = {
    "Regression": number,
    "BinaryClassification": label,
    "MulticlassClassification": label,
}
"""How a target is read, by problem type, in the words of Model Monitor."""


def rows_of(
    key: str, path: Path, columns: list[str], problem_type: str, problems: Problems, *, exact: bool = False
) -> Iterator[Row]:
    """The file's good rows, in the order of `columns`, the target last. What is wrong with others goes to `problems`.

    `key` is the file's name in messages. `exact`: further columns are wrong, too.
    """
    lines = lines_of(key, path)
    try:
        where, header = next(lines, (key, []))
        if not header:
            problems.add(key, "the file is empty")
        elif reasons := list(_header_problems(header, columns, exact=exact)):
            problems.add(where, "; ".join(reasons))
        else:
            readers: list[Reader] = [(header.index(name), name, number) for name in columns[:-1]]
            readers.append((header.index(columns[-1]), columns[-1], TARGETS[problem_type]))
            yield from _rows_below(key, len(header), lines, readers, problems)
    except UnreadableError as error:
        problems.add(error.where, error.reason)


def _header_problems(header: list[str], columns: list[str], *, exact: bool) -> Iterator[str]:
    if missing := [name for name in columns if name not in header]:
        yield f"columns missing: {', '.join(missing)}"
    if repeated := {name: None for name in header if header.count(name) > 1}:
        yield f"columns that appear more than once: {', '.join(repeated)}"
    if exact and (unexpected := [name for name in header if name not in columns]):
        yield f"columns that the first file does not have: {', '.join(unexpected)}"


def _rows_below(
    key: str, width: int, lines: Iterator[tuple[str, list[str]]], readers: list[Reader], problems: Problems
) -> Iterator[Row]:
    read = 0
    for where, cells in lines:
        read += 1
        if len(cells) != width:
            problems.add(where, f"{len(cells)} cells, but the header has {width}")
            continue
        found = problems.count
        row = [_noted(where, name, cells[position], reader, problems) for position, name, reader in readers]
        if problems.count == found:
            yield tuple(row)
    if not read:
        problems.add(key, "a header but no rows")


def _noted(where: str, column: str, cell: str, reader: Callable[[str], float | str], problems: Problems) -> float | str:
    try:
        return reader(cell)
    except ValueError as error:
        problems.add(where, f"column {column}: {error}")
        return math.nan


def _shown(cell: str) -> str:
    return repr(cell if len(cell) <= SHOWN_CHARACTERS else cell[:SHOWN_CHARACTERS] + "…")
