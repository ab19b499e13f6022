"""What the built-in XGBoost reads: CSV with the label first and no header, or LIBSVM.

https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html#InputOutput-XGBoost
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

CSV, LIBSVM = "csv", "libsvm"
_KINDS = {"text/csv": CSV, "csv": CSV, "text/libsvm": LIBSVM, "text/x-libsvm": LIBSVM, "libsvm": LIBSVM}
_DELIMITERS = (",", ";", "\t", "|", " ")


class UnreadableDataError(Exception):
    """The message is for the person whose data it is."""


def kind_of(content_type: str | None) -> str:
    """Raises UnreadableDataError. LIBSVM where nothing is said, as in SageMaker."""
    plain = (content_type or "text/libsvm").partition(";")[0].strip().lower()
    if plain not in _KINDS:
        raise UnreadableDataError(f"{content_type} is not read here; {', '.join(sorted(_KINDS))} are")
    return _KINDS[plain]


def channel(folder: Path, kind: str, *, weights: bool) -> dict[str, Any]:
    """`data`, `label` and, from the second column of CSV, `weight`: of all files of a channel together."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith((".", "_"))]
    lines = [line for path in files for line in path.read_text().splitlines() if line.strip()]
    if not lines:
        raise UnreadableDataError(f"No data in channel path {folder}")
    if kind == LIBSVM:
        labels, data = sparse(lines)
        return {"data": data, "label": labels}
    table = numbers(lines)
    if weights:
        return {"label": table[:, 0], "weight": table[:, 1], "data": table[:, 2:]}
    return {"label": table[:, 0], "data": table[:, 1:]}


def numbers(lines: list[str]) -> Any:
    """A table of CSV; empty fields are missing values."""
    delimiter = next((each for each in _DELIMITERS if each in lines[0]), ",")
    for field in lines[0].split(delimiter):
        if field.strip() and not _is_number(field):
            raise UnreadableDataError(
                f"Non-numeric value '{field.strip()[:50]}' in the first line of CSV: no header is allowed"
            )
    try:
        return np.loadtxt(lines, delimiter=delimiter, dtype=np.float32, ndmin=2)
    except ValueError:
        table = np.genfromtxt(lines, delimiter=delimiter, dtype=np.float32)
        return table.reshape(len(lines), -1)


def sparse(lines: Iterable[str], features: int | None = None) -> tuple[Any, Any]:
    """Labels, zero where a line has none, and the matrix."""
    labels, rows, columns, values = [], list[int](), list[int](), list[float]()
    count = 0
    for row, line in enumerate(lines):
        words = line.partition("#")[0].split()
        labels.append(float(words.pop(0).partition(":")[0]) if words and ":" not in words[0] else 0.0)
        for word in words:
            column, _, value = word.partition(":")
            rows.append(row)
            columns.append(_column(column))
            values.append(float(value))
        count = row + 1
    width = max([*columns, -1]) + 1 if features is None else features
    kept = [position for position, column in enumerate(columns) if column < width]
    picked = ([values[each] for each in kept], ([rows[each] for each in kept], [columns[each] for each in kept]))
    return np.array(labels), csr_matrix(picked, shape=(count, width), dtype=np.float32)


def _column(text: str) -> int:
    if not text.isdigit():
        raise UnreadableDataError(f"'{text}' is no index of a feature in LIBSVM")
    return int(text)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
