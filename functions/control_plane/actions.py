"""What a `decide` may return: frozen, with a sentence that says why. Doing nothing is an action too."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from control_plane.outcomes import Outcome
from control_plane.records import DeployRequest, Route, StartRequest
from control_plane.registry import Package


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
class Deploy:
    """Have the endpoint serve exactly this version; a rollback is the deployment of an earlier one."""

    request: DeployRequest
    because: str


@dataclass(frozen=True, slots=True)
class Defer:
    """Keep the request as the model's pending one, and look again at `until`, or, without one, every minute."""

    request: StartRequest | DeployRequest
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
    """Make a version the champion of a model that has no endpoint."""

    package: Package
    outcome: Outcome
    because: str
    chosen_at: datetime


@dataclass(frozen=True, slots=True)
class Adopt:
    """Make what an endpoint serves the champion, without touching the endpoint; `request` says what that is."""

    request: DeployRequest
    because: str


@dataclass(frozen=True, slots=True)
class Conclude:
    """A deployment has ended; where its version `serves`, it is the champion.

    `put_back` is what the endpoint is asked to serve again, at once: nothing may come between.
    """

    outcome: Outcome
    because: str
    serves: bool = False
    put_back: DeployRequest | None = None


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
