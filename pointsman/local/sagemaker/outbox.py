"""Delivery of events: one thread, oldest first, each after the change it tells of is in the store.

An event leaves the store only once it is handed over, so one whose delivery a crash interrupted is handed over again at
the next start: SageMaker, too, "may send multiple events for each state change".
"""

import logging
import threading
from collections.abc import Callable

from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Event, Store

type Emit = Callable[[str, Shape, list[str]], None]

logger = logging.getLogger(__name__)
_ATTEMPTS = 5
_PAUSE_SECONDS = 0.5


class Outbox:
    def __init__(self, store: Store, emit: Emit) -> None:
        self._store = store
        self._emit = emit
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._deliver_all, name="sagemaker-events", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Delivers what is waiting, as far as `emit` lets it; what is left waits for the next start."""
        self._closing.set()
        self._store.event_added.set()
        self._thread.join(timeout=10)

    def _deliver_all(self) -> None:
        while True:
            self._store.event_added.wait()
            self._store.event_added.clear()
            while (waiting := self._store.first_event()) is not None:
                sequence, event = waiting
                self._deliver(event)
                self._store.delete_event(sequence)
            if self._closing.is_set():
                return

    def _deliver(self, event: Event) -> None:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._emit(event.detail_type, event.detail, list(event.resources))
            except Exception:
                # Whatever the receiver's fault, SageMaker's delivery is best effort: try, then give this event up.
                logger.exception("Event %r not delivered, attempt %d of %d", event.detail_type, attempt, _ATTEMPTS)
                if self._closing.wait(_PAUSE_SECONDS):
                    return
            else:
                return
