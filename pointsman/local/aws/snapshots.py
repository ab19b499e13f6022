"""Keeps the state of all services on disk while they run, so that a kill loses next to nothing.

What a kill -9 can lose: changes acknowledged in the last moments before it: those since the last snapshot, which is
taken at most MAXIMUM_WAIT_SECONDS after a change (plus its own few milliseconds); what services do by themselves, such
as deleting expired items, is looked for every UNNOTED_WAIT_SECONDS. Never part of a change: all services
are captured in one stretch on the event loop, in between requests, and the file is replaced as a whole. S3 objects are
on disk when they are acknowledged; those younger than the snapshot are announced again at the next start. Function
code is written before the snapshot that names it. A loss of power can lose more, for nothing is forced to the disk.
"""

# ruff: noqa: SLF001

import asyncio
import contextlib
import copy
import io
import logging
import pickle
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from pointsman.local.aws.ministack import TESTED_VERSION, MiniStack

logger = logging.getLogger(__name__)

MINIMUM_WAIT_SECONDS = 0.05
MAXIMUM_WAIT_SECONDS = 0.5
UNNOTED_WAIT_SECONDS = 2.0

# Their get_state() copies every object in Python, a thousand times slower than pickling it. These return nothing but
# such copies of their stores, so pickling the stores themselves gives the same bytes.
_CAPTURED_BY_REFERENCE = (
    *("appconfig", "cloudformation", "cloudwatch", "cloudwatch_logs", "dynamodb", "eventbridge", "iam", "s3"),
    *("scheduler", "secretsmanager", "sns", "sqs", "ssm", "stepfunctions"),
)


class _ReferencesOnDemand:
    """Stands in for the `copy` module in a service: hands out references on a thread that is capturing."""

    def __init__(self) -> None:
        self.capturing = threading.local()

    def deepcopy(self, value: Any) -> Any:
        return value if getattr(self.capturing, "active", False) else copy.deepcopy(value)

    def __getattr__(self, name: str) -> Any:
        return getattr(copy, name)


class Snapshots:
    """The one snapshot file of an embedded AWS."""

    def __init__(self, ministack: MiniStack, path: Path, parts: Mapping[str, Callable[[], Any]]) -> None:
        """`parts` are saved beside the services: name to what returns the value, called on the loop."""
        self._ministack = ministack
        self._path = path
        self._parts = parts
        self._copy = _ReferencesOnDemand()
        self._code: dict[int, tuple[bytes, str]] = {}
        self._written: dict[str, bytes] = {}
        self._changed = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._noted = False
        self._awaited: list[Future[None]] = []
        self._writing = threading.Lock()
        self._last_taken = 0.0
        self.cost_seconds = 0.0

    def changed(self) -> None:
        """A store may differ from before. Callable from any thread."""
        if not self._noted and self._loop is not None:
            self._noted = True
            self._loop.call_soon_threadsafe(self._changed.set)

    async def keep(self) -> None:
        """Take a snapshot soon after each change, until cancelled. Costly ones are taken less often."""
        self._loop = asyncio.get_running_loop()
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), UNNOTED_WAIT_SECONDS)
            self._changed.clear()
            self._noted = False
            awaited, taken, state = len(self._awaited), time.time(), self.capture()
            try:
                if state != self._written:
                    await asyncio.to_thread(self._write, state, taken)
                self._settle(awaited)
            except OSError:
                logger.exception("the state could not be saved")  # a full disk may have room again at the next change
            await asyncio.sleep(min(max(MINIMUM_WAIT_SECONDS, 10 * self.cost_seconds), MAXIMUM_WAIT_SECONDS))

    def saved(self) -> "Future[None]":
        """Done when a snapshot taken after this call is on disk. To be called on the loop."""
        future: Future[None] = Future()
        self._awaited.append(future)
        self.changed()
        return future

    def save(self) -> None:
        """Capture and write now, for the last time."""
        self._write(self.capture(), time.time())
        self._settle(len(self._awaited))

    def capture(self) -> dict[str, bytes]:
        """All services as of this moment: called on the loop's thread, where no request is half done.

        Pickling runs in C without letting go of the interpreter, so that other threads cannot interfere either.
        """
        started = time.perf_counter()
        self._copy.capturing.active = True
        try:
            state = {name: data for name, get in self._sources().items() if (data := self._pickled(name, get))}
        finally:
            self._copy.capturing.active = False
        self.cost_seconds = time.perf_counter() - started
        return state

    def _sources(self) -> dict[str, Callable[[], Any]]:
        app, sources = self._ministack.app, dict(self._parts)
        for key, name in app._state_map.items():
            module = app._loaded_modules.get(name) or _imported(name)
            if module is None or not hasattr(module, "get_state"):
                continue
            if name in _CAPTURED_BY_REFERENCE:
                module.copy = self._copy
            sources[key] = self._functions if name == "lambda_svc" else module.get_state
        return sources

    def _pickled(self, name: str, get: Callable[[], Any]) -> bytes:
        for attempt in range(3):
            try:
                return _compact(get())
            except RuntimeError:  # a function's thread added to a store while it was listed
                logger.debug("%s changed during attempt %d to save it", name, attempt)
            except (TypeError, ValueError, AttributeError, pickle.PicklingError):
                logger.exception("could not save the state of %s", name)
                break
        # What cannot be saved must not keep the rest from it; the last good state of this service stays.
        return self._written.get(name, b"")

    def _functions(self) -> dict[str, Any]:
        """Lambda's state with each archive in a file of its own, which is written once and named by its hash."""
        svc = self._ministack.lambda_svc
        seen = self._code
        self._code = {}
        functions = self._ministack.responses.AccountRegionScopedDict()
        for key, function in svc._functions._data.items():
            versions = {number: self._without_code(version, seen) for number, version in function["versions"].items()}
            functions._data[key] = {**self._without_code(function, seen), "versions": versions}
        return {
            "functions": functions,
            "layers": svc._layers,
            "esms": svc._esms,
            "function_urls": svc._function_urls,
            "kinesis_positions": svc._kinesis_positions,
            "dynamodb_stream_positions": svc._dynamodb_stream_positions,
        }

    def _without_code(self, record: Mapping[str, Any], seen: Mapping[int, tuple[bytes, str]]) -> dict[str, Any]:
        archive = record.get("code_zip")
        if not archive:
            return dict(record)
        # Keyed by identity, and holding the bytes so that the identity stays theirs: hashing megabytes takes its time.
        known = seen.get(id(archive)) or (archive, self._ministack.lambda_svc._write_code_blob(archive))
        self._code[id(archive)] = known
        return {**record, "code_zip": {"code_blob_ref": known[1]}}

    def _write(self, state: dict[str, bytes], taken: float) -> None:
        with self._writing:
            if taken < self._last_taken:
                return  # the last snapshot of all overtook the one before
            document = {"ministack": TESTED_VERSION, "taken": taken, "state": state}
            unfinished = self._path.with_suffix(".unfinished")
            unfinished.write_bytes(pickle.dumps(document, protocol=pickle.HIGHEST_PROTOCOL))
            unfinished.replace(self._path)
            self._written, self._last_taken = state, taken

    def _settle(self, number: int) -> None:
        """Those who waited before the capture; later ones wait for the next."""
        for future in self._awaited[:number]:
            future.set_result(None)
        del self._awaited[:number]


def _imported(name: str) -> Any:
    return sys.modules.get(f"ministack.services.{name}")


def _compact(value: Any) -> bytes:
    pickler = pickle.Pickler(buffer := io.BytesIO(), protocol=pickle.HIGHEST_PROTOCOL)
    pickler.fast = True  # six times faster: does not look for objects that occur twice
    pickler.dump(value)
    return buffer.getvalue()
