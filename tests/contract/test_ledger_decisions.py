"""Decisions: begun, done, deferred, taken up, superseded, refused; each transaction whole or not at all."""

import pytest

from control_plane.errors import AlreadyDecided, DataAlreadyUsed, SlotTaken, Superseded
from control_plane.ledger import Ledger
from control_plane.outcomes import Outcome
from control_plane.records import Decision, DecisionStatus
from tests.samples import (
    AT_MOST,
    SAME_DATA,
    TRAINING,
    after,
    begun,
    deferred,
    done,
    model_spec,
    revised,
    run_of,
    skipped,
    window,
)


@pytest.fixture(autouse=True)
def _a_model(ledger: Ledger) -> None:
    ledger.apply(model_spec())


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


def test_beginning_takes_the_slot_and_claims_the_data(ledger: Ledger) -> None:
    decision = begun("d1", "f1")
    ledger.begin(decision, None)
    assert ledger.decision("d1") == decision
    assert slot_of(ledger) == ("d1", None)
    assert ledger.data_used_by("churn", TRAINING, "f1", after()) == "d1"
    assert ledger.data_used_by("churn", TRAINING, "f2", after()) is None
    assert ledger.data_used_by("other", TRAINING, "f1", after()) is None


def test_an_unknown_decision_is_none(ledger: Ledger) -> None:
    assert ledger.decision("nothing") is None


def test_what_was_begun_is_looked_at_a_minute_later(ledger: Ledger) -> None:
    ledger.begin(begun("d1"), None)
    assert due_decisions(ledger, seconds=59) == []
    assert due_decisions(ledger, seconds=60) == ["d1"]


def test_a_decision_begins_once_and_the_second_gets_its_record(ledger: Ledger) -> None:
    first = begun("d1", because="the first")
    ledger.begin(first, None)
    with pytest.raises(AlreadyDecided) as refusal:
        ledger.begin(begun("d1", because="the second"), None)
    assert refusal.value.decision == first


@pytest.mark.parametrize("again", [begun("d1"), deferred("d1", "f2"), skipped("d1")], ids=["begin", "defer", "settle"])
def test_a_decision_that_is_final_stays(ledger: Ledger, again: Decision) -> None:
    ledger.settle(skipped("d1", because="the first"), None)
    ways = {
        DecisionStatus.BEGUN: ledger.begin,
        DecisionStatus.DEFERRED: ledger.defer,
        DecisionStatus.DONE: ledger.settle,
    }
    with pytest.raises(AlreadyDecided) as refusal:
        ways[again.status](again, None)
    assert refusal.value.decision.because == "the first"
    assert slot_of(ledger) is None
    assert pending_of(ledger) is None


def test_a_second_run_finds_the_slot_taken_and_writes_nothing(ledger: Ledger) -> None:
    ledger.begin(begun("d1", "f1"), None)
    with pytest.raises(SlotTaken):
        ledger.begin(begun("d2", "f2"), None)
    assert ledger.decision("d2") is None
    assert ledger.data_used_by("churn", TRAINING, "f2", after()) is None


def test_models_have_slots_of_their_own(ledger: Ledger) -> None:
    ledger.apply(model_spec("other"))
    ledger.begin(begun("d1"), None)
    ledger.begin(begun("d2", model="other"), None)
    assert ledger.model("other").slot is not None


@pytest.mark.parametrize("how", ["begin", "defer"])
def test_data_is_used_once(ledger: Ledger, how: str) -> None:
    first = begun("d1", "f1")
    ledger.begin(first, None)
    ledger.complete(done(first, run_of(first)), run_of(first))
    ledger.end_run(run_of(first).model_copy(update={"status": "Succeeded", "ended_at": after(minutes=1)}))
    carry_out, decision = (ledger.begin, begun("d2", "f1")) if how == "begin" else (ledger.defer, deferred("d2", "f1"))
    with pytest.raises(DataAlreadyUsed):
        carry_out(decision, None)
    assert ledger.decision("d2") is None
    assert slot_of(ledger) is None
    assert pending_of(ledger) is None


def test_data_may_be_used_again_after_its_time(ledger: Ledger) -> None:
    ledger.defer(deferred("d1", "f1"), None)
    later = after() + SAME_DATA
    assert ledger.data_used_by("churn", TRAINING, "f1", later) == "d1"
    later += AT_MOST
    assert ledger.data_used_by("churn", TRAINING, "f1", later) is None
    ledger.begin(begun("d2", "f1", decided_at=later), None)
    assert ledger.data_used_by("churn", TRAINING, "f1", later) == "d2"


def test_a_window_that_is_gone_stops_the_decision(ledger: Ledger) -> None:
    with pytest.raises(Superseded):
        ledger.begin(begun("d1"), window("gone"))
    assert ledger.decision("d1") is None
    assert slot_of(ledger) is None


def test_completing_ties_the_run_to_decision_and_slot(ledger: Ledger) -> None:
    decision = begun("d1")
    run = run_of(decision)
    ledger.begin(decision, None)
    ledger.complete(done(decision, run), run)
    assert decided(ledger, "d1").status is DecisionStatus.DONE
    assert decided(ledger, "d1").run == run.arn
    assert ledger.run(run.arn) == run
    assert slot_of(ledger) == ("d1", run.arn)
    assert due_decisions(ledger, days=1) == []


def test_completing_again_changes_nothing(ledger: Ledger) -> None:
    decision = begun("d1")
    run = run_of(decision)
    ledger.begin(decision, None)
    ledger.complete(done(decision, run), run)
    ledger.complete(done(decision, run), run.model_copy(update={"started_at": after(hours=1)}))
    assert ledger.run(run.arn) == run
    assert slot_of(ledger) == ("d1", run.arn)


def test_completing_what_was_not_begun_is_refused(ledger: Ledger) -> None:
    waiting = deferred("d1")
    ledger.defer(waiting, None)
    with pytest.raises(Superseded):
        ledger.complete(done(waiting, run_of(waiting)), run_of(waiting))
    assert ledger.run(run_of(waiting).arn) is None


def test_deferring_waits_beside_the_run_and_claims_its_data(ledger: Ledger) -> None:
    ledger.begin(begun("d1", "f1"), None)
    ledger.defer(deferred("d2", "f2"), None)
    assert pending_of(ledger) == "d2"
    assert slot_of(ledger) == ("d1", None)
    assert ledger.data_used_by("churn", TRAINING, "f2", after()) == "d2"
    assert "d2" not in due_decisions(ledger, seconds=59)
    assert "d2" in due_decisions(ledger, seconds=60)


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


def test_superseding_leaves_data_alone_that_somebody_else_has_claimed_since(ledger: Ledger) -> None:
    ledger.defer(deferred("d1", "f1"), None)
    later = after() + SAME_DATA + AT_MOST
    ledger.begin(begun("d2", "f1", decided_at=later), None)
    ledger.defer(deferred("d3", "f3", decided_at=later), None)
    assert pending_of(ledger) == "d3"
    assert ledger.data_used_by("churn", TRAINING, "f1", later) == "d2"


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
