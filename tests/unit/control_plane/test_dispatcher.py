"""Carrying out: begun, called, done; and what losing a race leads to."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from control_plane.actions import Crown, Defer, Skip, Start
from control_plane.calls import display_name, token
from control_plane.dispatcher import Dispatcher, Subject
from control_plane.errors import CapacityExceeded, Superseded
from control_plane.outcomes import Outcome
from control_plane.records import ArrivalWindow, Decision, DecisionStatus
from tests.fakes import FakeControlPlane
from tests.samples import (
    MORNING,
    SAME_DATA,
    TRAINING,
    after,
    begun,
    deferred,
    model_spec,
    package,
    package_arn,
    route_of,
    skipped,
    start_request,
)
from tests.unit.world import new_plane, pending_of, slot_of


@pytest.fixture
def plane() -> FakeControlPlane:
    return new_plane()


def start(plane: FakeControlPlane, decision_id: str = "d1", fingerprint: str = "f1") -> Decision:
    subject = Subject(decision_id, "event", plane.ledger.model("churn"), TRAINING)
    return Dispatcher.of(plane).carry_out(Start(start_request(fingerprint), "1 object"), subject)


def test_what_is_carried_out_is_on_record_as_it_was_decided(plane: FakeControlPlane) -> None:
    decision = start(plane)
    assert plane.ledger.decision("d1") == decision
    assert (decision.outcome, decision.status, decision.because) == (
        Outcome.STARTED,
        DecisionStatus.DONE,
        "1 object",
    )
    assert decision.data_until == plane.now() + SAME_DATA
    run = plane.ledger.run(str(decision.run))
    assert run is not None
    assert (run.decision, run.fingerprint, run.started_at, run.status) == ("d1", "f1", plane.now(), None)
    assert run.look_at == plane.now() + plane.patience


def test_a_repetition_gets_the_first_ones_run_1(plane: FakeControlPlane) -> None:
    assert start(plane) == start(plane)
    assert len(plane.pipelines.started) == 1


def test_a_repetition_finishes_what_was_only_begun_1_3(plane: FakeControlPlane) -> None:
    plane.ledger.begin(begun("d1"), None)
    decision = start(plane)
    assert (decision.status, decision.run) == (DecisionStatus.DONE, plane.pipelines.started[0].arn)


@pytest.mark.parametrize("known", [deferred("d1"), skipped("d1")], ids=["deferred", "skipped"])
def test_what_was_decided_first_stands_1(plane: FakeControlPlane, known: Decision) -> None:
    if known.status is DecisionStatus.DEFERRED:
        plane.ledger.defer(known, None)
    else:
        plane.ledger.settle(known, None)
    assert start(plane) == known
    assert plane.pipelines.started == []


def test_losing_the_slot_defers_4(plane: FakeControlPlane) -> None:
    plane.ledger.begin(begun("d0", "f0"), None)
    decision = start(plane)
    assert (decision.outcome, pending_of(plane)) == (Outcome.DEFERRED_BUSY, "d1")
    assert decision.because == "1 object, but another was first"


def test_losing_the_data_skips_1(plane: FakeControlPlane) -> None:
    plane.ledger.defer(deferred("d0", "f1"), None)
    decision = start(plane)
    assert (decision.outcome, decision.request) == (Outcome.SKIPPED_SAME_DATA, None)
    assert plane.pipelines.started == []
    assert slot_of(plane) is None


def test_losing_slot_and_data_skips_1(plane: FakeControlPlane) -> None:
    plane.ledger.begin(begun("d0", "f1"), None)
    assert start(plane).outcome is Outcome.SKIPPED_SAME_DATA
    assert pending_of(plane) is None


def test_taking_up_loses_to_a_run_that_was_faster(plane: FakeControlPlane) -> None:
    waiting = deferred("d1", "f1")
    plane.ledger.begin(begun("d0", "f0"), None)
    plane.ledger.defer(waiting, None)
    assert Dispatcher.of(plane).reconsider(waiting, Start(waiting.start, "now"), plane.ledger.model("churn")) is None
    assert pending_of(plane) == "d1"


def test_taking_up_twice_makes_one_run_1(plane: FakeControlPlane) -> None:
    waiting = deferred("d1")
    plane.ledger.defer(waiting, None)
    action = Start(waiting.start, "now")
    first, second = (Dispatcher.of(plane).reconsider(waiting, action, plane.ledger.model("churn")) for _ in range(2))
    assert first == second
    assert len(plane.pipelines.started) == 1


def test_what_died_while_it_was_taken_up_is_finished_by_whoever_comes_next_1_3(plane: FakeControlPlane) -> None:
    waiting = deferred("d1")
    plane.ledger.defer(waiting, None)
    plane.ledger.take_up(begun("d1"))
    decision = Dispatcher.of(plane).reconsider(waiting, Start(waiting.start, "now"), plane.ledger.model("churn"))
    assert decision is not None
    assert (decision.status, decision.run) == (DecisionStatus.DONE, plane.pipelines.started[0].arn)


def test_a_start_without_capacity_gives_way_to_newer_data_and_says_so(plane: FakeControlPlane) -> None:
    plane.ledger.begin(begun("d1", "f1"), None)
    plane.ledger.defer(deferred("d2", "f2"), None)
    plane.pipelines.unavailable = CapacityExceeded("full")
    decision = start(plane)
    assert decision == plane.ledger.decision("d1")
    assert decision.outcome is Outcome.SKIPPED_SUPERSEDED


def test_a_skip_writes_what_it_is_about(plane: FakeControlPlane) -> None:
    subject = Subject("d1", "event", plane.ledger.model("churn"), TRAINING)
    Dispatcher.of(plane).carry_out(Skip(Outcome.SKIPPED_NO_DATA, "nothing there"), subject)
    record = plane.ledger.decision("d1")
    assert record is not None
    assert (record.outcome, record.because, record.purpose) == (Outcome.SKIPPED_NO_DATA, "nothing there", TRAINING)
    assert (record.status, record.fingerprint, record.request) == (DecisionStatus.DONE, None, None)


@pytest.mark.parametrize("decision_id", ["d", "d" * 300])
def test_a_token_is_one_decisions_own_and_fits_sagemaker_1(decision_id: str) -> None:
    assert token(decision_id) == token(decision_id) != token(f"{decision_id}x")
    assert len(token(decision_id)) == 64


def test_a_long_name_keeps_its_end_where_the_time_is() -> None:
    name: Any = display_name(f"{'m' * 100}-training-20261121T090000000000Z")
    assert len(name) == 82
    assert name.endswith("-training-20261121T090000000000Z")


def test_a_name_that_is_cut_at_a_hyphen_begins_after_it() -> None:
    assert display_name(f"m-X{'y' * 80}") == f"X{'y' * 80}"  # SageMaker takes none that begins with one


WAITED = deferred("d1", outcome=Outcome.SKIPPED_COOLDOWN, until=after(hours=12))


def test_what_begins_after_a_wait_is_looked_at_within_a_minute_and_not_at_the_waits_end_4(
    plane: FakeControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    plane.ledger.defer(WAITED, None)
    monkeypatch.setattr(plane.ledger, "complete", lambda *_: None)  # as if it died there
    Dispatcher.of(plane).reconsider(WAITED, Start(WAITED.start, "it is over"), plane.ledger.model("churn"))
    assert [item for item in plane.ledger.due(after(minutes=1)) if isinstance(item, Decision)] == [
        plane.ledger.decision("d1")
    ]


def test_a_start_without_capacity_is_tried_again_in_a_minute_whatever_it_waited_for_before(
    plane: FakeControlPlane,
) -> None:
    plane.ledger.defer(WAITED, None)
    plane.pipelines.unavailable = CapacityExceeded("full")
    decision = Dispatcher.of(plane).reconsider(WAITED, Start(WAITED.start, "it is over"), plane.ledger.model("churn"))
    assert decision is not None
    assert (decision.outcome, decision.until) == (Outcome.DEFERRED_CAPACITY, None)
    assert plane.ledger.due(after(seconds=59)) == []
    assert plane.ledger.due(after(minutes=1)) == [decision]


def test_another_cause_to_wait_is_written_down_and_the_same_is_not(plane: FakeControlPlane) -> None:
    plane.ledger.defer(WAITED, None)
    dispatcher = Dispatcher.of(plane)
    same = Defer(WAITED.start, Outcome.SKIPPED_COOLDOWN, "still cooling", after(hours=12))
    model = plane.ledger.model("churn")
    assert dispatcher.reconsider(WAITED, same, model) is None
    assert plane.ledger.decision("d1") == WAITED
    plane.wait(timedelta(hours=1))
    longer = dispatcher.reconsider(WAITED, replace(same, until=after(hours=24)), model)
    assert longer is not None
    assert (longer.outcome, longer.until, longer.status) == (
        Outcome.SKIPPED_COOLDOWN,
        after(hours=24),
        DecisionStatus.DEFERRED,
    )
    other = dispatcher.reconsider(longer, Defer(WAITED.start, Outcome.DEFERRED_BUSY, "a run is under way"), model)
    assert other is not None
    assert (other.outcome, other.until, other.then) == (Outcome.DEFERRED_BUSY, None, "a run is under way")
    assert (other.because, plane.ledger.decision("d1")) == (WAITED.because, other)


def crowning(number: int) -> Crown:
    return Crown(package(number), Outcome.CHAMPION_CHANGED, "approved", chosen_at=MORNING)


def test_a_new_champion_remembers_those_before_it_and_going_back_forgets_those_after(plane: FakeControlPlane) -> None:
    def crown(number: int, decision_id: str) -> tuple[str, ...]:
        subject = Subject(decision_id, "event", plane.ledger.model("churn"))
        Dispatcher.of(plane).carry_out(crowning(number), subject)
        king = plane.ledger.model("churn").champion
        assert king is not None
        return (king.package, *king.earlier)

    assert crown(1, "d1") == (package_arn(1),)
    assert crown(2, "d2") == (package_arn(2), package_arn(1))
    assert crown(3, "d3") == (package_arn(3), package_arn(2), package_arn(1))
    assert crown(2, "d4") == (package_arn(2), package_arn(1))
    assert crown(4, "d5") == (package_arn(4), package_arn(2), package_arn(1))
    assert crown(4, "d5") == (package_arn(4), package_arn(2), package_arn(1)), "a repetition changes nothing"
    for number in range(5, 20):
        line = crown(number, f"more {number}")
    assert line == tuple(package_arn(number) for number in range(19, 8, -1))


def test_crowning_against_a_champion_that_is_gone_is_refused(plane: FakeControlPlane) -> None:
    stale = plane.ledger.model("churn")
    Dispatcher.of(plane).carry_out(crowning(1), Subject("d1", "event", stale))
    with pytest.raises(Superseded):
        Dispatcher.of(plane).carry_out(crowning(2), Subject("d2", "e", stale))
    assert plane.ledger.decision("d2") is None


def test_a_forced_decision_says_on_whose_word(plane: FakeControlPlane) -> None:
    subject = Subject("d1", "event", plane.ledger.model("churn"), TRAINING, actor="ada", force=True)
    decision = Dispatcher.of(plane).carry_out(Start(start_request(), "ada asks"), subject)
    assert (decision.actor, decision.force) == ("ada", True)
    assert plane.ledger.decision("d1") == decision


def test_a_window_counts_for_its_arrivals(plane: FakeControlPlane) -> None:
    plane.ledger.note_arrivals(route_of(model_spec()), first_event="e", arrivals=7, complete=True, now=plane.now())
    (found,) = plane.ledger.due(plane.now())
    assert isinstance(found, ArrivalWindow)
    subject = Subject("d1", "event", plane.ledger.model("churn"), TRAINING, plane.ledger.seal(found, plane.now()))
    assert Dispatcher.of(plane).note(Outcome.SKIPPED_NO_DATA, "nothing", subject).events == 7
