"""Begun decisions that come to nothing: postponed, superseded meanwhile, refused."""

import pytest

from control_plane.errors import Superseded
from control_plane.ledger import Ledger
from control_plane.outcomes import Outcome
from control_plane.records import Decision, DecisionStatus
from tests.contract.looks import apply
from tests.samples import AT_MOST, SAME_DATA, TRAINING, after, begun, deferred, model_spec, revised


@pytest.fixture(autouse=True)
def _a_model(ledger: Ledger) -> None:
    apply(ledger, model_spec())


def postponed(decision: Decision) -> Decision:
    return revised(decision, DecisionStatus.DEFERRED, Outcome.DEFERRED_CAPACITY)


def refused(decision: Decision) -> Decision:
    return revised(decision, DecisionStatus.DONE, Outcome.REFUSED, then="no such pipeline")


def test_postponing_gives_the_slot_back_and_keeps_the_data(ledger: Ledger) -> None:
    decision = begun("d1", "f1")
    ledger.begin(decision, None)
    assert ledger.postpone(postponed(decision)) == postponed(decision)
    model = ledger.model("churn")
    assert model.slot is None
    assert dict(model.pending) == {TRAINING: "d1"}
    assert ledger.decision("d1") == postponed(decision)
    assert ledger.data_used_by("churn", TRAINING, "f1", after()) == "d1"
    assert ledger.due(after(seconds=59)) == []
    assert ledger.due(after(seconds=60)) == [postponed(decision)]


def test_what_waits_already_goes_first_when_a_start_is_postponed(ledger: Ledger) -> None:
    decision = begun("d1", "f1")
    ledger.begin(decision, None)
    ledger.defer(deferred("d2", "f2"), None)
    recorded = ledger.postpone(postponed(decision))
    model, older = ledger.model("churn"), ledger.decision("d1")
    assert recorded == older
    assert model.slot is None
    assert dict(model.pending) == {TRAINING: "d2"}
    assert older is not None
    assert (older.outcome, older.status) == (Outcome.SKIPPED_SUPERSEDED, DecisionStatus.DONE)
    assert ledger.data_used_by("churn", TRAINING, "f1", after()) is None


def test_refusing_gives_slot_and_data_back(ledger: Ledger) -> None:
    decision = begun("d1", "f1")
    ledger.begin(decision, None)
    ledger.refuse(refused(decision))
    assert ledger.decision("d1") == refused(decision)
    assert ledger.model("churn").slot is None
    assert ledger.data_used_by("churn", TRAINING, "f1", after()) is None
    assert ledger.due(after(days=1)) == []


def test_refusing_leaves_data_alone_that_somebody_else_has_claimed_since(ledger: Ledger) -> None:
    decision = begun("d1", "f1")
    ledger.begin(decision, None)
    later = after() + SAME_DATA + AT_MOST
    ledger.defer(deferred("d2", "f1", decided_at=later), None)
    ledger.refuse(refused(decision))
    assert ledger.model("churn").slot is None
    assert ledger.data_used_by("churn", TRAINING, "f1", later) == "d2"


@pytest.mark.parametrize("how", ["postpone", "refuse"])
def test_only_a_begun_decision_can_be_set_back(ledger: Ledger, how: str) -> None:
    decision = begun("d1", "f1")
    ledger.begin(decision, None)
    ledger.refuse(refused(decision))
    ledger.begin(begun("d2", "f2"), None)
    set_back, again = (
        (ledger.postpone, postponed(decision)) if how == "postpone" else (ledger.refuse, refused(decision))
    )
    with pytest.raises(Superseded):
        set_back(again)
    model = ledger.model("churn")
    assert model.slot is not None
    assert model.slot.decision == "d2"
    assert ledger.decision("d1") == refused(decision)
