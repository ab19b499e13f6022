"""The files of a dataset, line by line, and what is wrong with them."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SHOWN_PROBLEMS = 5


class BadDataError(Exception):
    """The data is not what the model expects. The message names file, line and reason, one problem a line."""


class UnreadableError(Exception):
    """A file cannot be read further than `where`, for `reason`."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(where, reason)
        self.where, self.reason = where, reason


@dataclass
class Problems:
    """What is wrong with the data: the first few, and how many there are."""

    shown: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, where: str, reason: str) -> None:
        """Note one problem."""
        self.count += 1
        if self.count <= SHOWN_PROBLEMS:
            self.shown.append(f"{where}: {reason}")

    def __str__(self) -> str:
        rest = [f"and {self.count - SHOWN_PROBLEMS} more"] if self.count > SHOWN_PROBLEMS else []
        return "\n".join(self.shown + rest)

    def raise_if_any(self) -> None:
        """Raise `BadDataError` with the first few."""
        if self.count:
            raise BadDataError(str(self))


def data_files(data: Path) -> dict[str, Path]:
    """The files to read in a folder, by their key, in order of the keys; `data` may be a file, too.

    Those whose name starts with `_` or `.` are markers, not data.
    """
    if data.is_file():
        return {data.name: data}
    paths = [path for path in data.rglob("*") if path.is_file() and not path.name.startswith(("_", "."))]
    return {path.relative_to(data).as_posix(): path for path in sorted(paths)}


def lines_of(key: str, path: Path) -> Iterator[tuple[str, list[str]]]:
    """Where each line stands, for messages, and its cells. Blank lines are left out. Raises `UnreadableError`."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        lines = csv.reader(file, strict=True)
        try:
            for cells in lines:
                if cells:
                    yield f"{key}, line {lines.line_num}", [cell.strip() for cell in cells]
        except UnicodeDecodeError:
            raise UnreadableError(f"{key}, line {lines.line_num + 1} or later", "not UTF-8 text") from None
        except csv.Error as error:
            raise UnreadableError(f"{key}, line {lines.line_num}", str(error)) from None
