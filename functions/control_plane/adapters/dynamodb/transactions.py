"""The parts that the ledger's transactions are made of: each a write, its condition and what breaking it means."""

from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial

from control_plane.adapters.dynamodb import items, keys
from control_plane.adapters.dynamodb.table import Delete, Item, Put, Update, Write
from control_plane.clock import stamp
from control_plane.errors import AlreadyDecided, DataAlreadyUsed, FolderTaken, LedgerConflict, SlotTaken, Superseded
from control_plane.models import ModelSpec
from control_plane.outcomes import Outcome
from control_plane.records import ArrivalWindow, Champion, Decision, DecisionStatus, Due, Route, Run, StartRequest


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


def taken_slot(decision: Decision, replaced: str | None) -> Write:
    """`replaced` waits for the slot with older data, and gives up its place."""
    place = f"pending_{decision.start.purpose}"
    waits = f"{place} = :replaced" if replaced else f"attribute_not_exists({place})"
    return Write(
        Update(keys.model_key(decision.start.model), f"SET slot_decision = :decision REMOVE {place}"),
        f"attribute_exists(pk) AND attribute_not_exists(slot_decision) AND {waits}",
        {":decision": decision.id} | ({":replaced": replaced} if replaced else {}),
        lambda found: superseded(found) if found and "slot_decision" not in found else SlotTaken(decision.start.model),
    )


def taken_slot_of_pending(decision: Decision) -> Write:
    """The slot and the pending start are one item, so no moment has the decision in both places or in neither."""
    place = f"pending_{decision.start.purpose}"
    return Write(
        Update(keys.model_key(decision.start.model), f"SET slot_decision = :decision REMOVE {place}"),
        f"attribute_not_exists(slot_decision) AND {place} = :decision",
        {":decision": decision.id},
        lambda _: SlotTaken(decision.start.model),
    )


def slot_run(run: Run) -> Write:
    return Write(
        Update(keys.model_key(run.model), "SET slot_run = :run"),
        "slot_decision = :decision",
        {":run": run.arn, ":decision": run.decision},
        superseded,
    )


def freed_slot(model: str, decision_id: str) -> Write:
    return Write(
        Update(keys.model_key(model), "REMOVE slot_decision, slot_run"),
        "slot_decision = :decision",
        {":decision": decision_id},
        superseded,
    )


def slot_given_to_pending(decision: Decision) -> Write:
    """A begun decision steps back from the slot to the pending place, if that is still empty."""
    place = f"pending_{decision.start.purpose}"
    return Write(
        Update(keys.model_key(decision.start.model), f"SET {place} = :decision REMOVE slot_decision, slot_run"),
        f"slot_decision = :decision AND attribute_not_exists({place})",
        {":decision": decision.id},
        superseded,
    )


def crowned(model: str, champion: Champion, instead_of: str | None) -> Write:
    """`champion_package` stands beside the record so that a condition can see who the champion is."""
    values = {":champion": champion.model_dump_json(), ":package": champion.package}
    return Write(
        Update(keys.model_key(model), "SET champion = :champion, champion_package = :package"),
        "champion_package = :before"
        if instead_of
        else "attribute_exists(pk) AND attribute_not_exists(champion_package)",
        values | ({":before": instead_of} if instead_of else {}),
        superseded,
    )


def pending(decision: Decision, replaced: str | None) -> Write:
    place = f"pending_{decision.start.purpose}"
    return Write(
        Update(keys.model_key(decision.start.model), f"SET {place} = :decision"),
        f"{place} = :replaced" if replaced else f"attribute_not_exists({place})",
        {":decision": decision.id} | ({":replaced": replaced} if replaced else {}),
        superseded,
    )


def claimed_data(decision: Decision) -> Write:
    """A forced decision takes the data over: whoever forced it wants the same data again."""
    if decision.force:
        return Write(Put(items.claim_item(decision)))
    return Write(
        Put(items.claim_item(decision)),
        "attribute_not_exists(pk) OR data_until < :now",
        {":now": stamp(decision.decided_at)},
        lambda found: DataAlreadyUsed(f"decision {found['claimed_by'] if found else '?'} is on exactly this data"),
    )


def superseded_by(decision: Decision, newer: Decision) -> Decision:
    then = f"decision {newer.id} on newer data took its place"
    changes = {"outcome": Outcome.SKIPPED_SUPERSEDED, "status": DecisionStatus.DONE, "then": then}
    return decision.model_copy(update=changes)


def claimed_keys(spec: ModelSpec) -> list[str]:
    """Kept beside the spec: what it claims must be known, to be released, when a later version can't read it."""
    return [keys.route_key(route.bucket, route.source.prefix) for route in items.routes_of(spec)]


def routes(spec: ModelSpec, before: Collection[str]) -> list[Write]:
    """Claim the spec's folders and release those that it has given up of the keys that it had."""
    wanted = {keys.route_key(route.bucket, route.source.prefix): route for route in items.routes_of(spec)}
    released = set(before) - set(wanted)
    return [
        *(
            Write(
                Put({"pk": pk, "body": route.model_dump_json(), "claimed_by": spec.model}),
                "attribute_not_exists(pk) OR claimed_by = :model",
                {":model": spec.model},
                partial(_folder_taken, route),
            )
            for pk, route in wanted.items()
        ),
        *(Write(Delete(pk)) for pk in released),
    ]


def _folder_taken(route: Route, found: Item | None) -> LedgerConflict:
    owner = found["claimed_by"] if found else "another"
    return FolderTaken(f"s3://{route.bucket}/{route.source.prefix} already feeds model {owner}")


def freed_data(request: StartRequest | Run, decision_id: str) -> Write:
    return Write(
        Delete(keys.data_key(request.model, request.purpose, request.fingerprint)),
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


def new_run(run: Run) -> Write:
    return Write(Put(items.run_item(run)), "attribute_not_exists(pk)", conflict=superseded)


def ended_run(run: Run) -> Write:
    return Write(Put(items.run_item(run)), "attribute_not_exists(ended_at)", conflict=superseded)


def _already_decided(found: Item | None) -> LedgerConflict:
    return AlreadyDecided(items.decision_of(found)) if found else Superseded("the decision is gone")
