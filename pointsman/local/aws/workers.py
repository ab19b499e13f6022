"""Runs functions as processes of a clean Python that sees only what was deployed.

MiniStack runs them with its own interpreter, site-packages and environment, so that a dependency missing from the
artefact, or a setting of the developer's shell, would go unnoticed. Here a function gets an interpreter with nothing
installed, the variables that Lambda defines, its own, and AWS_ENDPOINT_URL.
"""

import hashlib
import io
import json
import logging
import queue
import shutil
import subprocess
import sys
import threading
import time
import venv
import zipfile
from collections.abc import Mapping
from os import getpid
from pathlib import Path
from typing import Any

from pointsman.local.aws import bootstrap
from pointsman.local.aws.ministack import MiniStack

logger = logging.getLogger(__name__)

RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"


class FunctionError(Exception):
    """The function failed, at its start or in an invocation; holds what Lambda answers."""

    def __init__(self, body: dict[str, Any], log: str) -> None:
        super().__init__(body.get("errorMessage", ""))
        self.body, self.log = body, log


class FunctionProcess:
    """One execution environment: handles one invocation at a time, and is reused."""

    def __init__(
        self, python: Path, code: Path, layers: list[Path], config: Mapping[str, Any], env: dict[str, str]
    ) -> None:
        self._timeout_seconds = float(config.get("Timeout", 3))
        self._lines: queue.Queue[str] = queue.Queue()
        self._replies: queue.Queue[str] = queue.Queue()
        self.process = subprocess.Popen(
            [python, "-P", bootstrap.__file__, str(getpid())],  # -P: the bootstrap's folder is not importable
            cwd=code,
            env=env,
            text=True,
            bufsize=1,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for stream, lines in ((self.process.stderr, self._lines), (self.process.stdout, self._replies)):
            threading.Thread(target=_pump, args=(stream, lines), daemon=True).start()
        start = {
            "code": str(code),
            "layers": [str(layer) for layer in layers],
            "handler": config["Handler"],
            "timeout_seconds": self._timeout_seconds,
        }
        self._exchange(start, seconds=max(10.0, self._timeout_seconds))  # Lambda's init phase has 10 s of its own

    def invoke(self, request: Mapping[str, Any]) -> tuple[Any, str]:
        """The result and the log. Raises FunctionError; after a timeout or a death the process is gone."""
        reply, log = self._exchange(request, seconds=self._timeout_seconds)
        return json.loads(reply["result"]), log

    def _exchange(self, message: Mapping[str, Any], *, seconds: float) -> tuple[dict[str, Any], str]:
        assert self.process.stdin is not None  # noqa: S101  opened above
        try:
            self.process.stdin.write(json.dumps(message) + "\n")
            reply = json.loads(self._replies.get(timeout=seconds) or "{}")
        except queue.Empty:
            self.process.kill()
            text = f"Task timed out after {seconds:.2f} seconds"
            raise FunctionError({"errorMessage": text, "errorType": "Sandbox.Timedout"}, self._log()) from None
        except BrokenPipeError:
            reply = {}
        if not reply:
            code = _exit_status(self.process)
            text = f"Runtime exited with error: exit status {code}"
            raise FunctionError({"errorMessage": text, "errorType": "Runtime.ExitError"}, self._log())
        log = self._log()
        if reply.pop("status") == "error":
            raise FunctionError(reply, log)
        return reply, log

    def _log(self) -> str:
        """Everything up to the mark that the bootstrap writes before it replies, or to the end of a dead process."""
        lines: list[str] = []
        while (line := self._next_line()) and line != f"{bootstrap.END_OF_LOG}\n":
            lines.append(line)
        return "".join(lines)

    def _next_line(self) -> str:
        try:
            return self._lines.get(timeout=0.25)
        except queue.Empty:
            return ""


def _pump(stream: Any, lines: "queue.Queue[str]") -> None:
    """Lines as they come, then one empty string: the stream's end."""
    with stream:
        for line in stream:
            lines.put(line)
    lines.put("")


def _exit_status(process: "subprocess.Popen[str]") -> int:
    """Of a process whose output has ended, which mostly means that it has."""
    try:
        return process.wait(timeout=1)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def clean_python(directory: Path) -> Path:
    """The running CPython in a virtual environment without packages, made once per interpreter."""
    python, made_from = directory / "bin" / "python", directory / "made-from"
    interpreter = f"{sys.base_prefix} {sys.version}"
    if not python.exists() or not made_from.exists() or made_from.read_text() != interpreter:
        venv.EnvBuilder(symlinks=True, with_pip=False, clear=True).create(directory)
        made_from.write_text(interpreter)
    return python


class CodeDirectory:
    """Unpacked archives, shared by the processes that run the same bytes (Lambda's code is read-only too)."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()

    def unpacked(self, archive: bytes) -> Path:
        folder = self._directory / hashlib.sha256(archive).hexdigest()
        with self._lock:
            if not folder.exists():
                unfinished = folder.with_suffix(".unfinished")
                shutil.rmtree(unfinished, ignore_errors=True)
                unfinished.mkdir(parents=True)
                _unpack(archive, unfinished)
                unfinished.rename(folder)
        return folder


def _unpack(archive: bytes, folder: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        for member in packed.infolist():
            path = Path(packed.extract(member, folder))
            if mode := member.external_attr >> 16 & 0o777:  # zip files made without modes have 0
                path.chmod(mode | 0o600)


def environment(ministack: MiniStack, config: Mapping[str, Any], endpoint_url: str, code: Path) -> dict[str, str]:
    """What the process may see: the function's variables, then those that Lambda reserves."""
    name, region = config["FunctionName"], config["FunctionArn"].split(":")[3]
    logging_config = config.get("LoggingConfig") or {}
    variables = (config.get("Environment") or {}).get("Variables") or {}
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "LANG": "C.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin:/opt/bin",
        "TZ": ":UTC",
        **{key: str(value) for key, value in variables.items()},
        **ministack.lambda_runtime.execution_credentials(config),
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{RUNTIME}",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": config.get("Version", "$LATEST"),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(config.get("MemorySize", 128)),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": logging_config.get("LogGroup") or f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": time.strftime("%Y/%m/%d/") + f"[{config.get('Version', '$LATEST')}]local",
        "LAMBDA_TASK_ROOT": str(code),
        "_HANDLER": config["Handler"],
    }
