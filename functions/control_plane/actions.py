"""What a `decide` may return: frozen, with a sentence that says why. Doing nothing is an action too."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from control_plane.outcomes import Outcome
from control_plane.records import Route, StartRequest


@dataclass(frozen=True, slots=True)
class Hold:
    """Note arrivals in the route's window until it closes."""

    outcome: ClassVar = Outcome.HELD
    route: Route
    first_event: str
    arrivals: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Start:
    """Start the pipeline that serves the request's purpose: train, or judge the champion."""

    request: StartRequest
    because: str


@dataclass(frozen=True, slots=True)
class Defer:
    """Keep the start as the model's pending one, and look again at `until`, or, without one, every minute."""

    request: StartRequest
    outcome: Outcome
    because: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Skip:
    """Do nothing, on record."""

    outcome: Outcome
    because: str
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Crown:
    """Make a version the model's champion."""

    package: str
    outcome: Literal[Outcome.CHAMPION_CHANGED, Outcome.ROLLED_BACK]
    because: str


@dataclass(frozen=True, slots=True)
class Approve:
    """Approve a version in the registry; `because` is the evidence and becomes its approval description."""

    package: str
    because: str


@dataclass(frozen=True, slots=True)
class RecordEnd:
    """A run has ended: record it and free the slot."""

    outcome: ClassVar = Outcome.RECORDED
    status: str
    failure: str | None
