"""How a running step or job learns that it shall end early."""

import threading
from collections.abc import Callable
from enum import StrEnum


class Interruption(StrEnum):
    STOP = "stop"  # somebody asked for it: end as Stopped
    TIMEOUT = "timeout"  # the stopping condition's time is over
    HALT = "halt"  # the service itself stops: the work is resumed at its next start


class Signal:
    """Raised at most once; who registers late hears at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[Callable[[Interruption], None]] = []
        self.raised: Interruption | None = None

    def send(self, interruption: Interruption) -> None:
        with self._lock:
            # A halt outranks a stop under way: the process ends either way, and the stop goes on at the next start.
            if self.raised is not None and interruption is not Interruption.HALT:
                return
            self.raised = interruption
            listeners = list(self._listeners)
        for listener in listeners:
            listener(interruption)

    def listen(self, listener: Callable[[Interruption], None]) -> None:
        with self._lock:
            self._listeners.append(listener)
            raised = self.raised
        if raised is not None:
            listener(raised)
