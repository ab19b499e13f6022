"""Events that are dropped, doubled or held up on demand."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from pointsman.local.faults import AtEvent, Fault, Faults
from pointsman.local.faults.fault import REORDERED_SECONDS
from pointsman.local.sagemaker.store import Event

type Numbered = tuple[int, Event]


@dataclass(frozen=True)
class _Held:
    number: int
    event: Event
    fault: Fault
    due: float


class EventFaults:
    """Says of each event how often it goes now. One thread's own.

    What is held up stays in the outbox, so a stop loses nothing: the next start delivers it.
    """

    def __init__(self, faults: Faults, time_scale: float) -> None:
        self._faults = faults
        self._time_scale = time_scale
        self._held: list[_Held] = []

    def copies(self, number: int, event: Event) -> int | None:
        """None where it is held up."""
        if any(_is_about(held.fault, event) for held in self._held if held.fault.kind is AtEvent.REORDER):
            return 1  # the one that another waits for
        fault = self._faults.strike(f"event:{event.detail_type}", lambda: event.resources)
        match fault and fault.kind:
            case AtEvent.DROP:
                return 0
            case AtEvent.DOUBLE:
                return 2
            case AtEvent.LATE | AtEvent.REORDER if fault:
                seconds = (fault.seconds or REORDERED_SECONDS) / self._time_scale
                self._held.append(_Held(number, event, fault, time.monotonic() + seconds))
                return None
            case _:
                return 1

    def released(self, event: Event) -> Iterator[Numbered]:
        """Those that waited for this one to go first."""
        return self._taken(
            [held for held in self._held if held.fault.kind is AtEvent.REORDER and _is_about(held.fault, event)]
        )

    def due(self) -> Iterator[Numbered]:
        now = time.monotonic()
        return self._taken([held for held in self._held if held.due <= now])

    def seconds_to_next(self) -> float | None:
        """Until one is due; None where none is held up."""
        return max(0.0, min(held.due for held in self._held) - time.monotonic()) if self._held else None

    def _taken(self, some: list[_Held]) -> Iterator[Numbered]:
        self._held = [held for held in self._held if held not in some]
        return ((held.number, held.event) for held in sorted(some, key=lambda held: held.due))


def _is_about(fault: Fault, event: Event) -> bool:
    return fault.is_about(f"event:{event.detail_type}", event.resources)
