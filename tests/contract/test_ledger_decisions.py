"""Decisions: begun, completed, settled; each transaction whole or not at all."""

import pytest

from control_plane.errors import AlreadyDecided, DataAlreadyUsed, SlotTaken, Superseded
from control_plane.ledger import Ledger
from control_plane.records import Decision, DecisionStatus
from tests.contract.looks import apply, decided, due_decisions, pending_of, slot_of
from tests.samples import (
    AT_MOST,
    SAME_DATA,
    TRAINING,
    after,
    begun,
    deferred,
    done,
    model_spec,
    run_of,
    skipped,
    window,
)


@pytest.fixture(autouse=True)
def _a_model(ledger: Ledger) -> None:
    apply(ledger, model_spec())


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
    apply(ledger, model_spec("other"))
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
