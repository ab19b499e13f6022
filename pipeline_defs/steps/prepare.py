"""Check the landed CSV files and split their rows into a training and a test set, or put them all into a test set.

Files whose name starts with `_` or `.` are markers, not data; `csv_rows` says what the others must hold. A row goes by
its own content into one set or the other, so neither the order of files nor that of rows matters, and duplicates never
end up on both sides. Of a classification's classes each set must hold every one. Rows are never all in memory.
"""

import argparse
import csv
import os
import sys
from collections import Counter
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

from csv_rows import TARGETS, Row, rows_of
from tables import BadDataError, Problems, UnreadableError, data_files, lines_of

READS = ("data",)
WRITES = {"train": {"train.csv": None}, "test": {"test.csv": None}}

BASE = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
DATA = BASE / "processing/input/data"
OUTPUT = BASE / "processing/output"
MESSAGE = BASE / "output/message"

EVERY_OTHER_COLUMN = "*"
SHOWN_CLASSES = 5
TWO = 2

type Counts = dict[str, Counter[float | str]]
"""How many rows each set has of each class; regressions count all as one."""


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


def is_for_test(row: Row, test_share: float) -> bool:
    """Whether the row's content puts it into the test set: about `test_share` of all rows, and with 1 every row."""
    digest = sha256(repr(row).encode()).digest()
    return int.from_bytes(digest[:8], "big") < test_share * 2**64


def prepare(
    data: Path, output: Path, *, target: str, features: str, test_share: float, problem_type: str
) -> dict[str, int]:
    """Write `train/train.csv` and `test/test.csv`, the target in the last column. Returns how many rows each has.

    With a `test_share` of 1 there is no training set, and only `test/test.csv` is written. Raises BadDataError.
    """
    files = data_files(data)
    if not files:
        raise BadDataError("the manifest names no data file")
    columns = columns_of(files, target, features)
    counts: Counts = {name: Counter() for name in (["test"] if test_share == 1 else ["train", "test"])}
    problems = Problems()
    with ExitStack() as stack:
        writers = {}
        for name in counts:
            (output / name).mkdir(parents=True, exist_ok=True)
            file = stack.enter_context((output / name / f"{name}.csv").open("w", newline="", encoding="utf-8"))
            writers[name] = csv.writer(file)
            writers[name].writerow(columns)
        for key, path in files.items():
            for row in rows_of(key, path, columns, problem_type, problems, exact=features == EVERY_OTHER_COLUMN):
                name = "test" if is_for_test(row, test_share) else "train"
                writers[name].writerow(row)
                counts[name][row[-1] if isinstance(row[-1], str) else 0] += 1
    problems.raise_if_any()
    check_sets(counts, target, problem_type)
    return {name: count.total() for name, count in counts.items()}


def check_sets(counts: Counts, target: str, problem_type: str) -> None:
    """Raises BadDataError where a set is empty, or the classes are not such as to learn and to judge by."""
    total = sum(count.total() for count in counts.values())
    if not all(counts.values()):
        raise BadDataError(f"too few rows for a training and a test set: {total}")
    if problem_type == "Regression" or "train" not in counts:
        return
    found = counts["train"] + counts["test"]
    shown = ", ".join([*map(str, sorted(found)[:SHOWN_CLASSES]), *["…"] * (len(found) > SHOWN_CLASSES)])
    if len(found) < TWO or (problem_type == "BinaryClassification" and len(found) > TWO):
        wanted = "two classes" if problem_type == "BinaryClassification" else "two classes or more"
        raise BadDataError(f"column {target}: {problem_type} takes {wanted}, but the rows have {len(found)}: {shown}")
    for name, noun in {"train": "training", "test": "test"}.items():
        if missing := sorted(set(found) - set(counts[name])):
            few = ", ".join(f"{value!r} ({found[value]} in all)" for value in missing[:SHOWN_CLASSES])
            raise BadDataError(
                f"column {target}: the {noun} set has no row of {few}; rows go to a set by their content, so a class"
                " needs more of them to be in both"
            )


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
    parser.add_argument("--problem-type", required=True, choices=TARGETS, help="what the target is")
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
