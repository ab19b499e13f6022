"""A set that `prepare` wrote, as arrays, checked anew: what lies in S3 may have been written by others."""

from pathlib import Path

import numpy as np

from csv_rows import rows_of
from tables import BadDataError, Problems, UnreadableError, lines_of


def columns_of(path: Path) -> list[str]:
    """The features in order, then the target. Raises BadDataError."""
    _check_is_there(path)
    try:
        _, header = next(lines_of(path.name, path), ("", []))
    except UnreadableError as error:
        raise BadDataError(f"{error.where}: {error.reason}") from error
    if not header:
        raise BadDataError(f"{path.name}: the file is empty")
    return header


def read(path: Path, columns: list[str], problem_type: str) -> tuple[np.ndarray, np.ndarray]:
    """Features, a row each, and targets, numbers or labels. `columns`: found by name, the target last.

    Raises BadDataError that names file, line and column.
    """
    _check_is_there(path)
    problems = Problems()
    rows = list(rows_of(path.name, path, columns, problem_type, problems))
    problems.raise_if_any()
    return np.array([row[:-1] for row in rows], dtype=float), np.array([row[-1] for row in rows])


def _check_is_there(path: Path) -> None:
    if not path.is_file():
        raise BadDataError(f"{path.name}: there is no such file")
