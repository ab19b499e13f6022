"""Waits with an end, pauses, and decisions that were forced."""

from datetime import timedelta

import pytest

from control_plane.errors import DataAlreadyUsed, SlotTaken, Superseded, UnknownModel
from control_plane.ledger import Ledger
from control_plane.outcomes import Outcome
from control_plane.records import DecisionStatus, Paused
from tests.contract.looks import apply, decided, due_decisions, pending_of, slot_of
from tests.samples import (
    EVALUATION,
    MORNING,
    TRAINING,
    after,
    begun,
    deferred,
    done,
    ended,
    evaluated_spec,
    revised,
    run_of,
    skipped,
)

PAUSED = Paused(by="ada", why="the labels are wrong", since=MORNING)
COOLING = deferred("d1", outcome=Outcome.SKIPPED_COOLDOWN, until=after(hours=12))


@pytest.fixture(autouse=True)
def _a_model(ledger: Ledger) -> None:
    apply(ledger, evaluated_spec())


def test_a_wait_with_an_end_is_looked_at_then_and_no_earlier(ledger: Ledger) -> None:
    ledger.defer(COOLING, None)
    assert decided(ledger, "d1") == COOLING
    assert due_decisions(ledger, hours=11, minutes=59) == []
    assert due_decisions(ledger, hours=12) == ["d1"]


def test_waiting_on_moves_the_end_and_says_why(ledger: Ledger) -> None:
    ledger.defer(COOLING, None)
    longer = COOLING.model_copy(update={"until": after(hours=20), "then": "frozen"})
    ledger.keep_waiting(longer)
    assert decided(ledger, "d1") == longer
    assert due_decisions(ledger, hours=19) == []
    assert due_decisions(ledger, hours=20) == ["d1"]
    assert pending_of(ledger) == "d1"
    assert ledger.data_used_by("churn", TRAINING, "f1", after()) == "d1"


def test_waiting_on_without_an_end_is_looked_at_within_a_minute(ledger: Ledger) -> None:
    ledger.defer(COOLING, None)
    ledger.keep_waiting(COOLING.model_copy(update={"until": None, "decided_at": after(hours=1)}))
    assert due_decisions(ledger, minutes=60) == []
    assert due_decisions(ledger, minutes=61) == ["d1"]


def test_only_what_waits_can_wait_on(ledger: Ledger) -> None:
    with pytest.raises(Superseded):
        ledger.keep_waiting(COOLING)
    ledger.settle(skipped("d1"), None)
    with pytest.raises(Superseded):
        ledger.keep_waiting(COOLING)
    assert decided(ledger, "d1") == skipped("d1")


def test_what_was_taken_up_does_not_wait_on(ledger: Ledger) -> None:
    ledger.defer(COOLING, None)
    begins = revised(COOLING, DecisionStatus.BEGUN, Outcome.STARTED, until=None)
    ledger.take_up(begins)
    with pytest.raises(Superseded):
        ledger.keep_waiting(COOLING)
    assert decided(ledger, "d1") == begins
    assert due_decisions(ledger, seconds=60) == ["d1"]


def test_purposes_wait_beside_each_other_and_share_the_slot(ledger: Ledger) -> None:
    ledger.defer(deferred("d1", "f1"), None)
    ledger.defer(deferred("d2", "f1", purpose=EVALUATION), None)
    assert dict(ledger.model("churn").pending) == {TRAINING: "d1", EVALUATION: "d2"}
    ledger.take_up(revised(deferred("d2", "f1", purpose=EVALUATION), DecisionStatus.BEGUN, Outcome.STARTED))
    assert dict(ledger.model("churn").pending) == {TRAINING: "d1"}
    with pytest.raises(SlotTaken):
        ledger.take_up(revised(deferred("d1", "f1"), DecisionStatus.BEGUN, Outcome.STARTED))


def test_a_pause_says_who_and_why_until_it_is_lifted(ledger: Ledger) -> None:
    assert ledger.model("churn").paused is None
    ledger.pause("churn", PAUSED)
    assert ledger.model("churn").paused == PAUSED
    again = PAUSED.model_copy(update={"by": "bob", "since": after(minutes=1)})
    ledger.pause("churn", again)
    assert ledger.model("churn").paused == again
    for _ in range(2):
        ledger.resume("churn")
        assert ledger.model("churn").paused is None


def test_a_pause_outlasts_a_new_spec_and_stops_nothing_by_itself(ledger: Ledger) -> None:
    ledger.begin(begun("d1"), None)
    ledger.pause("churn", PAUSED)
    apply(ledger, evaluated_spec(changes={"policy.same_data": "7d"}))
    assert ledger.model("churn").paused == PAUSED
    assert slot_of(ledger) == ("d1", None)


def test_nobodys_model_can_be_paused_or_resumed(ledger: Ledger) -> None:
    with pytest.raises(UnknownModel, match="nobody"):
        ledger.pause("nobody", PAUSED)
    with pytest.raises(UnknownModel, match="nobody"):
        ledger.resume("nobody")
    with pytest.raises(UnknownModel):
        ledger.model("nobody")


def trained(ledger: Ledger) -> None:
    """A run on f1 has succeeded."""
    decision = begun("d1", "f1")
    run = run_of(decision)
    ledger.begin(decision, None)
    ledger.complete(done(decision, run), run)
    ledger.end_run(ended(run))


@pytest.mark.parametrize("how", ["begin", "defer"])
def test_a_forced_decision_takes_the_data_over(ledger: Ledger, how: str) -> None:
    trained(ledger)
    carry_out, make = (ledger.begin, begun) if how == "begin" else (ledger.defer, deferred)
    with pytest.raises(DataAlreadyUsed):
        carry_out(make("d2", "f1"), None)
    forced = make("d2", "f1", force=True, actor="ada")
    carry_out(forced, None)
    assert decided(ledger, "d2") == forced
    assert ledger.data_used_by("churn", TRAINING, "f1", after()) == "d2"
    with pytest.raises(DataAlreadyUsed):
        ledger.defer(deferred("d3", "f1"), None)


def test_force_takes_no_slot_from_a_run_1(ledger: Ledger) -> None:
    ledger.begin(begun("d1", "f1"), None)
    with pytest.raises(SlotTaken):
        ledger.begin(begun("d2", "f1", force=True), None)
    assert ledger.data_used_by("churn", TRAINING, "f1", after()) == "d1"
    assert slot_of(ledger) == ("d1", None)


def test_a_forced_start_takes_the_place_of_one_that_waits_with_the_same_data(ledger: Ledger) -> None:
    ledger.defer(COOLING, None)
    ledger.defer(deferred("d2", "f1", force=True), None)
    assert pending_of(ledger) == "d2"
    assert decided(ledger, "d1").outcome is Outcome.SKIPPED_SUPERSEDED
    assert ledger.data_used_by("churn", TRAINING, "f1", after()) == "d2"


def test_the_failure_of_the_first_run_leaves_the_data_with_who_forced_it(ledger: Ledger) -> None:
    decision = begun("d1", "f1")
    run = run_of(decision)
    ledger.begin(decision, None)
    ledger.complete(done(decision, run), run)
    ledger.defer(deferred("d2", "f1", force=True), None)
    ledger.end_run(ended(run, "Failed"))
    assert slot_of(ledger) is None
    assert pending_of(ledger) == "d2"
    assert ledger.data_used_by("churn", TRAINING, "f1", after()) == "d2"


def test_what_is_due_now_comes_before_what_waits_longer(ledger: Ledger) -> None:
    ledger.defer(COOLING, None)
    ledger.defer(deferred("d2", "f2", purpose=EVALUATION, decided_at=after(hours=1)), None)
    assert due_decisions(ledger, hours=12) == ["d2", "d1"]
    ledger.look_again(COOLING, after() + timedelta(minutes=1))
    assert due_decisions(ledger, hours=12) == ["d1", "d2"]
