"""Captured requests on their way to S3, in files of many, never in a request's way.

A file is written when it is full or a minute old, when its fleet ends, and at an orderly stop. SageMaker doesn't say
how long it waits; it takes minutes.
"""

import logging
import threading
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pointsman.local.sagemaker.errors import JobFailedError
from pointsman.local.sagemaker.s3_transfer import Transfers

logger = logging.getLogger(__name__)
_FULL_BYTES = 5 * 1024 * 1024
_WAIT_SECONDS = 60.0
_ATTEMPTS = 3
_STOP_SECONDS = 10.0


@dataclass
class _File:
    """`due`: when it is to be written, by the monotonic clock."""

    folder: str
    name: str
    kms_key: str | None
    role: str | None
    due: float
    lines: list[bytes] = field(default_factory=list)
    size: int = 0
    attempts: int = 0


class CaptureFiles:
    def __init__(self, transfers: Transfers, time_scale: float) -> None:
        self._transfers = transfers
        self._wait_seconds = _WAIT_SECONDS / time_scale
        self._changed = threading.Condition()
        self._open: dict[tuple[str, str | None], _File] = {}
        self._due: list[_File] = []
        self._closing = False
        self._thread = threading.Thread(target=self._write_all, name="sagemaker-capture", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Writes all there is, as far as S3 lets it."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(timeout=_STOP_SECONDS)

    def add(self, folder: str, at: float, line: bytes, *, kms_key: str | None, role: str | None) -> None:
        """`folder`: URI of an endpoint's variant, `role` its model's; `at`: epoch seconds, whose hour is the file's."""
        moment = datetime.fromtimestamp(at, UTC)
        hour = f"{folder}/{moment:%Y/%m/%d/%H}"
        with self._changed:
            file = self._open.get((hour, kms_key))
            if file is None:
                name = f"{moment:%M-%S}-{moment.microsecond // 1000:03d}-{uuid.uuid4()}.jsonl"
                file = _File(hour, name, kms_key, role, time.monotonic() + self._wait_seconds)
                self._open[hour, kms_key] = file
                self._changed.notify_all()
            file.lines.append(line)
            file.size += len(line)
            if file.size >= _FULL_BYTES:
                self._close([file])

    def flush(self, folder: str) -> None:
        with self._changed:
            self._close([file for file in self._open.values() if file.folder.startswith(f"{folder}/")])

    def _close(self, files: Iterable[_File]) -> None:
        for file in files:
            self._due.append(self._open.pop((file.folder, file.kms_key)))
        self._changed.notify_all()

    def _write_all(self) -> None:
        while files := self._next():
            for file in files:
                self._write(file)

    def _next(self) -> list[_File]:
        """Those that are due, once there are any; empty at the end."""
        with self._changed:
            while True:
                now = time.monotonic()
                self._close([file for file in self._open.values() if self._closing or file.due <= now])
                if self._due or self._closing:
                    found, self._due = self._due, []
                    return found
                soonest = min((file.due for file in self._open.values()), default=None)
                self._changed.wait(None if soonest is None else soonest - now)

    def _write(self, file: _File) -> None:
        uri = f"{file.folder}/{file.name}"
        try:
            self._transfers.acting_as(file.role).write(uri, b"\n".join(file.lines) + b"\n", file.kms_key)
        except JobFailedError as error:
            file.attempts += 1
            if file.attempts >= _ATTEMPTS or self._closing:
                logger.error("%d captured requests are lost: %s", len(file.lines), error)  # noqa: TRY400
                return
            logger.warning("Captured requests are not written yet: %s", error)
            self._reopen(file)

    def _reopen(self, file: _File) -> None:
        """To be tried again, with what has come meanwhile."""
        with self._changed:
            newer = self._open.get((file.folder, file.kms_key))
            if newer is not None:
                file.lines += newer.lines
                file.size += newer.size
            file.due = time.monotonic() + self._wait_seconds
            self._open[file.folder, file.kms_key] = file
