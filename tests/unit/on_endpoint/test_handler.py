"""Endpoints settle, and what follows: once, whoever tells of it, and after a crash as well."""

from datetime import timedelta

import pytest

from control_plane.actions import Conclude
from control_plane.dispatcher import Dispatcher, Subject
from control_plane.outcomes import Outcome
from control_plane.records import Decision, DecisionStatus, DeployRequest
from on_endpoint import handler as room
from on_endpoint.decide import decide_end
from on_endpoint.handler import handle
from tests.fakes import FakeControlPlane
from tests.sample_events import sample_event
from tests.samples import begun, deploy_request, deployed_spec, package_arn
from tests.unit.world import apply, champion_of, decide_approval, outcomes, tick

ENDPOINT = "churn-prod"
FREEZE = {"policy.freeze": [{"since": "Sat 12:00", "until": "Mon 06:00"}]}


@pytest.fixture
def plane() -> FakeControlPlane:
    """Three versions, none of them approved; a freeze begins at noon."""
    plane = FakeControlPlane()
    apply(plane, deployed_spec(changes=FREEZE))
    for _ in range(3):
        plane.registry.register("churn")
    return plane


def approve(plane: FakeControlPlane, version: int) -> Decision:
    return decide_approval(plane, package_arn(version))


def reject(plane: FakeControlPlane, version: int) -> Decision:
    return decide_approval(plane, package_arn(version), "Rejected")


def arrive(plane: FakeControlPlane) -> list[Outcome]:
    """The endpoint serves what it was asked for, and SageMaker says so; what followed."""
    plane.wait(timedelta(minutes=3))
    plane.endpoints.settle(ENDPOINT)
    return [decision.outcome for decision in handle(ENDPOINT, plane)[1]]


def fall_back(plane: FakeControlPlane) -> list[Outcome]:
    """The endpoint goes back by itself."""
    plane.wait(timedelta(minutes=3))
    plane.endpoints.roll_back(ENDPOINT)
    return [decision.outcome for decision in handle(ENDPOINT, plane)[1]]


def use(plane: FakeControlPlane, *versions: int) -> None:
    """One after the other becomes champion."""
    for version in versions:
        approve(plane, version)
        assert arrive(plane) == [Outcome.CHAMPION_CHANGED]


def asked(plane: FakeControlPlane) -> list[int]:
    return [int(request.package.rpartition("/")[2]) for request in plane.endpoints.asked]


# -- whose it is --


def test_an_endpoint_that_no_model_has_is_nobodys(plane: FakeControlPlane) -> None:
    skip, decisions = handle("somebodys", plane)
    assert skip is not None
    assert (skip.outcome, skip.because, decisions) == (Outcome.SKIPPED_NOT_OURS, "no model is deployed to it", [])


def test_a_change_without_a_deployment_of_ours_is_left_alone(plane: FakeControlPlane) -> None:
    use(plane, 1)
    before = outcomes(plane)
    skip, decisions = handle(ENDPOINT, plane)
    assert skip is not None
    assert (skip.outcome, skip.because) == (Outcome.SKIPPED_NOT_OURS, "no deployment is under way")
    assert (decisions, outcomes(plane)) == ([], before)


def test_what_has_begun_but_is_not_on_record_yet_is_left_to_whoever_began_it_3(plane: FakeControlPlane) -> None:
    plane.ledger.begin(begun("d1").model_copy(update={"request": deploy_request()}), None)
    skip, decisions = handle(ENDPOINT, plane)
    assert skip is not None
    assert (skip.outcome, decisions) == (Outcome.SKIPPED_NOT_OURS, [])
    assert plane.ledger.model("churn").deploying is not None


def test_sagemakers_event_moves_the_champion_however_it_spells_the_name_5(
    plane: FakeControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "control_plane", lambda: plane)
    decision = approve(plane, 1)
    plane.endpoints.settle(ENDPOINT)
    told = room.handler(sample_event("endpoint_in_service"), None)
    assert told == {"decisions": {f"{decision.id}-end": Outcome.CHAMPION_CHANGED}}
    assert champion_of(plane) == package_arn(1)
    assert room.handler(sample_event("endpoint_in_service"), None) == {"decisions": {}}


def test_what_still_changes_is_left_to_the_next_event(plane: FakeControlPlane) -> None:
    approve(plane, 1)
    skip, decisions = handle(ENDPOINT, plane)
    assert skip is not None
    assert (skip.outcome, decisions) == (Outcome.SKIPPED_STALE, [])
    assert plane.ledger.model("churn").deploying is not None


def test_a_deployment_ends_though_its_model_has_another_endpoint_by_now_4(plane: FakeControlPlane) -> None:
    approve(plane, 1)
    apply(plane, deployed_spec(changes={"deployment.endpoint": "churn-new"}))
    plane.wait(timedelta(minutes=3))
    plane.endpoints.settle(ENDPOINT)
    assert handle(ENDPOINT, plane)[1] == [], "nobody has it, as far as SageMaker's event tells"
    tick(plane)
    (detail,) = [detail for kind, detail in plane.events.sent if kind == "Endpoint Observed"]
    assert detail == {"EndpointName": ENDPOINT, "model": "churn"}
    (ended,) = handle(detail["EndpointName"], plane, model=detail["model"])[1]
    assert ended.outcome is Outcome.CHAMPION_CHANGED
    assert plane.ledger.model("churn").deploying is None


# -- what waited --


def test_what_waited_gets_the_endpoint_once_1(plane: FakeControlPlane) -> None:
    approve(plane, 1)
    assert approve(plane, 2).outcome is Outcome.DEFERRED_BUSY
    assert arrive(plane) == [Outcome.CHAMPION_CHANGED, Outcome.DEPLOYING]
    assert handle(ENDPOINT, plane)[1] == []
    assert asked(plane) == [1, 2]
    assert arrive(plane) == [Outcome.CHAMPION_CHANGED]
    assert champion_of(plane) == package_arn(2)


def test_what_waited_is_deployed_after_a_failure_too(plane: FakeControlPlane) -> None:
    use(plane, 1)
    approve(plane, 2)
    approve(plane, 3)
    assert fall_back(plane) == [Outcome.DEPLOYMENT_ROLLED_BACK, Outcome.DEPLOYING]
    assert asked(plane) == [1, 2, 3]


def test_what_waited_and_was_rejected_meanwhile_is_not_deployed_5(plane: FakeControlPlane) -> None:
    approve(plane, 1)
    approve(plane, 2)
    reject(plane, 2)
    assert arrive(plane) == [Outcome.CHAMPION_CHANGED, Outcome.SKIPPED_STALE]
    assert (asked(plane), champion_of(plane)) == ([1], package_arn(1))
    assert plane.ledger.model("churn").deploying is None


# -- a rejected champion that goes on serving --


def rejected_meanwhile(plane: FakeControlPlane) -> None:
    """Version 2 is champion and rejected, while version 3 is on its way."""
    use(plane, 1, 2)
    approve(plane, 3)
    assert reject(plane, 2).outcome is Outcome.SKIPPED_NOT_APPROVAL


def test_a_champion_rejected_while_its_successor_was_on_the_way_goes_when_that_fails_5(
    plane: FakeControlPlane,
) -> None:
    rejected_meanwhile(plane)
    assert fall_back(plane) == [Outcome.DEPLOYMENT_ROLLED_BACK, Outcome.ROLLING_BACK]
    assert arrive(plane) == [Outcome.ROLLED_BACK, Outcome.COLLECTED]
    assert (asked(plane), champion_of(plane)) == ([1, 2, 3, 1], package_arn(1))


def test_it_goes_though_the_function_died_before_that_3_5(plane: FakeControlPlane) -> None:
    rejected_meanwhile(plane)
    plane.wait(timedelta(minutes=3))
    plane.endpoints.roll_back(ENDPOINT)
    model = plane.ledger.model("churn")
    deployment = plane.ledger.deployment(str(model.deploying and model.deploying.decision))
    assert deployment is not None
    conclusion = decide_end(deployment, plane.endpoints.describe(ENDPOINT))
    assert isinstance(conclusion, Conclude)
    Dispatcher.of(plane).conclude(deployment, conclusion, Subject(f"{deployment.id}-end", ENDPOINT, model))
    assert [decision.outcome for decision in handle(ENDPOINT, plane)[1]] == [Outcome.ROLLING_BACK]


def test_it_stays_when_its_successor_arrives(plane: FakeControlPlane) -> None:
    rejected_meanwhile(plane)
    assert arrive(plane) == [Outcome.CHAMPION_CHANGED]
    assert champion_of(plane) == package_arn(3)


def test_where_there_is_nothing_to_go_back_to_that_is_on_record_once_2(plane: FakeControlPlane) -> None:
    use(plane, 1)
    approve(plane, 2)
    reject(plane, 1)
    failed = [Outcome.DEPLOYMENT_ROLLED_BACK, Outcome.SKIPPED_NO_CHAMPION, Outcome.COLLECTED]
    assert fall_back(plane) == failed
    assert handle(ENDPOINT, plane)[1] == []
    assert champion_of(plane) == package_arn(1)


def test_a_rollback_that_fails_is_not_tried_again_1(plane: FakeControlPlane) -> None:
    use(plane, 1, 2)
    assert reject(plane, 2).outcome is Outcome.ROLLING_BACK
    assert fall_back(plane) == [Outcome.DEPLOYMENT_ROLLED_BACK]
    assert handle(ENDPOINT, plane)[1] == []
    assert asked(plane) == [1, 2, 1]


def test_a_version_rejected_on_its_way_does_not_serve_through_a_freeze_5(plane: FakeControlPlane) -> None:
    """What waits would replace it, but not before Monday."""
    use(plane, 1)
    approve(plane, 2)
    plane.wait(timedelta(hours=4))
    assert approve(plane, 3).outcome is Outcome.DEFERRED_FREEZE
    assert reject(plane, 2).outcome is Outcome.SKIPPED_NOT_APPROVAL
    assert arrive(plane) == [Outcome.CHAMPION_CHANGED, Outcome.ROLLING_BACK]
    assert arrive(plane) == [Outcome.ROLLED_BACK]
    waiting = plane.ledger.decision(str(plane.ledger.model("churn").pending_deployment))
    assert waiting is not None
    assert isinstance(waiting.request, DeployRequest)
    assert (waiting.request.package, waiting.status) == (package_arn(3), DecisionStatus.DEFERRED)


def test_a_champion_that_the_registry_lost_is_left_alone(plane: FakeControlPlane) -> None:
    use(plane, 1)
    del plane.registry.packages[package_arn(1)]
    assert handle(ENDPOINT, plane)[1] == []
