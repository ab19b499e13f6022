"""A job's process, behind its guardian; and the end of those that an earlier life of ours left."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from pointsman.local.sagemaker import job_guardian
from pointsman.local.sagemaker.container import Launch
from pointsman.local.sagemaker.job_folder import FOLDER_VARIABLE
from pointsman.local.sagemaker.signals import Interruption

_STOP = b"s"
# Isolated and without site-packages: a third of the time to start.
_GUARDIAN = (sys.executable, "-I", "-S", job_guardian.__file__)


class JobProcess:
    def __init__(self, launch: Launch, log: Path, *, grace_seconds: float) -> None:
        """`grace_seconds`: between SIGTERM and SIGKILL when the job is stopped."""
        self._lock = threading.Lock()
        lifeline, self._hold = os.pipe()
        try:
            with log.open("ab") as output:
                self._guardian = subprocess.Popen(
                    [
                        *_GUARDIAN, str(lifeline), str(grace_seconds),
                        "\n".join(launch.cell), launch.directory, *launch.command,
                    ],
                    env=dict(launch.environment),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    pass_fds=(lifeline,),
                    start_new_session=True,
                )  # fmt: skip
        except BaseException:
            os.close(self._hold)
            raise
        finally:
            os.close(lifeline)

    def interrupt(self, interruption: Interruption) -> None:
        """A halt kills at once; anything else asks first."""
        with self._lock:
            if self._hold < 0:
                return
            if interruption is Interruption.HALT:
                self._let_go()
            else:
                with suppress(BrokenPipeError):
                    os.write(self._hold, _STOP)

    def wait(self) -> int:
        """The command's exit code; 128 + n where signal n ended it."""
        code = self._guardian.wait()
        with self._lock:
            if self._hold >= 0:
                self._let_go()
        return code

    def _let_go(self) -> None:
        os.close(self._hold)
        self._hold = -1


def end_leftovers(jobs: Path, *, patience_seconds: float = 5) -> int:
    """Kills every process of a job under `jobs`, recognised by a variable it was started with; returns how many.

    A guardian ends its job when we die; this is for a guardian that died first, or has not come to it yet. Only where
    /proc shows other processes' environments.
    """
    found = _processes_of(jobs)
    for process in found:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    deadline = time.monotonic() + patience_seconds
    while time.monotonic() < deadline and _processes_of(jobs):
        time.sleep(0.02)
    return len(found)


def _processes_of(jobs: Path) -> list[int]:
    mark = f"\0{FOLDER_VARIABLE}=".encode() + os.fsencode(jobs) + b"/"
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark in b"\0" + (entry / "environ").read_bytes():
                found.append(int(entry.name))
    return found
