"""The ledger: what the control plane knows, and the transactions that make its actions happen once.

A decision takes its model's slot in the transaction that begins it, so whoever loses the race does nothing. Dying
between two calls leaves a record that is due, and `on_tick` finishes it. The records are below, the promises are
`Ledger`'s; `adapters/dynamodb.py` keeps them on one DynamoDB table and the contract suite checks that it does.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from control_plane.models import DataSource, ModelSpec, Purpose
from control_plane.outcomes import Outcome


class Record(BaseModel):
    """A row of the ledger: frozen, because only the ledger changes it."""

    model_config = ConfigDict(frozen=True)


class Route(Record):
    """Whose data lands in a folder: all that `on_data_arrival` needs, so one read per batch suffices."""

    model: str
    purpose: Purpose
    bucket: str
    source: DataSource
    exclude: tuple[str, ...] = ()


class ArrivalWindow(Record):
    """Objects that landed together. Open, it takes arrivals; sealed, it waits to become a run.

    `arrivals` counts deliveries, which S3 may repeat; the manifest, not this number, says which objects there are.
    """

    kind: Literal["window"] = "window"
    id: str
    model: str
    purpose: Purpose
    opened_at: datetime
    closes_by: datetime
    first_event: str
    arrivals: int
    sealed: bool


class StartRequest(Record):
    """One `StartPipelineExecution`, kept with the decision so that a retry repeats it to the letter."""

    model: str
    purpose: Purpose
    fingerprint: str
    pipeline: str
    parameters: Mapping[str, str]


class DecisionStatus(StrEnum):
    """BEGUN holds the model's slot and may have reached SageMaker; DEFERRED waits; DONE is final."""

    BEGUN = "begun"
    DEFERRED = "deferred"
    DONE = "done"


class Decision(Record):
    """What was decided about an event, and why.

    For people: `because` says what led to it, `then` what has changed since: why it was refused, say, or went ahead.
    `events` counts the deliveries that a tally stands for. `data_until` is when equal data may be used again.
    """

    kind: Literal["decision"] = "decision"
    id: str
    model: str | None
    purpose: Purpose | None = None
    event: str
    outcome: Outcome
    status: DecisionStatus
    because: str
    then: str | None = None
    decided_at: datetime
    revision: str | None = None
    fingerprint: str | None = None
    data_until: datetime | None = None
    request: StartRequest | None = None
    run: str | None = None
    events: int = 1

    @property
    def start(self) -> StartRequest:
        """The request of a decision that is begun or deferred. Others have none: LookupError."""
        if self.request is None:
            msg = f"decision {self.id} ({self.outcome}) starts nothing"
            raise LookupError(msg)
        return self.request


class Run(Record):
    """A pipeline execution that the control plane started. `status` is SageMaker's; None until it has ended."""

    kind: Literal["run"] = "run"
    arn: str
    model: str
    purpose: Purpose
    decision: str
    fingerprint: str
    started_at: datetime
    status: str | None = None
    ended_at: datetime | None = None
    failure: str | None = None


class Slot(Record):
    """The one run that a model may have. `run` is None between the decision's beginning and SageMaker's answer."""

    decision: str
    run: str | None = None


class Model(Record):
    """A model's spec and its state."""

    spec: ModelSpec
    revision: str
    slot: Slot | None = None
    pending: Mapping[Purpose, str] = {}


type Due = ArrivalWindow | Decision | Run


class Ledger(Protocol):
    """Every method is one request to the store, unless it says otherwise."""

    # -- models, for people and for gathering --

    def apply(self, spec: ModelSpec) -> None:
        """Write a spec and its routes; the model's state stays. One request more to read it. Raises FolderTaken."""

    def model(self, name: str) -> Model:
        """Raises UnknownModel."""

    def models(self) -> Sequence[Model]:
        """All models by name, for people; no room calls it."""

    # -- arrivals --

    def routes(self, bucket: str, folders: Collection[str]) -> Mapping[str, Route]:
        """The routes of those folders that a model claims, by folder. One request per 100 folders."""

    def note_arrivals(self, route: Route, *, first_event: str, arrivals: int, complete: bool, now: datetime) -> None:
        """Open the route's window or add to it; `complete` makes it due at once. At most two requests."""

    def seal(self, window: ArrivalWindow, now: datetime) -> ArrivalWindow:
        """Close a window to arrivals; the next one opens a new window. Raises Superseded."""

    # -- decisions --

    def decision(self, decision_id: str) -> Decision | None: ...

    def decisions(self, model: str | None) -> Sequence[Decision]:
        """A model's decisions, or with None those about no model. Newest first, at most 100."""

    def tally(self, decision: Decision) -> None:
        """Record a skip, or add its `events` to the record of the same id."""

    def data_used_by(self, model: str, purpose: Purpose, fingerprint: str, now: datetime) -> str | None:
        """The decision that uses or used exactly this data, unless its run failed or its time has passed."""

    def begin(self, decision: Decision, window: ArrivalWindow | None) -> None:
        """Record a decision as begun, take the model's slot, claim its data and consume its window.

        Raises AlreadyDecided, SlotTaken, DataAlreadyUsed.
        """

    def defer(self, decision: Decision, window: ArrivalWindow | None) -> None:
        """Make a new decision the model's pending one, claim its data and consume its window.

        The pending decision that it replaces becomes SKIPPED_SUPERSEDED and gives its data back. One request more for
        the model, one each for that decision and its data. Raises AlreadyDecided, DataAlreadyUsed, Superseded.
        """

    def settle(self, decision: Decision, window: ArrivalWindow | None) -> None:
        """Record a new decision that starts nothing and consume its window. Raises AlreadyDecided."""

    def take_up(self, decision: Decision) -> None:
        """Begin the pending decision. Raises AlreadyDecided, SlotTaken."""

    def complete(self, decision: Decision, run: Run) -> None:
        """Record that a begun decision became `run`. Does nothing where that is on record. Raises Superseded."""

    def postpone(self, decision: Decision) -> Decision:
        """Make a begun decision pending and free its slot. Returns what is on record: where newer data waits already,
        that goes first and this decision is SKIPPED_SUPERSEDED.

        One request more for the model, one each for what waits and for this decision's data. Raises Superseded.
        """

    def refuse(self, decision: Decision) -> None:
        """Record that a begun decision will never be accepted; frees its slot and, with one request more, its data.
        Raises Superseded.
        """

    # -- runs --

    def run(self, arn: str) -> Run | None: ...

    def runs(self, model: str) -> Sequence[Run]:
        """Newest first, at most 100."""

    def end_run(self, run: Run) -> None:
        """Record a run's end and free its slot; a run that didn't succeed frees its data too, with one request more.
        Repeating is harmless.
        """

    # -- what time brings --

    def due(self, now: datetime) -> Sequence[Due]:
        """What should be looked at by now, oldest first. One request per shard of the index."""

    def look_again(self, item: Due, at: datetime) -> None:
        """Move an item to a later place in the due index. Does nothing to an item that has left it."""
