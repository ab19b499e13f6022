"""Deployments carried out: begun, called, done; and what SageMaker or a rejection may answer."""

import re
from datetime import timedelta

import pytest

from control_plane.actions import Conclude, Defer, Deploy
from control_plane.deployments import Choice, put_in_use
from control_plane.dispatcher import Dispatcher, Subject
from control_plane.errors import AlarmsMissing, CallError, CallRefused, CapacityExceeded, EndpointBusy
from control_plane.outcomes import Outcome
from control_plane.records import Decision, DecisionStatus, DeployRequest
from tests.fakes import FakeControlPlane
from tests.samples import MORNING, deploy_request, deployed_spec, model_of, package, package_arn
from tests.unit.world import apply


@pytest.fixture
def plane() -> FakeControlPlane:
    """Three approved versions, none of them in use."""
    plane = FakeControlPlane()
    apply(plane, deployed_spec())
    for _ in range(3):
        plane.registry.set_approval(plane.registry.register("churn").arn, "Approved")
    return plane


def deploy(plane: FakeControlPlane, request: DeployRequest, decision_id: str = "d1") -> Decision:
    subject = Subject(decision_id, "event", plane.ledger.model("churn"))
    return Dispatcher.of(plane).carry_out(Deploy(request, "approved"), subject)


def arrive(plane: FakeControlPlane, decision_id: str) -> Decision:
    """The endpoint serves what it was asked for."""
    plane.endpoints.settle("churn-prod")
    deployment = plane.ledger.deployment(decision_id)
    assert deployment is not None
    subject = Subject(f"{decision_id}-end", "event", plane.ledger.model("churn"))
    action = Conclude(Outcome.CHAMPION_CHANGED, "serves", serves=True)
    return Dispatcher.of(plane).conclude(deployment, action, subject)[0]


def test_a_long_models_names_are_cut_and_not_at_a_hyphen() -> None:
    spec = deployed_spec(f"{'m' * 47}-{'n' * 9}")
    action = put_in_use(Choice(package(), "approved", MORNING), model_of(spec), MORNING)
    assert isinstance(action, Deploy)
    for name in (action.request.config, action.request.served_model):
        assert re.fullmatch(f"{'m' * 47}-1-[0-9a-f]{{12}}", name)


def test_a_deployment_is_called_what_it_is_and_asked_for_once_1(plane: FakeControlPlane) -> None:
    first, again = deploy(plane, deploy_request(1)), deploy(plane, deploy_request(1))
    assert first == again == plane.ledger.decision("d1")
    assert (first.outcome, first.status, first.run) == (Outcome.DEPLOYING, DecisionStatus.DONE, "churn-1-config")
    assert plane.endpoints.asked == [deploy_request(1)]
    arrive(plane, "d1")
    back = deploy(plane, deploy_request(2, instead_of=1), "d2")
    assert back.outcome is Outcome.ROLLING_BACK


def test_the_champion_moves_when_it_serves_and_not_before_5(plane: FakeControlPlane) -> None:
    deploy(plane, deploy_request(1))
    assert plane.ledger.model("churn").champion is None
    decision = arrive(plane, "d1")
    model = plane.ledger.model("churn")
    assert model.champion is not None
    assert (model.champion.package, model.champion.config) == (package_arn(1), "churn-1-config")
    assert (model.deploying, decision.outcome) == (None, Outcome.CHAMPION_CHANGED)
    assert arrive_again(plane) == decision


def arrive_again(plane: FakeControlPlane) -> Decision:
    deployment = plane.ledger.deployment("d1")
    assert deployment is not None
    subject = Subject("d1-end", "event", plane.ledger.model("churn"))
    return Dispatcher.of(plane).conclude(deployment, Conclude(Outcome.DEPLOYMENT_FAILED, "no"), subject)[0]


def test_two_at_once_never_and_the_later_waits_4(plane: FakeControlPlane) -> None:
    deploy(plane, deploy_request(1), "d1")
    waiting = deploy(plane, deploy_request(2), "d2")
    model = plane.ledger.model("churn")
    assert (waiting.outcome, model.pending_deployment) == (Outcome.DEFERRED_BUSY, "d2")
    newest = deploy(plane, deploy_request(3), "d3")
    assert (newest.outcome, plane.ledger.model("churn").pending_deployment) == (Outcome.DEFERRED_BUSY, "d3")
    earlier = plane.ledger.decision("d2")
    assert earlier is not None
    assert (earlier.outcome, earlier.then) == (Outcome.SKIPPED_SUPERSEDED, "decision d3 took its place")
    assert [request.package for request in plane.endpoints.asked] == [package_arn(1)]


@pytest.mark.parametrize(
    ("answer", "outcome", "status"),
    [
        (CapacityExceeded("full"), Outcome.DEFERRED_CAPACITY, DecisionStatus.DEFERRED),
        (EndpointBusy("Updating"), Outcome.DEFERRED_BUSY, DecisionStatus.DEFERRED),
        (AlarmsMissing("no alarm"), Outcome.DEFERRED_UNGUARDED, DecisionStatus.DEFERRED),
        (CallRefused("no such image"), Outcome.REFUSED, DecisionStatus.DONE),
    ],
)
def test_what_sagemaker_answers_has_a_name_and_frees_the_slot_2_4(
    plane: FakeControlPlane, answer: CallError, outcome: Outcome, status: DecisionStatus
) -> None:
    plane.endpoints.unavailable = answer
    decision = deploy(plane, deploy_request(1))
    model = plane.ledger.model("churn")
    assert (decision.outcome, decision.status, decision.then) == (outcome, status, str(answer))
    assert (model.deploying, model.pending_deployment) == (None, "d1" if status is DecisionStatus.DEFERRED else None)


def test_somebody_elses_update_is_waited_for_4(plane: FakeControlPlane) -> None:
    plane.endpoints.create(deploy_request(9, package="somebody's"))
    decision = deploy(plane, deploy_request(1))
    assert (decision.outcome, decision.then) == (Outcome.DEFERRED_BUSY, "endpoint churn-prod is Creating")


def test_a_version_rejected_before_the_call_is_not_deployed_5(plane: FakeControlPlane) -> None:
    plane.registry.set_approval(package_arn(1), "Rejected")
    decision = deploy(plane, deploy_request(1))
    assert (decision.outcome, decision.then) == (Outcome.SKIPPED_STALE, f"{package_arn(1)} is Rejected now")
    assert plane.endpoints.asked == []
    assert plane.ledger.model("churn").deploying is None


def test_a_version_rejected_after_the_call_keeps_its_slot_until_it_has_arrived_5(plane: FakeControlPlane) -> None:
    decision = deploy(plane, deploy_request(1))
    plane.registry.set_approval(package_arn(1), "Rejected")
    begun = decision.model_copy(update={"status": DecisionStatus.BEGUN})
    assert Dispatcher.of(plane).resume(begun).outcome is Outcome.DEPLOYING
    assert plane.ledger.model("churn").deploying is not None


def test_an_endpoint_that_failed_takes_nothing_and_says_what_to_do(plane: FakeControlPlane) -> None:
    plane.endpoints.create(deploy_request(1))
    plane.endpoints.roll_back("churn-prod", "no capacity for ml.p5")
    decision = deploy(plane, deploy_request(2))
    assert decision.outcome is Outcome.REFUSED
    assert decision.then == (
        "endpoint churn-prod is Failed: no capacity for ml.p5; delete it, then ask for the deployment again"
    )


def test_a_rollback_leaves_the_approval_that_waits(plane: FakeControlPlane) -> None:
    deploy(plane, deploy_request(2))
    arrive(plane, "d1")
    subject = Subject("d2", "event", plane.ledger.model("churn"))
    Dispatcher.of(plane).carry_out(Defer(deploy_request(3), Outcome.DEFERRED_FREEZE, "frozen"), subject)
    plane.wait(timedelta(seconds=1))
    assert deploy(plane, deploy_request(1, instead_of=2), "d3").outcome is Outcome.ROLLING_BACK
    assert plane.ledger.model("churn").pending_deployment == "d2"
