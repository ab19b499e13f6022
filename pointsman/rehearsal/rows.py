"""What the in-memory ledger holds, and transactions over it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock
from typing import Any, NamedTuple

from control_plane.errors import ControlPlaneError, Superseded
from control_plane.models import ModelSpec
from control_plane.policies import DriftKind, Purpose
from control_plane.records import (
    ArrivalWindow,
    Champion,
    Decision,
    Deployment,
    DeployRequest,
    Drift,
    Due,
    Model,
    Paused,
    Route,
    Run,
    Slot,
    StartRequest,
    Unreadable,
    Watch,
)

type Place = tuple[str, ...]


class Claim(NamedTuple):
    """Which decision uses some data, and until when nobody else may."""

    decision: str
    until: datetime


class Word(NamedTuple):
    """Who last said something on drift of a kind: None for who looked for all of it."""

    source: str | None
    at: datetime


def require(condition: bool, conflict: ControlPlaneError) -> None:  # noqa: FBT001  reads as a sentence
    if not condition:
        raise conflict


def window_place(window: ArrivalWindow) -> Place:
    place = ("window", window.model, window.purpose)
    return (*place, window.id) if window.sealed else place


def due_key(item: Due) -> Place:
    match item:
        case ArrivalWindow():
            return window_place(item)
        case Decision():
            return ("decision", item.id)
        case Run():
            return ("run", item.arn)
        case Deployment():
            return ("deployment", item.id)
        case Model():
            return ("model", item.spec.model)
        case Unreadable():
            return ("unreadable", item.place)


def slot_of(request: StartRequest | DeployRequest) -> Place:
    """A model has two slots: for runs and for deployments."""
    return (request.model, "deployment" if isinstance(request, DeployRequest) else "run")


def pending_place(request: StartRequest | DeployRequest) -> Place:
    return (request.model, "deployment" if isinstance(request, DeployRequest) else request.purpose)


def was_chosen_after(one: Decision, other: Decision) -> bool:
    return isinstance(one.asked, DeployRequest) and one.asked.was_chosen_after(other.asked)


def of_purposes[V](table: Mapping[Place, V], model: str) -> Mapping[Purpose, V]:
    return {purpose: table[model, purpose] for purpose in Purpose if (model, purpose) in table}


@dataclass
class Rows:
    """`due` says when each place should be looked at; what waits for nothing isn't in it.

    `read` are models as they were read of these very rows, by name: thousands of stories read them again and again.
    """

    specs: dict[str, ModelSpec] = field(default_factory=dict)
    revisions: dict[str, str] = field(default_factory=dict)
    since: dict[str, datetime] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    slots: dict[Place, Slot] = field(default_factory=dict)
    champions: dict[str, Champion] = field(default_factory=dict)
    paused: dict[str, Paused] = field(default_factory=dict)
    pending: dict[Place, str] = field(default_factory=dict)
    started: dict[Place, datetime] = field(default_factory=dict)
    arrived: dict[Place, datetime] = field(default_factory=dict)
    approvals: dict[str, Mapping[str, str]] = field(default_factory=dict)
    heard_until: dict[str, datetime] = field(default_factory=dict)
    collecting: dict[str, tuple[str, ...]] = field(default_factory=dict)
    watches: dict[str, Watch] = field(default_factory=dict)
    drift: dict[Place, Drift] = field(default_factory=dict)
    drift_told: dict[Place, Word] = field(default_factory=dict)
    routes: dict[tuple[str, str], Route] = field(default_factory=dict)
    windows: dict[Place, ArrivalWindow] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    claims: dict[tuple[str, Purpose, str], Claim] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    deployments: dict[str, Deployment] = field(default_factory=dict)
    due: dict[Place, datetime] = field(default_factory=dict)
    read: dict[str, Model] = field(default_factory=dict)

    def copy(self) -> "Rows":
        return Rows(**{name: dict(table) for name, table in vars(self).items() if name != "read"})

    def consume(self, window: ArrivalWindow | None) -> None:
        if window:
            require(window_place(window) in self.windows, Superseded(window.id))
            del self.windows[window_place(window)], self.due[window_place(window)]

    def free_data(self, decision: Decision) -> None:
        if isinstance(decision.asked, StartRequest):
            self.free_claim(decision.asked, decision.id)

    def free_claim(self, use: StartRequest | Run, decision: str) -> None:
        """Leave the claim alone if it has run out and somebody else has it now."""
        place = (use.model, use.purpose, use.fingerprint)
        if place in self.claims and self.claims[place].decision == decision:
            del self.claims[place]

    def model(self, name: str) -> Model:
        """Outside transactions, where nothing changes any more."""
        if name not in self.read:
            self.read[name] = self._model(name)
        return self.read[name]

    def _model(self, name: str) -> Model:
        return Model(
            spec=self.specs[name],
            revision=self.revisions[name],
            since=self.since[name],
            slot=self.slots.get((name, "run")),
            pending=of_purposes(self.pending, name),
            deploying=self.slots.get((name, "deployment")),
            pending_deployment=self.pending.get((name, "deployment")),
            champion=self.champions.get(name),
            paused=self.paused.get(name),
            started=of_purposes(self.started, name),
            arrived=of_purposes(self.arrived, name),
            approvals=self.approvals.get(name, {}),
            heard_until=self.heard_until.get(name),
            collecting=self.collecting.get(name, ()),
            watch=self.watches.get(name),
            drift={kind: self.drift[name, kind] for kind in DriftKind if (name, kind) in self.drift},
        )

    def due_by(self, now: datetime) -> list[Due]:
        places = sorted((at, place) for place, at in self.due.items() if at <= now)
        return [self._item(place) for _, place in places]

    def _item(self, place: Place) -> Due:
        match place[0]:
            case "window":
                return self.windows[place]
            case "decision":
                return self.decisions[place[1]]
            case "run":
                return self.runs[place[1]]
            case "deployment":
                return self.deployments[place[1]]
            case _:
                return self.model(place[1])


class Draft(Rows):
    """Rows to be changed: each table is copied when it is first asked for, so a fleet's others cost nothing."""

    def __init__(self, before: Rows) -> None:
        self._before = before

    def __getattr__(self, table: str) -> dict[Any, Any]:
        copied = {} if table == "read" else dict(getattr(self._before, table))
        setattr(self, table, copied)
        return copied

    def finished(self) -> Rows:
        """With what wasn't asked for as it was before."""
        changed = {name: table for name, table in vars(self).items() if name != "_before"}
        return Rows(**{**vars(self._before), **changed, "read": {}})


class Store:
    """Rows behind a lock. A transaction works on a copy that takes the place of the rows when it has succeeded."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._rows = Rows()

    @property
    def rows(self) -> Rows:
        """Inside a transaction its own copy; elsewhere the last whole state, which nobody changes any more."""
        with self._lock:
            return self._rows

    @contextmanager
    def transaction(self) -> Iterator[Rows]:
        with self._lock:
            before = self._rows
            self._rows = draft = Draft(before)
            try:
                yield draft
            except BaseException:
                self._rows = before
                raise
            self._rows = draft.finished()
