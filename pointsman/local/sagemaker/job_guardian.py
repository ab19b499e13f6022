"""Runs one job's command and sees to it that nothing of it outlives the job, or us.

Started as `python -I -S job_guardian.py <lifeline> <grace seconds> <cell> <directory> <command…>`. The lifeline is the
read end of a pipe whose write end our process alone holds, so it closes however we die, `kill -9` included; a byte in
it asks for a stop. The cell is empty, or what `job_cell.enter` takes, a line each.
Standard library only, and little of it: this is on the way of every job's start.
"""

import os
import select
import signal
import sys
import time
from contextlib import suppress


def main(lifeline: int, grace_seconds: float, cell: str, directory: str, command: list[str]) -> int:
    os.set_inheritable(lifeline, False)  # noqa: FBT003 -- the function's own signature
    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    child = _spawn(cell, directory, command)
    try:
        return _watch(child, lifeline, woken, grace_seconds)
    finally:
        # A container's processes end with its first one.
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)


def _spawn(cell: str, directory: str, command: list[str]) -> int:
    child = os.fork()
    if child:
        with suppress(OSError):  # the child does the same: whoever comes first
            os.setpgid(child, child)
        return child
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _enter(cell, directory)
        os.execvp(command[0], command)  # noqa: S606 -- no shell is wanted: the command is a list, as a container's is
    except OSError as error:
        os.write(2, f"exec {command[0]!r}: {error.strerror}\n".encode())
    os._exit(127)


def _enter(cell: str, directory: str) -> None:
    if not cell:
        os.chdir(directory)
        return
    sys.path.append(os.path.dirname(__file__))  # noqa: PTH120 -- pathlib is a third of an interpreter's start
    root, *visible = cell.splitlines()
    __import__("job_cell").enter(root, visible, directory)


def _watch(child: int, lifeline: int, woken: int, grace_seconds: float) -> int:
    deadline: float | None = None
    watched = [lifeline, woken]
    while True:
        patience = None if deadline is None else max(0.0, deadline - time.monotonic())
        readable, _, _ = select.select(watched, [], [], patience)
        if woken in readable:
            os.read(woken, 4096)
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code  # as a shell and Docker report a signal
        if lifeline in readable:
            if os.read(lifeline, 1):
                os.killpg(child, signal.SIGTERM)
                deadline = time.monotonic() + grace_seconds
            else:
                watched = [woken]
                os.killpg(child, signal.SIGKILL)
        if deadline is not None and time.monotonic() >= deadline:
            os.killpg(child, signal.SIGKILL)
            deadline = None


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5:]))
