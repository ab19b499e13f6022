"""The parts that the ledger's transactions are made of: each a write, its condition and what breaking it means."""

from collections.abc import Callable
from datetime import datetime

from control_plane.adapters.dynamodb import items, keys
from control_plane.adapters.dynamodb.table import Delete, Item, Put, Update, Write
from control_plane.clock import stamp
from control_plane.errors import AlreadyDecided, DataAlreadyUsed, LedgerConflict, Superseded
from control_plane.outcomes import Outcome
from control_plane.records import (
    ArrivalWindow,
    Decision,
    DecisionStatus,
    Deployment,
    DeployRequest,
    Due,
    Run,
    StartRequest,
)


def superseded(_found: Item | None) -> LedgerConflict:
    return Superseded("the record has moved on since it was read")


def new_decision(decision: Decision) -> Write:
    return Write(Put(items.decision_item(decision)), "attribute_not_exists(pk)", conflict=_already_decided)


def revised_decision(
    decision: Decision, *, was: DecisionStatus, conflict: Callable[[Item | None], LedgerConflict] = superseded
) -> Write:
    return Write(Put(items.decision_item(decision)), "progress = :was", {":was": was}, conflict)


def taken_up_decision(decision: Decision) -> Write:
    return revised_decision(decision, was=DecisionStatus.DEFERRED, conflict=_already_decided)


def claimed_data(decision: Decision) -> list[Write]:
    """A forced decision takes the data over: whoever forced it wants the same data again. A deployment has none."""
    if isinstance(decision.asked, DeployRequest):
        return []
    if decision.force:
        return [Write(Put(items.claim_item(decision)))]
    return [
        Write(
            Put(items.claim_item(decision)),
            "attribute_not_exists(pk) OR data_until < :now",
            {":now": stamp(decision.decided_at)},
            lambda found: DataAlreadyUsed(f"decision {found['claimed_by'] if found else '?'} is on exactly this data"),
        )
    ]


def superseded_by(decision: Decision, newer: Decision) -> Decision:
    then = f"decision {newer.id} took its place"
    changes = {"outcome": Outcome.SKIPPED_SUPERSEDED, "status": DecisionStatus.DONE, "then": then}
    return decision.model_copy(update=changes)


def freed_data(request: StartRequest | Run, decision_id: str) -> Write:
    return Write(
        Delete(items.data_key(request)),
        "attribute_not_exists(pk) OR claimed_by = :decision",
        {":decision": decision_id},
        superseded,
    )


def consumed(window: ArrivalWindow | None) -> list[Write]:
    """A sealed window is gone once it has become a decision; whoever finds it gone comes second."""
    return [Write(Delete(keys.window_key(window)), "attribute_exists(pk)", conflict=superseded)] if window else []


def moved(item: Due, at: datetime) -> Write:
    """An open window's place is its successor's too, so the window's own id must still stand there."""
    own = {":id": item.id} if isinstance(item, ArrivalWindow) else {}
    return Write(
        Update(keys.due_key(item), "SET due_at = :at"),
        "attribute_exists(due_at)" + (" AND window_id = :id" if own else ""),
        {":at": stamp(at)} | own,
        superseded,
    )


def arrived(window: ArrivalWindow, now: datetime) -> Write:
    """A window of a model that nobody applied any more makes no model."""
    return Write(
        Update(keys.model_key(window.model), f"SET arrived_{window.purpose} = :now"),
        "attribute_exists(pk)",
        {":now": stamp(now)},
        superseded,
    )


def new_run(run: Run) -> Write:
    return Write(Put(items.run_item(run)), "attribute_not_exists(pk)", conflict=superseded)


def new_deployment(deployment: Deployment) -> Write:
    return Write(Put(items.deployment_item(deployment)), "attribute_not_exists(pk)", conflict=superseded)


def ended_deployment(deployment: Deployment) -> Write:
    return Write(Put(items.deployment_item(deployment)), "attribute_not_exists(ended_at)", conflict=superseded)


def ended_run(run: Run) -> Write:
    return Write(Put(items.run_item(run)), "attribute_not_exists(ended_at)", conflict=superseded)


def _already_decided(found: Item | None) -> LedgerConflict:
    return AlreadyDecided(items.decision_of(found)) if found else Superseded("the decision is gone")
