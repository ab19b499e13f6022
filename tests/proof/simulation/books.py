"""What the ledger must hold whenever no call is under way: nothing lost, nothing held for nothing (2, 4, 6)."""

from control_plane.records import Decision, DecisionStatus
from pointsman.rehearsal.rows import Rows, due_key, pending_place, slot_of
from tests.proof.simulation.promise import promise


def check_books(rows: Rows) -> None:
    """What waits stands in its place, what is under way in its slot, and a tick will look at each."""
    for decision in rows.decisions.values():
        if decision.status is not DecisionStatus.DONE:
            _waits_or_is_under_way(decision, rows)
    for place, waiting in rows.pending.items():
        kept = rows.decisions[waiting].status is DecisionStatus.DEFERRED
        promise(kept, f"4: {waiting}, which is over, waits as {'/'.join(place)}")
    for place, slot in rows.slots.items():
        promise(_is_under_way(slot.decision, rows), f"4: {place[0]}'s slot is held by {slot.decision}, which is over")
    for window in rows.windows.values():
        promise(due_key(window) in rows.due, f"2: nobody will look at window {window.id}")
    for model in rows.specs:
        promise(("model", model) in rows.due, f"6: nobody will look after {model}")


def _waits_or_is_under_way(decision: Decision, rows: Rows) -> None:
    promise(due_key(decision) in rows.due, f"2: nobody will look at {decision.id}, which is {decision.status}")
    if decision.status is DecisionStatus.DEFERRED:
        waits = rows.pending.get(pending_place(decision.asked))
        promise(waits == decision.id, f"4: {decision.id} is to wait, and its place has {waits}")
    else:
        slot = rows.slots.get(slot_of(decision.asked))
        promise(slot and slot.decision == decision.id, f"4: {decision.id} has begun without its slot")


def _is_under_way(decision_id: str, rows: Rows) -> bool:
    decision = rows.decisions[decision_id]
    if decision.status is DecisionStatus.BEGUN:
        return True
    run, deployment = rows.runs.get(decision.run or ""), rows.deployments.get(decision_id)
    if run and run.status is None:
        return due_key(run) in rows.due
    return deployment is not None and deployment.outcome is None and due_key(deployment) in rows.due
