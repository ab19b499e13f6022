"""MiniStack's stores belong to the thread of its event loop; what comes from other threads is run there.

Its services were written to run one at a time on the loop, and their lists are replaced as a whole: a message appended
from another thread, between the reading and the replacing, would be lost.
"""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any


class EventLoop:
    """The loop that serves; bound once it runs."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: int | None = None
        self._early: list[Callable[[], Any]] = []
        self._lock = threading.Lock()

    def bind(self) -> None:
        """Called on the loop. Runs what was handed in before."""
        with self._lock:
            self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
            early, self._early = self._early, []
        for function in early:
            self._loop.call_soon(function)

    def call(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run on the loop and wait for the result. From the loop itself it is an ordinary call."""
        if self._thread == threading.get_ident():
            return function(*args)
        future: Future[Any] = Future()

        def run() -> None:
            try:
                future.set_result(function(*args))
            except BaseException as error:  # noqa: BLE001  the caller's to handle
                future.set_exception(error)

        self.soon(run)
        return future.result()

    def soon(self, function: Callable[..., Any], *args: Any) -> None:
        """Run on the loop, in the order of the calls, without waiting."""
        context = contextvars.copy_context()  # MiniStack keeps account and region there

        def run() -> None:
            context.run(function, *args)

        with self._lock:
            if self._loop is None:
                self._early.append(run)
                return
        self._loop.call_soon_threadsafe(run)
