"""The rows of the ledger. Frozen: only the ledger changes them."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from control_plane.models import DataSource, Instances, ModelSpec
from control_plane.outcomes import Outcome
from control_plane.policies import DriftKind, Purpose


class Record(BaseModel):
    """A row of the ledger: frozen, because only the ledger changes it.

    What is under way or waits has a `look_at`: when `on_tick` sees to it. Without one that is a minute after it began.
    """

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

    kind: Literal["start"] = "start"
    model: str
    purpose: Purpose
    fingerprint: str
    pipeline: str
    parameters: Mapping[str, str]


class DeployRequest(Record):
    """One version on its way to an endpoint, kept with the decision so that a retry asks for the same.

    `config` and `served_model` are the names of the endpoint configuration and of the SageMaker model: what has no
    client token is asked for once because its name says all that is in it. `chosen_at` is when the version was
    approved, or asked for. A rollback names the version that it is there to remove: `instead_of`.
    """

    kind: Literal["deploy"] = "deploy"
    model: str
    package: str
    chosen_at: datetime
    endpoint: str
    config: str
    served_model: str
    instances: Instances
    instead_of: str | None = None

    @property
    def is_rollback(self) -> bool:
        return self.instead_of is not None

    def was_chosen_after(self, other: "StartRequest | DeployRequest") -> bool:
        return isinstance(other, DeployRequest) and self.chosen_at > other.chosen_at


class DecisionStatus(StrEnum):
    """BEGUN holds the model's slot and may have reached SageMaker; DEFERRED waits; DONE is final."""

    BEGUN = "begun"
    DEFERRED = "deferred"
    DONE = "done"


class Decision(Record):
    """What was decided about an event, and why.

    For people: `because` says what led to it, `then` what has changed since: why it was refused, say, or went ahead.
    `correlation_id` is the decision that this one came of, where it isn't itself the first.
    `events` counts the deliveries that a tally stands for. `data_until` is when equal data may be used again, `until`
    when a deferred one is looked at again. `run` is the execution or the endpoint configuration that came of it.
    `force` passes the policies, on the word of `actor`.
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
    request: StartRequest | DeployRequest | None = None
    run: str | None = None
    until: datetime | None = None
    look_at: datetime | None = None
    actor: str | None = None
    force: bool = False
    events: int = 1
    correlation_id: str | None = None

    @property
    def root(self) -> str:
        """The id by which all that came of one event is found."""
        return self.correlation_id or self.id

    @property
    def asked(self) -> StartRequest | DeployRequest:
        """The request of a decision that is begun or deferred. Others have none: LookupError."""
        if self.request is None:
            msg = f"decision {self.id} ({self.outcome}) starts nothing"
            raise LookupError(msg)
        return self.request

    @property
    def start(self) -> StartRequest:
        """`asked` of a decision that starts a run. LookupError for others."""
        asked = self.asked
        if isinstance(asked, StartRequest):
            return asked
        msg = f"decision {self.id} ({self.outcome}) starts no run"
        raise LookupError(msg)


class Run(Record):
    """A pipeline execution that the control plane started. `status` is SageMaker's; None until it has ended."""

    kind: Literal["run"] = "run"
    arn: str
    model: str
    purpose: Purpose
    decision: str
    fingerprint: str
    started_at: datetime
    look_at: datetime | None = None
    status: str | None = None
    ended_at: datetime | None = None
    failure: str | None = None
    correlation_id: str | None = None

    @property
    def root(self) -> str:
        """As the decision's that started it."""
        return self.correlation_id or self.decision


class Deployment(Record):
    """A version that the control plane asked an endpoint to serve. `outcome` is None while that is under way.

    `id` is that of its decision, `correlation_id` that of the decision which it all came of.
    """

    kind: Literal["deployment"] = "deployment"
    id: str
    request: DeployRequest
    started_at: datetime
    look_at: datetime | None = None
    correlation_id: str | None = None
    outcome: Outcome | None = None
    ended_at: datetime | None = None


class Slot(Record):
    """The one run, or the one deployment, that a model may have.

    `run` is None between the decision's beginning and SageMaker's answer.
    """

    decision: str
    run: str | None = None


class Champion(Record):
    """The version that is in use: what the endpoint serves, or, without an endpoint, what was approved last.

    A rejected one stays only where there is none to go back to. `chosen_at` is when it was approved, or asked for;
    `config` the endpoint's active configuration; `earlier` are the champions before, latest first.
    """

    package: str
    config: str | None = None
    chosen_at: datetime
    since: datetime
    earlier: tuple[str, ...] = ()


class Paused(Record):
    """Who keeps a model still, and why."""

    by: str
    why: str
    since: datetime


class Drift(Record):
    """Drift that was found and that nothing has taken back: neither a later word nor a new champion.

    `source` found it last, at `found_at` by its own word; `since` says when drift of this kind was heard of first.
    """

    kind: DriftKind
    source: str
    share: float | None = None
    summary: str
    since: datetime
    found_at: datetime
    answered_at: datetime


class Model(Record):
    """A model's spec and its state.

    `pending` and `pending_deployment` are the decisions that wait for the slots `slot` and `deploying`. `started` says
    when the last run of each purpose began, `arrived` when data last came, `since` when the model was applied first.
    `approvals` are the registry's approval statuses by version's ARN, as `on_tick` last saw them; of monitors' runs it
    has seen to those that ended until `heard_until`.
    """

    kind: Literal["model"] = "model"
    spec: ModelSpec
    revision: str
    since: datetime
    slot: Slot | None = None
    pending: Mapping[Purpose, str] = {}
    deploying: Slot | None = None
    pending_deployment: str | None = None
    champion: Champion | None = None
    paused: Paused | None = None
    started: Mapping[Purpose, datetime] = {}
    arrived: Mapping[Purpose, datetime] = {}
    approvals: Mapping[str, str] = {}
    heard_until: datetime | None = None
    drift: Mapping[DriftKind, Drift] = {}


class UnreadableModel(Record):
    """A model whose spec this version doesn't accept. It is mended by applying a spec that it does."""

    name: str
    why: str


class Unreadable(Record):
    """A due item that no longer makes a record: written by another version of this code, or by hand."""

    kind: Literal["unreadable"] = "unreadable"
    place: str
    why: str


type Due = ArrivalWindow | Decision | Run | Deployment | Model | Unreadable
