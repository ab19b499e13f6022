"""What a model is at."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from control_plane.models import ModelSpec
from control_plane.policies import DriftKind, Purpose
from control_plane.records.record import Record


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


class Watched(Record):
    """A monitoring schedule of an endpoint, and the job definition that it runs."""

    kind: DriftKind
    schedule: str
    definition: str


class Watch(Record):
    """What `endpoint` was given to be watched by, with the baseline of `package`; perhaps nothing.

    `id` stands for all that was asked for.
    """

    id: str
    package: str
    endpoint: str | None = None
    monitors: tuple[Watched, ...] = ()
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
    has seen to those that ended until `heard_until`. `watch` is what its endpoint is watched by. What
    is `collecting` is being deleted: configurations and models, which nothing that is deployed may need.
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
    watch: Watch | None = None
    collecting: tuple[str, ...] = ()
    drift: Mapping[DriftKind, Drift] = {}


class UnreadableModel(Record):
    """A model whose spec this version doesn't accept. It is mended by applying a spec that it does."""

    name: str
    why: str
