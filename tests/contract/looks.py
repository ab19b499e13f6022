"""Looks at a ledger that has one model."""

from control_plane.ledger import Ledger
from control_plane.models import ModelSpec
from control_plane.records import Decision
from tests.samples import MORNING, TRAINING, after


def slot_of(ledger: Ledger) -> tuple[str, str | None] | None:
    slot = ledger.model("churn").slot
    return (slot.decision, slot.run) if slot else None


def pending_of(ledger: Ledger) -> str | None:
    return ledger.model("churn").pending.get(TRAINING)


def decided(ledger: Ledger, decision_id: str) -> Decision:
    decision = ledger.decision(decision_id)
    assert decision is not None
    return decision


def due_decisions(ledger: Ledger, **duration: float) -> list[str]:
    return [item.id for item in ledger.due(after(**duration)) if isinstance(item, Decision)]


def apply(ledger: Ledger, spec: ModelSpec) -> None:
    """The model itself is not due before all else is."""
    ledger.apply(spec, MORNING)
    ledger.looked_after(ledger.model(spec.model), {}, heard_until=MORNING, again=after(days=10_000))
