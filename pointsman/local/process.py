"""The life of the embedded AWS as a process: in the foreground, detached, stopped, looked up.

The file `environment.json` in the state directory says where it runs; it is believed only while the lock beside it is
held, so what a killed instance left behind misleads nobody.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import asdict
from pathlib import Path

from pointsman.errors import AlreadyRunning, DidNotStart, LocalAwsError, PointsmanError
from pointsman.local.instance import Lock, Running, last_announced, make_state_directory
from pointsman.local.serving import serve
from pointsman.local.settings import LocalSettings

__all__ = ["Running", "serve", "start_detached", "status", "stop"]

START_SECONDS = 120.0
STOP_SECONDS = 15.0
LOG_TAIL_LINES = 15


def start_detached(settings: LocalSettings) -> Running:
    """Start in a session of its own and wait until it answers. Raises the error that it ended with, or DidNotStart."""
    make_state_directory(settings.state)
    if running := status(settings.state):
        raise AlreadyRunning(f"An embedded AWS runs on {settings.state} already, at {running.endpoint_url}")
    arguments = json.dumps({**asdict(settings), "state": str(settings.state)})
    # Not the log: until the child holds the lock, that may be another's.
    with tempfile.TemporaryFile() as report:
        process = subprocess.Popen(
            [sys.executable, "-m", "pointsman.local.process", arguments],
            stdin=subprocess.DEVNULL,
            stdout=report,
            stderr=report,
            start_new_session=True,
        )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if (code := process.poll()) is not None:
                report.seek(0)
                raise _why_it_ended(code, report.read().decode(errors="replace"), settings.log_file)
            running = status(settings.state)
            if running is not None and running.pid == process.pid and _is_healthy(running):
                return running
            time.sleep(0.05)
    process.kill()
    process.wait()
    raise DidNotStart(
        f"No answer within {START_SECONDS:.0f} s. The end of {settings.log_file}:\n{_tail(settings.log_file)}"
    )


def stop(state: Path) -> bool:
    """Stop the instance that runs on `state`, and wait for the end of its process. False: none runs."""
    settings = LocalSettings(state=state)
    lock, running = Lock(settings.lock_file), last_announced(settings)
    if running is None or not lock.is_held():
        return False
    _signal(running.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while lock.is_held() or _lives(running.pid):
        if time.monotonic() > deadline:
            _signal(running.pid, signal.SIGKILL)
        time.sleep(0.05)
    return True


def status(state: Path) -> Running | None:
    """The instance that runs on `state`, when one does."""
    settings = LocalSettings(state=state)
    return last_announced(settings) if Lock(settings.lock_file).is_held() else None


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # it ended by itself meanwhile
        os.kill(pid, number)


def _lives(pid: int) -> bool:
    """One that has ended and whose parent has not asked for its exit code yet does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in {"Z", "X"}


def _is_healthy(running: Running) -> bool:
    try:
        with urllib.request.urlopen(f"{running.endpoint_url}/_ministack/health", timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)  # noqa: PLR2004
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def _why_it_ended(code: int, report: str, log: Path) -> LocalAwsError:
    """What the child reported, as the error it was there; else the end of what it left."""
    known = next((kind for kind in LocalAwsError.__subclasses__() if kind.exit_code == code), None)
    if known is not None:
        return known(report.splitlines()[-1].removeprefix("error: ") if report else "")
    if report:
        return DidNotStart(f"It ended with exit code {code}:\n{_last_lines(report)}")
    return DidNotStart(f"It ended with exit code {code}. The end of {log}:\n{_tail(log)}")


def _tail(log: Path) -> str:
    try:
        return _last_lines(log.read_text(errors="replace"))
    except FileNotFoundError:
        return ""


def _last_lines(text: str) -> str:
    return "\n".join(text.splitlines()[-LOG_TAIL_LINES:])


def _main() -> int:
    arguments = json.loads(sys.argv[1])
    with os.fdopen(os.dup(sys.stderr.fileno()), "w") as report:
        try:
            serve(LocalSettings(**{**arguments, "state": Path(arguments["state"])}), detached=True)
        except PointsmanError as error:
            for file in (sys.stderr, report):  # the log, once it is ours; and whoever waits for the start
                print(f"error: {error}", file=file)
            return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(_main())
