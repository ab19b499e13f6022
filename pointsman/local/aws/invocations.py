"""Lambda's queue of asynchronous invocations: what EventBridge, Scheduler, S3 and Invoke(Event) hand over.

AWS accepts the event, then invokes on its own time: a throttled invocation waits without using up a try, a failed one
is retried twice after one and two minutes, and what fails for good goes to the function's failure destinations. An
accepted invocation is part of the snapshot until it has ended, so it is made again after a kill (at least once).
"""

import heapq
import itertools
import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

logger = logging.getLogger(__name__)

FIRST_RETRY_SECONDS = 60.0
THROTTLED_SECONDS = 0.2
SHORTEST_WAIT_SECONDS = 0.05


@dataclass
class Invocation:
    """One accepted event. `function` is an ARN with the qualifier it was addressed by."""

    function: str
    event: Any
    accepted: float = field(default_factory=time.time)
    due: float = 0.0
    tries: int = 0
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(frozen=True)
class Attempt:
    """What one try came to. `payload` is the function's answer, or its error."""

    payload: Any = None
    failed: bool = False
    throttled: bool = False
    missing: bool = False


@dataclass(frozen=True)
class RetryPolicy:
    """The event invoke configuration of the alias, version or function addressed."""

    maximum_retries: int = 2
    maximum_age_seconds: float = 21_600.0


class Functions(Protocol):
    """Lambda, as the queue needs it."""

    def attempt(self, invocation: Invocation) -> Attempt:
        """Invoke once and wait for the end."""

    def retry_policy(self, function: str) -> RetryPolicy:
        """What is configured now, which may differ from when the event was accepted."""

    def conclude(self, invocation: Invocation, attempt: Attempt, condition: str) -> None:
        """Tell the destinations. `condition` is Success, RetriesExhausted or EventAgeExceeded."""


class InvocationQueue:
    """Runs accepted invocations on a bounded number of threads."""

    def __init__(
        self, functions: Functions, *, concurrency: int, time_scale: float, changed: Callable[[], None] = lambda: None
    ) -> None:
        """`changed` is called after each change of `pending`, on any thread."""
        self._functions = functions
        self._pending_changed = changed
        self._concurrency = concurrency
        self._time_scale = time_scale
        self._waiting: list[tuple[float, int, Invocation]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._stopped = False
        self.pending: dict[str, Invocation] = {}

    def start(self) -> None:
        for number in range(self._concurrency):
            threading.Thread(target=self._work, daemon=True, name=f"invocations-{number}").start()

    def stop(self) -> None:
        """Take no further invocation in hand; those under way end with their processes."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def accept(self, invocation: Invocation) -> None:
        with self._changed:
            self.pending[invocation.id] = invocation
            heapq.heappush(self._waiting, (invocation.due, next(self._order), invocation))
            self._changed.notify()
        self._pending_changed()

    def _work(self) -> None:
        while (invocation := self._next()) is not None:
            try:
                self._carry_out(invocation)
            except Exception:
                # A fault of ours, not of the function: keep the invocation for the next start.
                logger.exception("could not invoke %s", invocation.function)

    def _next(self) -> Invocation | None:
        with self._changed:
            while not self._stopped:
                wait = self._waiting[0][0] - time.time() if self._waiting else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._waiting)[2]
                self._changed.wait(wait)
        return None

    def _carry_out(self, invocation: Invocation) -> None:
        attempt = self._functions.attempt(invocation)
        if self._stopped and attempt.failed:
            return  # its process was ended with the rest; it is pending still
        policy = self._functions.retry_policy(invocation.function)
        too_old = (time.time() - invocation.accepted) * self._time_scale > policy.maximum_age_seconds
        if attempt.throttled and not too_old:
            self._wait(invocation, THROTTLED_SECONDS)
            return
        invocation.tries += not attempt.throttled
        if attempt.failed and not attempt.missing and not too_old and invocation.tries <= policy.maximum_retries:
            wait = FIRST_RETRY_SECONDS * 2 ** (invocation.tries - 1) / self._time_scale
            self._wait(invocation, max(wait, SHORTEST_WAIT_SECONDS))
            return
        self._conclude(invocation, attempt, "EventAgeExceeded" if too_old else "RetriesExhausted")

    def _conclude(self, invocation: Invocation, attempt: Attempt, failure: str) -> None:
        if attempt.failed:
            logger.warning("%s: %s after %d tries", invocation.function, failure, invocation.tries)
        self._functions.conclude(invocation, attempt, failure if attempt.failed else "Success")
        del self.pending[invocation.id]
        self._pending_changed()

    def _wait(self, invocation: Invocation, seconds: float) -> None:
        invocation.due = time.time() + seconds
        self.accept(invocation)
