"""A request for a run through the room."""

from datetime import timedelta
from typing import Any

import pytest

from control_plane.errors import InvalidEvent
from control_plane.outcomes import Outcome
from control_plane.records import Paused
from on_request import handler as room
from tests.fakes import FakeControlPlane
from tests.samples import EVALUATION, TRAINING, run_requested
from tests.unit.world import ask, end, judged_plane, put, slot_of, tick

LOOKED_AT = timedelta(minutes=1)


@pytest.fixture
def plane(monkeypatch: pytest.MonkeyPatch) -> FakeControlPlane:
    plane = judged_plane()
    put(plane.objects, "churn/training/a.csv", "churn/evaluation/b.csv")
    monkeypatch.setattr(room, "control_plane", lambda: plane)
    return plane


def test_what_is_asked_for_is_done_and_says_who_asked_and_why(plane: FakeControlPlane) -> None:
    assert room.handler(run_requested("e1"), None) == {"decisions": {"request-e1": Outcome.STARTED}}
    decision = plane.ledger.decision("request-e1")
    assert decision is not None
    assert (decision.actor, decision.force, decision.because) == ("ada", False, "ada asks: new labels")
    assert [execution.request.purpose for execution in plane.pipelines.started] == [TRAINING]


def test_an_evaluation_can_be_asked_for(plane: FakeControlPlane) -> None:
    assert ask(plane, purpose="evaluation").purpose is EVALUATION
    assert [execution.request.purpose for execution in plane.pipelines.started] == [EVALUATION]


def test_a_repeated_request_finds_its_decision_even_if_forced_1(plane: FakeControlPlane) -> None:
    assert ask(plane, "e1", force=True) == ask(plane, "e1", force=True)
    assert len(plane.pipelines.started) == 1


def test_a_forced_request_trains_on_the_same_data_again_and_is_on_record_as_forced(plane: FakeControlPlane) -> None:
    end(plane, str(ask(plane, "e1").run))
    assert ask(plane, "e2").outcome is Outcome.SKIPPED_SAME_DATA
    forced = ask(plane, "e3", force=True, actor="bob")
    assert (forced.outcome, forced.force, forced.actor) == (Outcome.STARTED, True, "bob")
    assert len(plane.pipelines.started) == 2


def test_a_forced_request_of_a_busy_model_waits_and_then_passes_the_policies(plane: FakeControlPlane) -> None:
    first = ask(plane, "e1")
    waiting = ask(plane, "e2", force=True)
    assert waiting.outcome is Outcome.DEFERRED_BUSY
    plane.ledger.pause("churn", Paused(by="bob", why="holidays", since=plane.now()))
    (started,) = end(plane, str(first.run))
    assert (started.id, started.outcome, started.force) == (waiting.id, Outcome.STARTED, True)


def test_a_paused_models_request_waits_until_it_is_resumed(plane: FakeControlPlane) -> None:
    plane.ledger.pause("churn", Paused(by="bob", why="holidays", since=plane.now()))
    waiting = ask(plane)
    assert waiting.outcome is Outcome.SKIPPED_PAUSED
    assert slot_of(plane) is None
    plane.ledger.resume("churn")
    plane.wait(LOOKED_AT)
    (started,) = tick(plane)
    assert (started.id, started.outcome) == (waiting.id, Outcome.STARTED)


def test_forcing_what_waits_anyway_trains_on_it_once_1(plane: FakeControlPlane) -> None:
    plane.ledger.pause("churn", Paused(by="bob", why="holidays", since=plane.now()))
    waiting = ask(plane, "e1")
    forced = ask(plane, "e2", force=True)
    assert forced.outcome is Outcome.STARTED
    end(plane, str(forced.run))
    plane.ledger.resume("churn")
    plane.wait(LOOKED_AT)
    assert tick(plane) == []
    assert len(plane.pipelines.started) == 1
    gone = plane.ledger.decision(waiting.id)
    assert gone is not None
    assert gone.outcome is Outcome.SKIPPED_SUPERSEDED


def test_nobodys_model_is_skipped_2(plane: FakeControlPlane) -> None:
    decision = ask(plane, model="nobody")
    assert (decision.outcome, decision.model) == (Outcome.SKIPPED_NO_MODEL, None)
    assert plane.ledger.decision("request-e1") == decision


@pytest.mark.parametrize(
    "changes",
    [{"why": ""}, {"why": "x" * 501}, {"actor": ""}, {"actor": None}, {"purpose": "deploy"}, {"force": "perhaps"}],
)
def test_a_request_that_cannot_be_read_is_refused_so_that_it_ends_as_a_dead_letter_2(
    plane: FakeControlPlane, changes: dict[str, Any]
) -> None:
    with pytest.raises(InvalidEvent):
        room.handler(run_requested(**changes), None)
    assert plane.ledger.decision("request-e1") is None
