"""The ledger's promises, kept by conditions on one table. Transactions are made of the parts in `transactions.py`."""

from contextlib import suppress
from datetime import datetime

from control_plane.adapters.dynamodb import items, keys, slots, transactions
from control_plane.adapters.dynamodb.deployment_rows import DeploymentRows
from control_plane.adapters.dynamodb.model_rows import ModelRows
from control_plane.adapters.dynamodb.run_rows import RunRows
from control_plane.adapters.dynamodb.table import Update, Write
from control_plane.adapters.dynamodb.window_rows import WindowRows
from control_plane.clock import stamp
from control_plane.errors import AlreadyDecided, Superseded
from control_plane.records import (
    ArrivalWindow,
    Champion,
    Decision,
    DecisionStatus,
    Deployment,
    DeployRequest,
    Due,
    Run,
    StartRequest,
    Watch,
)

_DUE_PER_SHARD = 50


class DynamoDBLedger(ModelRows, WindowRows, RunRows, DeploymentRows):
    """Decisions and what time brings; models, windows, runs and deployments are its bases'."""

    def decision(self, decision_id: str) -> Decision | None:
        item = self._table.get(keys.decision_key(decision_id))
        return items.decision_of(item) if item else None

    def decisions(self, model: str | None) -> list[Decision]:
        return [items.decision_of(item) for item in self._history(keys.decisions_of(model), newest=True)]

    def crown(self, decision: Decision, champion: Champion, *, instead_of: str | None) -> None:
        self._table.write(transactions.new_decision(decision), slots.crowned(str(decision.model), champion, instead_of))

    def watch(self, decision: Decision, watch: Watch, champion: str) -> None:
        self._table.write(transactions.new_decision(decision), slots.watched(str(decision.model), watch, champion))

    def tally(self, decision: Decision) -> None:
        first = items.decision_item(decision)
        names = [name for name in first if name != "pk"]
        kept = ", ".join(f"{name} = if_not_exists({name}, :{name})" for name in names)
        values = {f":{name}": first[name] for name in names} | {":deliveries": decision.events}
        self._table.update(Write(Update(str(first["pk"]), f"SET {kept} ADD deliveries :deliveries"), values=values))

    def begin(self, decision: Decision, window: ArrivalWindow | None) -> None:
        alone = decision.asked.is_rollback
        replaced = None if alone else self._replaced(decision)
        self._table.write(
            transactions.new_decision(decision),
            slots.taken_slot(decision, replaced.id if replaced else None),
            *transactions.claimed_data(decision),
            *(self._superseded_pending(replaced, decision) if replaced else ()),
            *transactions.consumed(window),
        )

    def defer(self, decision: Decision, window: ArrivalWindow | None) -> None:
        replaced = self._replaced(decision)
        self._table.write(
            transactions.new_decision(decision),
            *transactions.claimed_data(decision),
            slots.pending(decision, replaced.id if replaced else None),
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
            slots.taken_slot_of_pending(decision),
        )

    def withdraw(self, decision: Decision) -> None:
        self._table.write(
            transactions.revised_decision(decision, was=DecisionStatus.DEFERRED),
            slots.no_longer_pending(decision),
            *self._freed(decision),
        )

    def complete(self, decision: Decision, came: Run | Deployment) -> None:
        if isinstance(came, Run):
            begun = [transactions.new_run(came), slots.running(came)]
        else:
            begun = [transactions.new_deployment(came), slots.deploying(came)]
        try:
            self._table.write(transactions.revised_decision(decision, was=DecisionStatus.BEGUN), *begun)
        except Superseded:
            known = self.run(came.arn) if isinstance(came, Run) else self.deployment(came.id)
            if known is None:
                raise

    def postpone(self, decision: Decision) -> Decision:
        other = self._pending(decision)
        if other and not _was_chosen_after(decision, other):
            gone = transactions.superseded_by(decision, other)
            self._give_back(gone)
            return gone
        self._table.write(
            transactions.revised_decision(decision, was=DecisionStatus.BEGUN),
            slots.slot_given_to_pending(decision, other.id if other else None),
            *(self._superseded_pending(other, decision) if other else ()),
        )
        return decision

    def refuse(self, decision: Decision) -> None:
        self._give_back(decision)

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

    def _pending(self, decision: Decision) -> Decision | None:
        asked = decision.asked
        model = self.model(asked.model)
        waits = model.pending.get(asked.purpose) if isinstance(asked, StartRequest) else model.pending_deployment
        return self.decision(waits) if waits else None

    def _replaced(self, decision: Decision) -> Decision | None:
        """What waits and gives way to a new decision. Raises AlreadyDecided, Superseded where it doesn't."""
        waiting = self._pending(decision)
        if waiting and waiting.id == decision.id:
            raise AlreadyDecided(waiting)
        if waiting and _was_chosen_after(waiting, decision):
            if known := self.decision(decision.id):
                raise AlreadyDecided(known)
            raise Superseded(f"decision {waiting.id} waits and was chosen later")
        return waiting

    def _give_back(self, decision: Decision) -> None:
        """A begun decision comes to nothing: its slot and its data are free for others."""
        self._table.write(
            transactions.revised_decision(decision, was=DecisionStatus.BEGUN),
            slots.freed_slot(decision),
            *self._freed(decision),
        )

    def _superseded_pending(self, replaced: Decision, newer: Decision) -> list[Write]:
        """What waited gives its place and its data to a newer one, whose data holds all that it would have run on."""
        gone = transactions.superseded_by(replaced, newer)
        revised = transactions.revised_decision(gone, was=DecisionStatus.DEFERRED)
        if replaced.fingerprint == newer.fingerprint:  # its claim, run out, is being overwritten
            return [revised]
        return [revised, *self._freed(replaced)]

    def _freed(self, decision: Decision) -> list[Write]:
        asked = decision.asked
        return self._freed_data(asked, decision.id) if isinstance(asked, StartRequest) else []


def _was_chosen_after(one: Decision, other: Decision) -> bool:
    return isinstance(one.asked, DeployRequest) and one.asked.was_chosen_after(other.asked)
