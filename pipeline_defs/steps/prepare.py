"""Check the landed CSV files and split their rows into a training and a test set, or put them all into a test set.

Every file must have a header with the target and the features, and a finite number in each of their cells. Files whose
name starts with `_` or `.` are markers, not data. A row goes by its own content into one set or the other, so neither
the order of files nor that of rows matters, and duplicates never end up on both sides. Rows are never all in memory.
"""

import argparse
import csv
import math
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

from tables import BadDataError, Problems, UnreadableError, data_files, lines_of

READS = ("data",)
WRITES = {"train": {"train.csv": None}, "test": {"test.csv": None}}

BASE = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
DATA = BASE / "processing/input/data"
OUTPUT = BASE / "processing/output"
MESSAGE = BASE / "output/message"

EVERY_OTHER_COLUMN = "*"
SHOWN_CHARACTERS = 40

Row = tuple[float, ...]


def columns_of(files: dict[str, Path], target: str, features: str) -> list[str]:
    """The features, then the target. `features` is names with commas, or `*` for all that the first file has."""
    if features != EVERY_OTHER_COLUMN:
        names = [name.strip() for name in features.split(",")]
        if repeated := {name: None for name in [*names, target] if [*names, target].count(name) > 1}:
            raise BadDataError(f"Features and Target name a column twice: {', '.join(repeated)}")
        return [*names, target]
    try:
        _, header = next(lines_of(*next(iter(files.items()))), ("", []))
    except UnreadableError as error:
        raise BadDataError(f"{error.where}: {error.reason}") from error
    return [*(name for name in header if name != target), target]


def header_problems(header: list[str], columns: list[str], *, exact: bool) -> Iterator[str]:
    """Reasons why a file with this header cannot be read for these columns. `exact` forbids further ones."""
    if missing := [name for name in columns if name not in header]:
        yield f"columns missing: {', '.join(missing)}"
    if repeated := {name: None for name in header if header.count(name) > 1}:
        yield f"columns that appear more than once: {', '.join(repeated)}"
    if exact and (unexpected := [name for name in header if name not in columns]):
        yield f"columns that the first file does not have: {', '.join(unexpected)}"


def number(cell: str) -> float:
    """The cell's value; `ValueError` with the reason if it is not a finite number."""
    shown = cell if len(cell) <= SHOWN_CHARACTERS else cell[:SHOWN_CHARACTERS] + "…"
    if not cell:
        raise ValueError("no value")
    try:
        value = float(cell)
    except ValueError:
        raise ValueError(f"{shown!r} is not a number") from None
    if "_" in cell:  # Python reads 1_000; what wrote the file meant something else
        raise ValueError(f"{shown!r} is not a number")
    if not math.isfinite(value):
        raise ValueError(f"{shown!r} is not a finite number")
    return value


def rows_of(key: str, path: Path, columns: list[str], problems: Problems, *, exact: bool) -> Iterator[Row]:
    """The file's good rows, in the order of `columns`. What is wrong with the others goes to `problems`."""
    lines = lines_of(key, path)
    try:
        where, header = next(lines, (key, []))
        if not header:
            problems.add(key, "the file is empty")
        elif reasons := list(header_problems(header, columns, exact=exact)):
            problems.add(where, "; ".join(reasons))
        else:
            yield from _rows_below(key, header, lines, columns, problems)
    except UnreadableError as error:
        problems.add(error.where, error.reason)


def _rows_below(
    key: str, header: list[str], lines: Iterator[tuple[str, list[str]]], columns: list[str], problems: Problems
) -> Iterator[Row]:
    positions = [header.index(name) for name in columns]
    read = 0
    for where, cells in lines:
        read += 1
        if len(cells) != len(header):
            problems.add(where, f"{len(cells)} cells, but the header has {len(header)}")
            continue
        found = problems.count
        row = [_noted(where, header[position], cells[position], problems) for position in positions]
        if problems.count == found:
            yield tuple(row)
    if not read:
        problems.add(key, "a header but no rows")


def _noted(where: str, column: str, cell: str, problems: Problems) -> float:
    try:
        return number(cell)
    except ValueError as error:
        problems.add(where, f"column {column}: {error}")
        return math.nan


def is_for_test(row: Row, test_share: float) -> bool:
    """Whether the row's content puts it into the test set: about `test_share` of all rows, and with 1 every row."""
    digest = sha256(repr(row).encode()).digest()
    return int.from_bytes(digest[:8], "big") < test_share * 2**64


def prepare(data: Path, output: Path, target: str, features: str, test_share: float) -> dict[str, int]:
    """Write `train/train.csv` and `test/test.csv`, the target in the last column. Returns how many rows each has.

    With a `test_share` of 1 there is no training set, and only `test/test.csv` is written.
    """
    files = data_files(data)
    if not files:
        raise BadDataError("the manifest names no data file")
    columns = columns_of(files, target, features)
    counts = {"test": 0} if test_share == 1 else {"train": 0, "test": 0}
    problems = Problems()
    with ExitStack() as stack:
        writers = {}
        for name in counts:
            (output / name).mkdir(parents=True, exist_ok=True)
            file = stack.enter_context((output / name / f"{name}.csv").open("w", newline="", encoding="utf-8"))
            writers[name] = csv.writer(file)
            writers[name].writerow(columns)
        for key, path in files.items():
            for row in rows_of(key, path, columns, problems, exact=features == EVERY_OTHER_COLUMN):
                name = "test" if is_for_test(row, test_share) else "train"
                writers[name].writerow(row)
                counts[name] += 1
    problems.raise_if_any()
    if not all(counts.values()):
        raise BadDataError(f"too few rows for a training and a test set: {sum(counts.values())}")
    return counts


def share(text: str) -> float:
    """A number above 0 and at most 1."""
    if 0 < (value := float(text)) <= 1:
        return value
    raise argparse.ArgumentTypeError(f"{text} is not above 0 and at most 1")


def main() -> int:
    """Run as SageMaker does. What is wrong is also left where SageMaker takes the job's exit message from."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--target", required=True, help="the column to predict")
    parser.add_argument("--features", required=True, help="names separated by commas, or * for every other column")
    parser.add_argument("--test-share", required=True, type=share, help="of all rows; 1: all are for testing with")
    arguments = parser.parse_args()
    try:
        counts = prepare(DATA, OUTPUT, **vars(arguments))
    except BadDataError as error:
        MESSAGE.parent.mkdir(parents=True, exist_ok=True)
        MESSAGE.write_text(str(error), encoding="utf-8")
        print(error, file=sys.stderr)
        return 1
    print(", ".join(f"{name}: {count} rows" for name, count in counts.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
