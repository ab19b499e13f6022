"""Deployments leave nothing behind that nothing can go back to, and never lose what something can."""

from datetime import timedelta

import pytest

from control_plane.errors import Superseded
from control_plane.outcomes import Outcome
from control_plane.records import Decision
from on_endpoint.handler import handle
from tests.fakes import FakeControlPlane
from tests.fakes.faults import Died
from tests.samples import deployed_spec, package_arn
from tests.unit.world import apply, decide_approval, tick

ENDPOINT = "churn-prod"
TWO = deployed_spec(changes={"deployment.keep": 2})


@pytest.fixture
def plane() -> FakeControlPlane:
    """Five versions, none of them approved; the last two configurations stay."""
    plane = FakeControlPlane()
    apply(plane, TWO)
    for _ in range(5):
        plane.registry.register("churn")
    return plane


def use(plane: FakeControlPlane, *versions: int) -> list[Decision]:
    """One after the other becomes champion; what came of the last."""
    decisions: list[Decision] = []
    for version in versions:
        decide_approval(plane, package_arn(version))
        plane.wait(timedelta(minutes=3))
        plane.endpoints.settle(ENDPOINT)
        decisions = handle(ENDPOINT, plane)[1]
    return decisions


def left(plane: FakeControlPlane) -> list[str]:
    """The versions of the configurations that there are, each with its model."""
    assert set(plane.endpoints.made.values()) == plane.endpoints.models
    return sorted(name.split("-")[1] for name in plane.endpoints.models)


def test_the_oldest_goes_when_a_third_has_come(plane: FakeControlPlane) -> None:
    assert [decision.outcome for decision in use(plane, 1, 2)] == [Outcome.CHAMPION_CHANGED]
    first = next(request for request in plane.endpoints.asked if request.package == package_arn(1))
    _, collected = use(plane, 3)
    assert collected.outcome is Outcome.COLLECTED
    assert collected.because == f"deleted {first.config}, {first.served_model}"
    assert left(plane) == ["2", "3"]
    assert handle(ENDPOINT, plane)[1] == []
    assert plane.ledger.model("churn").collecting == ()
    assert [known.collected_at is None for known in plane.ledger.deployments("churn")] == [True, True, False]


def test_a_configuration_that_failed_goes_at_once(plane: FakeControlPlane) -> None:
    use(plane, 1)
    decide_approval(plane, package_arn(2))
    plane.wait(timedelta(minutes=3))
    plane.endpoints.roll_back(ENDPOINT)
    assert [each.outcome for each in handle(ENDPOINT, plane)[1]] == [Outcome.DEPLOYMENT_ROLLED_BACK, Outcome.COLLECTED]
    assert left(plane) == ["1"]


def test_what_was_collected_is_made_again_when_it_is_asked_for_again(plane: FakeControlPlane) -> None:
    use(plane, 1, 2, 3)
    assert [decision.outcome for decision in use(plane, 1)] == [Outcome.CHAMPION_CHANGED, Outcome.COLLECTED]
    assert left(plane) == ["1", "3"]
    use(plane, 4, 5)
    assert left(plane) == ["4", "5"]


def test_what_waits_for_the_endpoint_stays(plane: FakeControlPlane) -> None:
    use(plane, 1, 2)
    frozen = {"policy.freeze": [{"since": "Sat 12:00", "until": "Mon 06:00"}]}
    apply(plane, deployed_spec(changes={"deployment.keep": 2, **frozen}))
    decide_approval(plane, package_arn(3))
    plane.wait(timedelta(hours=4))
    assert decide_approval(plane, package_arn(1)).outcome is Outcome.DEFERRED_FREEZE
    plane.endpoints.settle(ENDPOINT)
    handle(ENDPOINT, plane)
    assert left(plane) == ["1", "2", "3"]


def test_an_endpoint_that_the_model_had_before_keeps_what_it_serves(plane: FakeControlPlane) -> None:
    use(plane, 1)
    apply(plane, deployed_spec(changes={"deployment.keep": 2, "deployment.endpoint": "churn-new"}))
    for version in (2, 3, 4):
        decide_approval(plane, package_arn(version))
        plane.wait(timedelta(minutes=3))
        plane.endpoints.settle("churn-new")
        handle("churn-new", plane)
    assert left(plane) == ["1", "3", "4"]


@pytest.fixture
def died_at_deleting(plane: FakeControlPlane, monkeypatch: pytest.MonkeyPatch) -> FakeControlPlane:
    """The third version serves, and the function died when it was to delete the first."""

    def dies(*_: object) -> None:
        raise Died

    use(plane, 1, 2)
    with monkeypatch.context() as patch:
        patch.setattr(plane.endpoints, "discard", dies)
        with pytest.raises(Died):
            use(plane, 3)
    return plane


def test_what_is_being_deleted_is_not_deployed_and_a_tick_sees_to_it_3(died_at_deleting: FakeControlPlane) -> None:
    plane = died_at_deleting
    config, _model = plane.ledger.model("churn").collecting
    with pytest.raises(Superseded, match=config):
        decide_approval(plane, package_arn(1))
    plane.ledger.apply(TWO, plane.now())
    plane.wait(timedelta(seconds=1))
    tick(plane)
    assert ("Endpoint Observed", {"EndpointName": ENDPOINT, "model": "churn"}) in plane.events.sent
    assert [decision.outcome for decision in handle(ENDPOINT, plane)[1]] == [Outcome.COLLECTED]
    assert decide_approval(plane, package_arn(1)).outcome is Outcome.DEPLOYING


def test_what_is_to_stay_after_all_can_be_deployed_again(died_at_deleting: FakeControlPlane) -> None:
    plane = died_at_deleting
    apply(plane, deployed_spec())
    assert handle(ENDPOINT, plane)[1] == []
    assert plane.ledger.model("churn").collecting == ()
    assert decide_approval(plane, package_arn(1)).outcome is Outcome.DEPLOYING


def test_a_deployment_that_begins_meanwhile_keeps_everything(
    plane: FakeControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(plane, 1, 2)
    decide_approval(plane, package_arn(3))
    plane.wait(timedelta(minutes=3))
    plane.endpoints.settle(ENDPOINT)
    describe, rooms = plane.ledger.deployments, [lambda: decide_approval(plane, package_arn(1))]

    def meanwhile(model: str) -> object:
        if rooms and plane.ledger.model("churn").deploying is None:
            rooms.pop()()
        return describe(model)

    monkeypatch.setattr(plane.ledger, "deployments", meanwhile)
    assert [decision.outcome for decision in handle(ENDPOINT, plane)[1]] == [Outcome.CHAMPION_CHANGED]
    assert left(plane) == ["1", "2", "3"]


def test_a_model_without_an_endpoint_has_nothing_to_collect(plane: FakeControlPlane) -> None:
    use(plane, 1, 2)
    known = plane.ledger.model("churn").spec
    apply(plane, known.model_copy(update={"deployment": None}))
    assert handle(ENDPOINT, plane, model="churn")[1] == []
