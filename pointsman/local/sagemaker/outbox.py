"""Delivery of events: one thread, oldest first, each after the change it tells of is in the store.

An event leaves the store only once whoever receives it has it safe, or never took it in five attempts; so what a crash
or a stop interrupted is handed over at the next start. SageMaker, too, "may send multiple events for each state
change". Making it safe takes its time; at a stop that is waited for once, for all that is left.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from pointsman.local.sagemaker.event_faults import EventFaults
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Event, Store

type Emit = Callable[[str, Shape, list[str]], None]

logger = logging.getLogger(__name__)
_ATTEMPTS = 5
_PAUSE_SECONDS = 0.5


@dataclass(frozen=True)
class Receiver:
    """Whoever gets the events. `kept` returns when all that was emitted is safe there."""

    emit: Emit
    kept: Callable[[], None]


class Outbox:
    def __init__(self, store: Store, receiver: Receiver, faults: EventFaults) -> None:
        self._store = store
        self._receiver = receiver
        self._faults = faults
        self._handed_over: list[int] = []
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._deliver_all, name="sagemaker-events", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Delivers what is waiting, as far as the receiver lets it; what is left waits for the next start."""
        self._closing.set()
        self._store.event_added.set()
        self._thread.join(timeout=10)

    def _deliver_all(self) -> None:
        last = 0
        while True:
            self._store.event_added.wait(self._faults.seconds_to_next())
            self._store.event_added.clear()
            while (waiting := self._store.first_event(after=last)) is not None:
                last, event = waiting
                self._take_up(last, event)
            for number, event in self._faults.due():
                self._hand_over(number, event)
            self._forget()
            if self._closing.is_set():
                return

    def _take_up(self, number: int, event: Event) -> None:
        copies = self._faults.copies(number, event)
        if copies is None:
            return
        self._hand_over(number, event, copies)
        for held in self._faults.released(event):
            self._hand_over(*held)

    def _hand_over(self, number: int, event: Event, copies: int = 1) -> None:
        if not all(self._deliver(event) for _ in range(copies)):
            return
        self._handed_over.append(number)
        if not self._closing.is_set():
            self._forget()

    def _forget(self) -> None:
        """What is safe elsewhere. Where that can't be told, it stays until it can, or goes out at the next start."""
        if not self._handed_over:
            return
        try:
            self._receiver.kept()
        except Exception:
            logger.exception("%d events may not be safe where they were delivered", len(self._handed_over))
        else:
            self._store.delete_events(self._handed_over)
            self._handed_over.clear()

    def _deliver(self, event: Event) -> bool:
        """False where a stop came between its attempts."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._receiver.emit(event.detail_type, event.detail, list(event.resources))
            except Exception:
                # Whatever the receiver's fault, SageMaker's delivery is best effort: try, then give this event up.
                logger.exception("Event %r not delivered, attempt %d of %d", event.detail_type, attempt, _ATTEMPTS)
                if self._closing.wait(_PAUSE_SECONDS):
                    return False
            else:
                return True
        return True
