"""The log of an embedded AWS: one file over its restarts, and the one before that."""

import os
from datetime import datetime
from typing import TextIO

from pointsman.local.settings import LocalSettings

KEPT_BYTES = 5_000_000


def open_log(settings: LocalSettings) -> TextIO:
    """The log, to be gone on with below a line that dates this start. To be called by the holder of the lock."""
    path = settings.log_file
    if path.exists() and path.stat().st_size > KEPT_BYTES:
        path.replace(settings.previous_log_file)
    log = path.open("a", buffering=1, errors="backslashreplace")
    log.write(f"---- {datetime.now().astimezone().isoformat(sep=' ', timespec='seconds')} pid {os.getpid()}\n")
    return log


def take_output(log: TextIO) -> None:
    """Whatever this process and those it starts write from now on goes to the log."""
    for standard in (1, 2):
        os.dup2(log.fileno(), standard)
