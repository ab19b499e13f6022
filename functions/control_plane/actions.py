"""What a `decide` may return: frozen, with a sentence that says why. Doing nothing is an action too."""

from dataclasses import dataclass
from typing import Literal

from control_plane.ledger import Route, StartRequest
from control_plane.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Hold:
    """Note arrivals in the route's window until it closes."""

    route: Route
    first_event: str
    arrivals: int
    complete: bool


@dataclass(frozen=True, slots=True)
class StartTraining:
    """Start the model's training pipeline."""

    request: StartRequest
    because: str


@dataclass(frozen=True, slots=True)
class Defer:
    """Keep the start as the model's pending one."""

    request: StartRequest
    outcome: Literal[Outcome.DEFERRED_BUSY, Outcome.DEFERRED_CAPACITY]
    because: str


@dataclass(frozen=True, slots=True)
class Skip:
    """Do nothing, on record."""

    outcome: Outcome
    because: str


@dataclass(frozen=True, slots=True)
class Wait:
    """What was looked at isn't ready; look again later."""


@dataclass(frozen=True, slots=True)
class RecordEnd:
    """A run has ended: record it and free the slot."""

    status: str
    failure: str | None
