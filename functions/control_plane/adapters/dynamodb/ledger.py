"""The ledger's promises, kept by conditions on one table. Transactions stand in `transactions.py`."""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from control_plane.adapters.dynamodb import items, keys, transactions
from control_plane.adapters.dynamodb.arrivals import ArrivalNote
from control_plane.adapters.dynamodb.table import Delete, Item, Put, Table, Update, Write
from control_plane.clock import stamp
from control_plane.errors import Superseded, UnknownModel
from control_plane.models import ModelSpec
from control_plane.policies import Purpose
from control_plane.records import (
    ArrivalWindow,
    Champion,
    Decision,
    DecisionStatus,
    Due,
    Model,
    Paused,
    Route,
    Run,
    StartRequest,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_LISTED = 100
_DUE_PER_SHARD = 25


class DynamoDBLedger:
    """Needs dynamodb:GetItem, BatchGetItem, PutItem, UpdateItem, DeleteItem, and Query on both indexes."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def apply(self, spec: ModelSpec) -> None:
        known = self._table.get(keys.model_key(spec.model))
        before = items.model_of(known).spec if known else spec
        self._table.write(
            Write(
                Update(
                    keys.model_key(spec.model),
                    "SET spec = :spec, revision = :revision, history = :history, history_rank = :rank",
                ),
                values={
                    ":spec": spec.model_dump_json(),
                    ":revision": spec.revision,
                    ":history": keys.MODELS,
                    ":rank": spec.model,
                },
            ),
            *transactions.routes(spec, before),
        )

    def model(self, name: str) -> Model:
        item = self._table.get(keys.model_key(name))
        if item is None:
            raise UnknownModel(f"no model {name!r}; `pointsman apply` puts models into the ledger")
        return items.model_of(item)

    def models(self) -> list[Model]:
        return [items.model_of(item) for item in self._history(keys.MODELS, newest=False)]

    def pause(self, model: str, paused: Paused) -> None:
        self._change(model, "SET paused = :paused", {":paused": paused.model_dump_json()})

    def resume(self, model: str) -> None:
        self._change(model, "REMOVE paused", {})

    def crown(self, decision: Decision, champion: Champion, *, instead_of: str | None) -> None:
        self._table.write(
            transactions.new_decision(decision), transactions.crowned(str(decision.model), champion, instead_of)
        )

    def routes(self, bucket: str, folders: Collection[str]) -> dict[str, Route]:
        found = self._table.get_many([keys.route_key(bucket, folder) for folder in sorted(folders)])
        routes = [Route.model_validate_json(str(item["body"])) for item in found]
        return {route.source.prefix: route for route in routes}

    def note_arrivals(self, route: Route, *, first_event: str, arrivals: int, complete: bool, now: datetime) -> None:
        note = ArrivalNote(route, first_event, arrivals, now)
        if complete:
            self._table.update(note.complete())
            return
        try:
            self._table.update(note.within_quiet())
        except Superseded:  # the window's last moment comes before another quiet period would end
            self._table.update(note.at_the_last())

    def window(self, model: str, purpose: Purpose) -> ArrivalWindow | None:
        item = self._table.get(keys.open_window_key(model, purpose))
        return items.window_of(item) if item else None

    def seal(self, window: ArrivalWindow, now: datetime) -> ArrivalWindow:
        sealed = window.model_copy(update={"sealed": True})
        self._table.write(
            Write(
                Delete(keys.window_key(window)),
                "window_id = :id AND due_at <= :now",
                {":id": window.id, ":now": stamp(now)},
                transactions.superseded,
            ),
            Write(Put(items.window_item(sealed, now))),
        )
        return sealed

    def decision(self, decision_id: str) -> Decision | None:
        item = self._table.get(keys.decision_key(decision_id))
        return items.decision_of(item) if item else None

    def decisions(self, model: str | None) -> list[Decision]:
        return [items.decision_of(item) for item in self._history(keys.decisions_of(model), newest=True)]

    def tally(self, decision: Decision) -> None:
        first = items.decision_item(decision)
        names = [name for name in first if name != "pk"]
        kept = ", ".join(f"{name} = if_not_exists({name}, :{name})" for name in names)
        values = {f":{name}": first[name] for name in names} | {":deliveries": decision.events}
        self._table.update(Write(Update(str(first["pk"]), f"SET {kept} ADD deliveries :deliveries"), values=values))

    def data_used_by(self, model: str, purpose: Purpose, fingerprint: str, now: datetime) -> str | None:
        item = self._table.get(keys.data_key(model, purpose, fingerprint))
        return str(item["claimed_by"]) if item and str(item["data_until"]) >= stamp(now) else None

    def begin(self, decision: Decision, window: ArrivalWindow | None) -> None:
        replaced = self._pending(decision)
        self._table.write(
            transactions.new_decision(decision),
            transactions.taken_slot(decision, replaced.id if replaced else None),
            transactions.claimed_data(decision),
            *(self._superseded_pending(replaced, decision) if replaced else ()),
            *transactions.consumed(window),
        )

    def defer(self, decision: Decision, window: ArrivalWindow | None) -> None:
        replaced = self._pending(decision)
        self._table.write(
            transactions.new_decision(decision),
            transactions.claimed_data(decision),
            transactions.pending(decision, replaced.id if replaced else None),
            *(self._superseded_pending(replaced, decision) if replaced else ()),
            *transactions.consumed(window),
        )

    def settle(self, decision: Decision, window: ArrivalWindow | None) -> None:
        self._table.write(transactions.new_decision(decision), *transactions.consumed(window))

    def keep_waiting(self, decision: Decision) -> None:
        self._table.write(transactions.revised_decision(decision, was=DecisionStatus.DEFERRED))

    def take_up(self, decision: Decision) -> None:
        self._table.write(
            transactions.taken_up_decision(decision),
            transactions.taken_slot_of_pending(decision),
        )

    def complete(self, decision: Decision, run: Run) -> None:
        try:
            self._table.write(
                transactions.revised_decision(decision, was=DecisionStatus.BEGUN),
                transactions.new_run(run),
                transactions.slot_run(run),
            )
        except Superseded:
            if self.run(run.arn) is None:
                raise

    def postpone(self, decision: Decision) -> Decision:
        newer = self._pending(decision)
        if newer:
            gone = transactions.superseded_by(decision, newer)
            self._give_back(gone)
            return gone
        self._table.write(
            transactions.revised_decision(decision, was=DecisionStatus.BEGUN),
            transactions.slot_given_to_pending(decision),
        )
        return decision

    def refuse(self, decision: Decision) -> None:
        self._give_back(decision)

    def run(self, arn: str) -> Run | None:
        item = self._table.get(keys.run_key(arn))
        return items.run_of(item) if item else None

    def runs(self, model: str) -> list[Run]:
        return [items.run_of(item) for item in self._history(keys.runs_of(model), newest=True)]

    def end_run(self, run: Run) -> None:
        freed = [] if run.status == "Succeeded" else self._freed_data(run, run.decision)
        try:
            self._table.write(transactions.ended_run(run), transactions.freed_slot(run.model, run.decision), *freed)
        except Superseded:
            known = self.run(run.arn)
            if known is None or known.status is None:
                raise

    def due(self, now: datetime) -> list[Due]:
        found = [
            item
            for shard in keys.DUE_SHARDS
            for item in self._table.query(
                "due",
                "due_shard = :shard AND due_at <= :now",
                {":shard": shard, ":now": stamp(now)},
                limit=_DUE_PER_SHARD,
                newest=False,
            )
        ]
        return [items.due_of(item) for item in sorted(found, key=lambda item: str(item["due_at"]))]

    def look_again(self, item: Due, at: datetime) -> None:
        with suppress(Superseded):
            self._table.update(transactions.moved(item, at))

    def _change(self, model: str, expression: str, values: dict[str, str]) -> None:
        unknown = UnknownModel(f"no model {model!r}")
        try:
            key = keys.model_key(model)
            self._table.update(Write(Update(key, expression), "attribute_exists(pk)", values, transactions.superseded))
        except Superseded:
            raise unknown from None

    def _history(self, of: str, *, newest: bool) -> list[Item]:
        return self._table.query("history", "history = :of", {":of": of}, limit=_LISTED, newest=newest)

    def _pending(self, decision: Decision) -> Decision | None:
        pending_id = self.model(decision.start.model).pending.get(decision.start.purpose)
        return self.decision(pending_id) if pending_id else None

    def _give_back(self, decision: Decision) -> None:
        """A begun decision comes to nothing: its slot and its data are free for others."""
        self._table.write(
            transactions.revised_decision(decision, was=DecisionStatus.BEGUN),
            transactions.freed_slot(decision.start.model, decision.id),
            *self._freed_data(decision.start, decision.id),
        )

    def _superseded_pending(self, replaced: Decision, newer: Decision) -> list[Write]:
        """What waited gives its place and its data to newer data, which holds all that it would have trained on."""
        gone = transactions.superseded_by(replaced, newer)
        revised = transactions.revised_decision(gone, was=DecisionStatus.DEFERRED)
        if replaced.start.fingerprint == newer.start.fingerprint:  # its claim, run out, is being overwritten
            return [revised]
        return [revised, *self._freed_data(replaced.start, replaced.id)]

    def _freed_data(self, use: StartRequest | Run, decision_id: str) -> list[Write]:
        """Nothing, where the claim has run out and somebody else has made it since."""
        claim = self._table.get(keys.data_key(use.model, use.purpose, use.fingerprint))
        return [transactions.freed_data(use, decision_id)] if claim and claim["claimed_by"] == decision_id else []
