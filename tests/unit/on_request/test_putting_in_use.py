"""A version is asked for, or the one before, through the room: who asked is on record, and it happens once."""

from datetime import timedelta
from typing import Any

import pytest

from control_plane.errors import InvalidEvent
from control_plane.events.requests import parse_request
from control_plane.outcomes import Outcome
from control_plane.records import Decision, DecisionStatus, Paused
from on_endpoint.handler import handle as on_endpoint
from on_request import handler as room
from on_request.handler import handle
from tests.fakes import FakeControlPlane
from tests.samples import deployed_spec, evaluated_spec, ours, package_arn
from tests.unit.world import MOMENT, apply, champion_of, decide_approval, tick

ENDPOINT = "churn-prod"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def plane() -> FakeControlPlane:
    """Version 2 is champion after version 1; version 3 waits for approval."""
    plane = FakeControlPlane()
    apply(plane, deployed_spec())
    for _ in range(3):
        plane.registry.register("churn")
    for version in (1, 2):
        decide_approval(plane, package_arn(version))
        arrive(plane)
    return plane


def arrive(plane: FakeControlPlane) -> list[Outcome]:
    plane.wait(timedelta(minutes=3))
    plane.endpoints.settle(ENDPOINT)
    return [decision.outcome for decision in on_endpoint(ENDPOINT, plane)[1]]


def deployment(version: int, event_id: str = "e1", **changes: Any) -> dict[str, Any]:
    asked = {"model": "churn", "package_arn": package_arn(version), "why": "it's better", "actor": "ada"}
    return ours("Deployment Requested", event_id, asked | changes)


def rollback(event_id: str = "e1", **changes: Any) -> dict[str, Any]:
    return ours("Rollback Requested", event_id, {"model": "churn", "why": "complaints", "actor": "ada"} | changes)


def ask(plane: FakeControlPlane, event: dict[str, Any]) -> Decision:
    plane.wait(MOMENT)
    return handle(parse_request(event), plane)


def asked(plane: FakeControlPlane) -> list[int]:
    return [int(request.package.rpartition("/")[2]) for request in plane.endpoints.asked]


def test_who_asked_and_why_is_on_record(plane: FakeControlPlane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "control_plane", lambda: plane)
    assert room.handler(deployment(1), None) == {"decisions": {"request-e1": Outcome.DEPLOYING}}
    decision = plane.ledger.decision("request-e1")
    assert decision is not None
    assert (decision.actor, decision.force, decision.because) == ("ada", False, "ada asks: it's better")
    assert arrive(plane) == [Outcome.CHAMPION_CHANGED]
    assert champion_of(plane) == package_arn(1)


@pytest.mark.parametrize("event", [deployment(1, force=True), rollback()], ids=["deployment", "rollback"])
def test_a_repetition_finds_its_decision_whatever_has_come_of_it_1(
    plane: FakeControlPlane, event: dict[str, Any]
) -> None:
    first = ask(plane, event)
    assert ask(plane, event) == first
    arrive(plane)
    assert ask(plane, event) == first
    assert asked(plane) == [1, 2, 1]


@pytest.mark.parametrize("event", [deployment(9), rollback(package_arn=package_arn(9))])
def test_a_version_that_is_not_in_the_registry_is_not_approved(plane: FakeControlPlane, event: dict[str, Any]) -> None:
    decision = ask(plane, event)
    assert (decision.outcome, decision.actor) == (Outcome.SKIPPED_NOT_APPROVAL, "ada")
    assert package_arn(9) in decision.because


@pytest.mark.parametrize("event", [deployment(1, model="nobody"), rollback(model="nobody")])
def test_a_model_that_nobody_applied_is_none(plane: FakeControlPlane, event: dict[str, Any]) -> None:
    assert ask(plane, event).outcome is Outcome.SKIPPED_NO_MODEL


def test_a_paused_models_deployment_waits_unless_it_is_forced(plane: FakeControlPlane) -> None:
    plane.ledger.pause("churn", Paused(by="bob", why="holidays", since=plane.now()))
    waiting = ask(plane, deployment(1, "e1"))
    assert (waiting.outcome, waiting.status) == (Outcome.SKIPPED_PAUSED, DecisionStatus.DEFERRED)
    forced = ask(plane, deployment(1, "e2", force=True))
    assert forced.outcome is Outcome.SKIPPED_ALREADY_DEPLOYING
    plane.registry.set_approval(package_arn(3), "Approved")
    other = ask(plane, deployment(3, "e3", force=True))
    assert (other.outcome, other.force) == (Outcome.DEPLOYING, True)
    gone = plane.ledger.decision(waiting.id)
    assert gone is not None
    assert gone.outcome is Outcome.SKIPPED_SUPERSEDED


def test_what_waits_for_a_pause_goes_ahead_when_it_ends(plane: FakeControlPlane) -> None:
    plane.ledger.pause("churn", Paused(by="bob", why="holidays", since=plane.now()))
    waiting = ask(plane, deployment(1))
    plane.ledger.resume("churn")
    plane.wait(MINUTE)
    (begun,) = tick(plane)
    assert (begun.id, begun.outcome, begun.actor) == (waiting.id, Outcome.DEPLOYING, "ada")


def test_going_back_needs_no_name_and_forgets_what_it_leaves(plane: FakeControlPlane) -> None:
    decision = ask(plane, rollback())
    assert (decision.outcome, decision.because) == (Outcome.ROLLING_BACK, "ada asks: complaints")
    assert arrive(plane) == [Outcome.ROLLED_BACK]
    assert champion_of(plane) == package_arn(1)
    assert ask(plane, rollback("e2")).outcome is Outcome.SKIPPED_NO_CHAMPION


def test_going_back_passes_over_what_is_not_approved_any_more(plane: FakeControlPlane) -> None:
    plane.registry.set_approval(package_arn(1), "Rejected")
    assert ask(plane, rollback("e1")).outcome is Outcome.SKIPPED_NO_CHAMPION
    assert ask(plane, rollback("e2", package_arn=package_arn(1))).outcome is Outcome.SKIPPED_NOT_APPROVAL


def test_going_back_from_what_is_on_its_way_happens_when_it_has_come(plane: FakeControlPlane) -> None:
    decide_approval(plane, package_arn(3))
    waiting = ask(plane, rollback())
    assert (waiting.outcome, asked(plane)) == (Outcome.DEFERRED_BUSY, [1, 2, 3])
    assert arrive(plane) == [Outcome.CHAMPION_CHANGED, Outcome.ROLLING_BACK]
    assert arrive(plane) == [Outcome.ROLLED_BACK]
    assert champion_of(plane) == package_arn(2)


def test_going_back_from_what_never_came_is_let_go(plane: FakeControlPlane) -> None:
    decide_approval(plane, package_arn(3))
    ask(plane, rollback())
    plane.wait(timedelta(minutes=3))
    plane.endpoints.roll_back(ENDPOINT)
    ended = [decision.outcome for decision in on_endpoint(ENDPOINT, plane)[1]]
    assert ended == [Outcome.DEPLOYMENT_ROLLED_BACK, Outcome.SKIPPED_ALREADY_CHAMPION, Outcome.COLLECTED]
    assert asked(plane) == [1, 2, 3]


def test_going_back_waits_for_no_pause_and_leaves_the_approval_that_does(plane: FakeControlPlane) -> None:
    plane.ledger.pause("churn", Paused(by="bob", why="holidays", since=plane.now()))
    waiting = decide_approval(plane, package_arn(3))
    assert waiting.outcome is Outcome.SKIPPED_PAUSED
    assert ask(plane, rollback()).outcome is Outcome.ROLLING_BACK
    assert plane.ledger.model("churn").pending_deployment == waiting.id


def test_a_model_without_an_endpoint_goes_over_and_back_at_once() -> None:
    plane = FakeControlPlane()
    apply(plane, evaluated_spec())
    for _ in range(2):
        plane.registry.set_approval(plane.registry.register("churn").arn, "Approved")
    assert ask(plane, deployment(1, "e1")).outcome is Outcome.CHAMPION_CHANGED
    assert ask(plane, deployment(2, "e2")).outcome is Outcome.CHAMPION_CHANGED
    decision = ask(plane, rollback("e3"))
    assert (decision.outcome, decision.actor, champion_of(plane)) == (Outcome.ROLLED_BACK, "ada", package_arn(1))
    assert ask(plane, rollback("e3")) == decision


@pytest.mark.parametrize(
    "event",
    [
        deployment(1, package_arn="arn:aws:s3:::bucket"),
        deployment(1, why=""),
        deployment(1, actor=""),
        rollback(package_arn="churn/1"),
        rollback(why="x" * 501),
        ours("Something Requested", "e1", {"model": "churn", "why": "w", "actor": "a"}),
    ],
)
def test_a_request_that_cannot_be_read_is_refused_2(event: dict[str, Any]) -> None:
    with pytest.raises(InvalidEvent):
        parse_request(event)
