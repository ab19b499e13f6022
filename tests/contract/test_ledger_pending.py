"""The start that waits for the model's run: deferred, superseded by newer data, taken up."""

import pytest

from control_plane.errors import AlreadyDecided, DataAlreadyUsed, SlotTaken
from control_plane.ledger import Ledger
from control_plane.outcomes import Outcome
from control_plane.policies import Purpose
from control_plane.records import DecisionStatus
from tests.contract.looks import apply, decided, due_decisions, pending_of, slot_of
from tests.samples import (
    AT_MOST,
    SAME_DATA,
    TRAINING,
    after,
    begun,
    deferred,
    done,
    ended,
    model_spec,
    revised,
    run_of,
    skipped,
)


@pytest.fixture(autouse=True)
def _a_model(ledger: Ledger) -> None:
    apply(ledger, model_spec())


def test_deferring_waits_beside_the_run_and_claims_its_data(ledger: Ledger) -> None:
    ledger.begin(begun("d1", "f1"), None)
    ledger.defer(deferred("d2", "f2"), None)
    assert pending_of(ledger) == "d2"
    assert slot_of(ledger) == ("d1", None)
    assert ledger.data_used_by("churn", TRAINING, "f2", after()) == "d2"
    assert "d2" not in due_decisions(ledger, seconds=59)
    assert "d2" in due_decisions(ledger, seconds=60)


def test_what_waits_is_decided_whoever_decides_it_again(ledger: Ledger) -> None:
    ledger.defer(deferred("d1", "f1"), None)
    with pytest.raises(AlreadyDecided) as again:
        ledger.defer(deferred("d1", "f1"), None)
    assert again.value.decision.id == "d1"
    with pytest.raises(AlreadyDecided):
        ledger.begin(begun("d1", "f2"), None)
    assert slot_of(ledger) is None
    assert pending_of(ledger) == "d1"


def test_newer_data_takes_the_pending_place_and_the_older_gives_its_data_back(ledger: Ledger) -> None:
    ledger.defer(deferred("d1", "f1"), None)
    ledger.defer(deferred("d2", "f2"), None)
    older = decided(ledger, "d1")
    assert (older.outcome, older.status) == (Outcome.SKIPPED_SUPERSEDED, DecisionStatus.DONE)
    assert older.then is not None
    assert "d2" in older.then
    assert pending_of(ledger) == "d2"
    assert ledger.data_used_by("churn", TRAINING, "f1", after()) is None
    assert due_decisions(ledger, days=1) == ["d2"]


def test_equal_data_past_its_time_takes_the_pending_place_too(ledger: Ledger) -> None:
    ledger.defer(deferred("d1", "f1"), None)
    later = after() + SAME_DATA + AT_MOST
    ledger.defer(deferred("d2", "f1", decided_at=later), None)
    assert pending_of(ledger) == "d2"
    assert decided(ledger, "d1").outcome is Outcome.SKIPPED_SUPERSEDED
    assert ledger.data_used_by("churn", TRAINING, "f1", later) == "d2"


@pytest.mark.parametrize("purpose", Purpose)
def test_a_start_takes_the_place_of_older_data_of_its_purpose_that_waits(ledger: Ledger, purpose: Purpose) -> None:
    for number, other in enumerate(Purpose):
        ledger.defer(deferred(f"old {other}", f"f{number}", purpose=other), None)
    ledger.begin(begun("new", "f9", purpose=purpose), None)
    (left,) = set(Purpose) - {purpose}
    assert dict(ledger.model("churn").pending) == {left: f"old {left}"}
    assert slot_of(ledger) == ("new", None)
    older = decided(ledger, f"old {purpose}")
    assert (older.outcome, older.status) == (Outcome.SKIPPED_SUPERSEDED, DecisionStatus.DONE)
    assert ledger.data_used_by("churn", purpose, older.start.fingerprint, after()) is None
    assert sorted(due_decisions(ledger, days=1)) == ["new", f"old {left}"]


@pytest.mark.parametrize("force", [False, True])
def test_equal_data_that_waits_gives_way_to_a_forced_start_alone(ledger: Ledger, *, force: bool) -> None:
    ledger.defer(deferred("d1", "f1"), None)
    start = begun("d2", "f1", force=force)
    if force:
        ledger.begin(start, None)
    else:
        with pytest.raises(DataAlreadyUsed):
            ledger.begin(start, None)
    assert decided(ledger, "d1").outcome is (Outcome.SKIPPED_SUPERSEDED if force else Outcome.DEFERRED_BUSY)
    assert pending_of(ledger) == (None if force else "d1")
    assert ledger.data_used_by("churn", TRAINING, "f1", after()) == ("d2" if force else "d1")


def test_a_start_that_finds_the_slot_taken_leaves_what_waits_alone(ledger: Ledger) -> None:
    ledger.begin(begun("d0", "f0"), None)
    ledger.defer(deferred("d1", "f1"), None)
    with pytest.raises(SlotTaken):
        ledger.begin(begun("d2", "f2"), None)
    assert (pending_of(ledger), slot_of(ledger)) == ("d1", ("d0", None))
    assert decided(ledger, "d1").outcome is Outcome.DEFERRED_BUSY


def test_taking_up_moves_the_pending_decision_into_the_slot(ledger: Ledger) -> None:
    waiting = deferred("d1")
    ledger.defer(waiting, None)
    begins = revised(waiting, DecisionStatus.BEGUN, Outcome.STARTED, decided_at=after(minutes=5))
    ledger.take_up(begins)
    assert ledger.decision("d1") == begins
    assert slot_of(ledger) == ("d1", None)
    assert pending_of(ledger) is None
    assert due_decisions(ledger, minutes=5, seconds=59) == []
    assert due_decisions(ledger, minutes=6) == ["d1"]


def test_taking_up_waits_while_the_slot_is_taken(ledger: Ledger) -> None:
    waiting = deferred("d2", "f2")
    ledger.begin(begun("d1", "f1"), None)
    ledger.defer(waiting, None)
    with pytest.raises(SlotTaken):
        ledger.take_up(revised(waiting, DecisionStatus.BEGUN, Outcome.STARTED))
    assert pending_of(ledger) == "d2"
    assert decided(ledger, "d2").status is DecisionStatus.DEFERRED


def test_taking_up_twice_gets_the_record_of_the_first(ledger: Ledger) -> None:
    waiting = deferred("d1")
    ledger.defer(waiting, None)
    begins = revised(waiting, DecisionStatus.BEGUN, Outcome.STARTED)
    ledger.take_up(begins)
    with pytest.raises(AlreadyDecided) as refusal:
        ledger.take_up(begins)
    assert refusal.value.decision.status is DecisionStatus.BEGUN


def test_taking_up_what_newer_data_has_superseded_gets_its_record(ledger: Ledger) -> None:
    stale = deferred("d1", "f1")
    ledger.defer(stale, None)
    ledger.defer(deferred("d2", "f2"), None)
    with pytest.raises(AlreadyDecided) as refusal:
        ledger.take_up(revised(stale, DecisionStatus.BEGUN, Outcome.STARTED))
    assert refusal.value.decision.outcome is Outcome.SKIPPED_SUPERSEDED
    assert slot_of(ledger) is None


def test_looking_again_moves_what_waits(ledger: Ledger) -> None:
    waiting = deferred("d1")
    ledger.defer(waiting, None)
    ledger.look_again(waiting, after(minutes=5))
    assert due_decisions(ledger, minutes=4) == []
    assert due_decisions(ledger, minutes=5) == ["d1"]


def test_looking_again_at_what_is_final_does_not_bring_it_back(ledger: Ledger) -> None:
    ledger.settle(skipped("d1"), None)
    ledger.look_again(deferred("d1"), after(minutes=5))
    ledger.look_again(deferred("never written"), after(minutes=5))
    assert due_decisions(ledger, days=1) == []
    assert ledger.decision("never written") is None


def test_what_waits_goes_on_waiting_when_the_run_before_it_ends_4(ledger: Ledger) -> None:
    run = run_of(begun("d1", "f1"))
    ledger.begin(begun("d1", "f1"), None)
    ledger.complete(done(begun("d1", "f1"), run), run)
    ledger.defer(deferred("d2", "f2"), None)
    ledger.end_run(ended(run))
    assert (slot_of(ledger), pending_of(ledger)) == (None, "d2")
