"""Which embedded AWS runs on a state directory: a lock says whether, a file says where."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self, TextIO

from pointsman.errors import AlreadyRunning, UnusableState
from pointsman.local.settings import LocalSettings


@dataclass(frozen=True)
class Running:
    """A running instance. `started_at` is ISO 8601 in UTC."""

    pid: int
    endpoint_url: str
    started_at: str
    ministack: str

    @property
    def port(self) -> int:
        return int(self.endpoint_url.rpartition(":")[2])


class Lock:
    """Held by the running process and by the system let go with it, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        """Raises AlreadyRunning, UnusableState. Waits a moment first, for `is_held` takes the lock too, to look."""
        make_state_directory(self._path.parent)
        deadline = time.monotonic() + 1.0
        while not self._take():
            if time.monotonic() > deadline:
                raise AlreadyRunning(f"An embedded AWS runs on {self._path.parent} already; `pointsman down` stops it")
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def is_held(self) -> bool:
        if not self._path.exists() or self._take():
            self.__exit__()
            return False
        return True

    def _take(self) -> bool:
        import fcntl  # where it is missing, `serve` has refused the platform already

        with _usable(self._path.parent):
            file = self._path.open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True


def make_state_directory(state: Path) -> None:
    """Raises UnusableState."""
    with _usable(state):
        state.mkdir(parents=True, exist_ok=True)


@contextmanager
def _usable(state: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = "it is not a folder" if state.exists() and not state.is_dir() else error.strerror
        raise UnusableState(f"The state can't be kept in {state}: {reason}") from None


def announce(settings: LocalSettings, running: Running) -> None:
    """Write the file that says where; as a whole, for others read it meanwhile."""
    unfinished = settings.environment_file.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(asdict(running), indent=2) + "\n")
    unfinished.replace(settings.environment_file)


def last_announced(settings: LocalSettings) -> Running | None:
    """Of the running instance or, when none runs, of the last one."""
    try:
        return Running(**json.loads(settings.environment_file.read_text()))
    except (FileNotFoundError, NotADirectoryError, ValueError, TypeError):
        return None
