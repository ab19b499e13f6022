"""The ledger: what the control plane knows, and the transactions that make its actions happen once.

A decision takes its model's slot in the transaction that begins it, so whoever loses the race does nothing. Dying
between two calls leaves a record that is due, and `on_tick` finishes it. The records are in `records/`, the
promises here; `adapters/dynamodb/` keeps them on one DynamoDB table and the contract suite checks that it does.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from control_plane.models import ModelSpec
from control_plane.policies import DriftKind, Purpose
from control_plane.records import (
    ArrivalWindow,
    Champion,
    Decision,
    Deployment,
    Drift,
    Due,
    Model,
    Paused,
    Route,
    Run,
    Watch,
)


class Ledger(Protocol):
    """Every method is one request to the store, unless it says otherwise."""

    # -- models, for people and for gathering --

    def apply(self, spec: ModelSpec, now: datetime) -> None:
        """Write a spec with its routes and claims, whatever was there; the model's state stays, and it is due at once.

        One request more, to read what it had claimed. Raises NameTaken; Superseded, if somebody else applied another
        spec of the model meanwhile.
        """

    def model(self, name: str) -> Model:
        """Raises UnknownModel, UnreadableSpec."""

    def models(self) -> Sequence[Model]:
        """All models by name, for people; no room calls it."""

    def pause(self, model: str, paused: Paused) -> None:
        """Keep a model still: what is decided from now on waits. Raises UnknownModel."""

    def resume(self, model: str) -> None:
        """Let a paused model go on. Raises UnknownModel."""

    def crown(self, decision: Decision, champion: Champion, *, instead_of: str | None) -> None:
        """Record a decision that makes a version the champion. Raises AlreadyDecided; Superseded where the champion is
        no longer `instead_of`.
        """

    def watch(self, decision: Decision, watch: Watch, champion: str) -> None:
        """Record a decision on what the champion's endpoint is watched by. Raises AlreadyDecided; Superseded where
        another version is champion.
        """

    def owners(self, names: Collection[str]) -> Mapping[str, str]:
        """The models that claim these names (`ModelSpec.claims`), by name. One request per 100 names."""

    def note_drift(self, model: str, drift: Drift) -> None:
        """Remember drift that was found, instead of what is remembered of its kind.

        Does nothing where that is over by a later word of its source, or of whoever looked for all drift of the kind;
        nor to a model that nobody applied.
        """

    def note_no_drift(self, model: str, kind: DriftKind, *, source: str | None, at: datetime) -> None:
        """Remember that there is none of this kind any more: none that `source` found or, with None, none at all.

        Does nothing where there was a later word on this kind, or where the drift is of another source; nor to a model
        that nobody applied.
        """

    def looked_after(
        self, model: Model, approvals: Mapping[str, str], *, heard_until: datetime, again: datetime
    ) -> None:
        """Remember the registry's approval statuses by version, until when monitors' runs were looked for, and when to
        look after the model again.

        Does nothing where a spec was applied since the model was read: that made it due at once.
        """

    # -- arrivals --

    def routes(self, bucket: str, folders: Collection[str]) -> Mapping[str, Route]:
        """The routes of those folders that a model claims, by folder. One request per 100 folders."""

    def note_arrivals(self, route: Route, *, first_event: str, arrivals: int, complete: bool, now: datetime) -> str:
        """Open the route's window or add to it; `complete` makes it due at once. At most two requests.

        Returns the window's id, which the decision about it will have.
        """

    def seal(self, window: ArrivalWindow, now: datetime) -> ArrivalWindow:
        """Close a window to arrivals and note on the model when its data came; the next one opens a new window.

        Raises Superseded.
        """

    def window(self, model: str, purpose: Purpose) -> ArrivalWindow | None:
        """The open window, for people; no room calls it."""

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

        A deployment takes the slot for deployments, and has no data. What waits for the same purpose, or to be
        deployed, becomes SKIPPED_SUPERSEDED, as by `defer`, at the same price in requests; but a rollback leaves it
        alone, which is newer than what it goes back to. Raises AlreadyDecided, SlotTaken, DataAlreadyUsed; Superseded,
        too, where a deployment that waits was chosen after this one, since the model was read.
        """

    def defer(self, decision: Decision, window: ArrivalWindow | None) -> None:
        """Make a new decision the model's pending one, claim its data and consume its window.

        The pending decision that it replaces becomes SKIPPED_SUPERSEDED and gives its data back. One request more for
        the model, one each for that decision and its data. Raises AlreadyDecided, DataAlreadyUsed, Superseded as
        `begin` does.
        """

    def settle(self, decision: Decision, window: ArrivalWindow | None) -> None:
        """Record a new decision that starts nothing and consume its window. Raises AlreadyDecided."""

    def keep_waiting(self, decision: Decision) -> None:
        """Write down why a deferred decision waits now, and until when. Raises Superseded."""

    def take_up(self, decision: Decision) -> None:
        """Begin the pending decision. Raises AlreadyDecided, SlotTaken."""

    def withdraw(self, decision: Decision) -> None:
        """Record that the pending decision comes to nothing; its place and its data are free. One request more for its
        data. Raises Superseded.
        """

    def complete(self, decision: Decision, came: Run | Deployment) -> None:
        """Record what a begun decision became. Does nothing where that is on record. Raises Superseded."""

    def postpone(self, decision: Decision) -> Decision:
        """Make a begun decision pending and free its slot. Returns what is on record: where another waits already,
        that goes first and this decision is SKIPPED_SUPERSEDED; of two deployments, that goes first which was chosen
        later.

        One request more for the model, one each for what waits and for this decision's data. Raises Superseded.
        """

    def refuse(self, decision: Decision) -> None:
        """Record that a begun decision will never be accepted; frees its slot and, with one request more, its data.
        Raises Superseded.
        """

    # -- runs --

    def run(self, arn: str) -> Run | None: ...

    def runs(self, model: str, since: datetime | None = None) -> Sequence[Run]:
        """Newest first: the last 100, or with `since` all that began from then on, if those are more.

        One request per 100 runs.
        """

    def end_run(self, run: Run) -> None:
        """Record a run's end and free its slot; a run that didn't succeed frees its data too, with one request more.
        Repeating is harmless.
        """

    # -- deployments --

    def deployment(self, deployment_id: str) -> Deployment | None: ...

    def deployments(self, model: str) -> Sequence[Deployment]:
        """Newest first, at most 100."""

    def end_deployment(
        self,
        deployment: Deployment,
        decision: Decision,
        champion: Champion | None,
        *,
        instead_of: str | None,
        then: Decision | None = None,
    ) -> None:
        """Record a deployment's end with the decision that says so, free its slot, and make `champion`, if there is a
        new one, the champion instead of the version `instead_of`. Or begin, in that slot, the deployment `then`, which
        leaves the champion. Raises AlreadyDecided, Superseded.
        """

    def adopt(self, deployment: Deployment, decision: Decision, champion: Champion, *, instead_of: str | None) -> None:
        """Record what an endpoint serves that others deployed, with the decision that says so, and make it the champion
        instead of the version `instead_of`. Raises AlreadyDecided; Superseded, too, where a deployment is under way.
        """

    def retire(self, model: str, names: Collection[str]) -> None:
        """Say that these configurations and models are being deleted, instead of those before: until `collected`, no
        deployment that needs one of them begins. Raises Superseded where a deployment is under way.
        """

    def collected(self, decision: Decision, deployments: Sequence[Deployment]) -> None:
        """Record a decision with these deployments, at most 50, whose configurations are gone.

        Raises AlreadyDecided.
        """

    # -- what time brings --

    def due(self, now: datetime) -> Sequence[Due]:
        """What should be looked at by now, oldest first. One request per shard of the index."""

    def look_again(self, item: Due, at: datetime) -> None:
        """Move an item to a later place in the due index. Does nothing to an item that has left it."""
