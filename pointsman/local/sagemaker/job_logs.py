"""Containers' logs to CloudWatch Logs, beside the file in their folder: best effort, and never in a container's way."""

import contextlib
import logging
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from pointsman.local.sagemaker.aws_clients import impatient_client
from pointsman.local.sagemaker.container import Surroundings

logger = logging.getLogger(__name__)
_INTERVAL_SECONDS = 1.0
_BATCH_EVENTS = 1000
_LINE_LENGTH = 8192


@dataclass
class Tail:
    group: str
    stream: str
    path: Path
    position: int = 0
    ended: bool = False
    opened: bool = False


class LogShipper:
    """Reads the log of each running container once a second and sends what is new."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._client: Any = None
        self._lock = threading.Lock()
        self._tails: list[Tail] = []
        self._wake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._ship_all, name="sagemaker-logs", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._closing = True
        self._wake.set()
        self._thread.join(timeout=5)

    def follow(self, group: str, stream: str, path: Path) -> Tail:
        tail = Tail(group, stream, path)
        with self._lock:
            self._tails.append(tail)
        self._wake.set()
        return tail

    def finish(self, tail: Tail) -> None:
        """Nothing will be written to the log any more."""
        tail.ended = True
        self._wake.set()

    def _ship_all(self) -> None:
        while not self._closing:
            self._wake.wait(_INTERVAL_SECONDS if self._tails else None)
            self._wake.clear()
            with self._lock:
                tails = list(self._tails)
            for tail in tails:
                ended = tail.ended
                try:
                    self._ship(tail)
                except (BotoCoreError, ClientError, OSError) as error:
                    logger.debug("Log of %s not sent: %s", tail.stream, error)
                if ended:
                    with self._lock:
                        self._tails.remove(tail)

    def _ship(self, tail: Tail) -> None:
        with tail.path.open("rb") as file:
            file.seek(tail.position)
            text = file.read()
        whole = text if tail.ended else text[: text.rfind(b"\n") + 1]
        lines = [line[:_LINE_LENGTH] for line in whole.decode(errors="replace").splitlines() if line.strip()]
        if lines:
            self._open(tail)
            at = round(time.time() * 1000)
            for start in range(0, len(lines), _BATCH_EVENTS):
                batch = [{"timestamp": at, "message": line} for line in lines[start : start + _BATCH_EVENTS]]
                self._client.put_log_events(logGroupName=tail.group, logStreamName=tail.stream, logEvents=batch)
        tail.position += len(whole)

    def _open(self, tail: Tail) -> None:
        if tail.opened:
            return
        if self._client is None:
            self._client = impatient_client("logs", self._surroundings)
        # Both exist already for a job that runs again after a restart, and the group for every job but the first.
        with contextlib.suppress(self._client.exceptions.ResourceAlreadyExistsException):
            self._client.create_log_group(logGroupName=tail.group)
        with contextlib.suppress(self._client.exceptions.ResourceAlreadyExistsException):
            self._client.create_log_stream(logGroupName=tail.group, logStreamName=tail.stream)
        tail.opened = True
