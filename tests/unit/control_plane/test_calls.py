"""What a decision about an endpoint asks of SageMaker, and what it doesn't ask again."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from control_plane.calls import Calls
from control_plane.endpoints import Endpoint
from control_plane.errors import AlarmsMissing, CallError, CallRefused, EndpointBusy, NotApproved
from control_plane.records import Decision, Deployment, DeployRequest
from control_plane.serving import Serving
from tests.fakes import FakeControlPlane
from tests.fakes.endpoints import FakeEndpoints
from tests.samples import MORNING, begun, deploy_request, deployment_of, endpoint_of, package_arn

ASKED = deploy_request(2)
CONFIG = ASKED.config


@dataclass
class Rival(FakeEndpoints):
    """When it is asked, it was asked already, for what `first` says."""

    first: DeployRequest | None = None
    told: list[str] = field(default_factory=list)

    def create(self, request: DeployRequest) -> None:
        self._be_asked(request, super().create)

    def update(self, request: DeployRequest) -> None:
        self._be_asked(request, super().update)

    def _be_asked(self, request: DeployRequest, ask: Callable[[DeployRequest], None]) -> None:
        if self.first:
            first, self.first = self.first, None
            ask(first)
        self.told.append(request.config)
        ask(request)


@pytest.fixture
def plane() -> FakeControlPlane:
    plane = FakeControlPlane()
    for _ in range(3):
        plane.registry.set_approval(plane.registry.register("churn").arn, "Approved")
    return plane


def make(plane: FakeControlPlane, endpoints: FakeEndpoints | None = None, asked: DeployRequest = ASKED) -> Deployment:
    decision: Decision = begun("d1").model_copy(update={"request": asked})
    calls = Calls(plane.pipelines, endpoints or plane.endpoints, plane.registry, plane.now, plane.patience)
    came = calls.make(decision)
    assert isinstance(came, Deployment)
    return came


def with_endpoint(plane: FakeControlPlane, endpoint: Endpoint) -> FakeEndpoints:
    plane.endpoints.endpoints["churn-prod"] = endpoint
    return plane.endpoints


def test_an_endpoint_is_made_the_first_time_and_updated_from_then_on(plane: FakeControlPlane) -> None:
    expected = {"correlation_id": "d1", "look_at": MORNING + plane.patience}
    assert make(plane) == deployment_of(ASKED).model_copy(update=expected)
    assert plane.endpoints.endpoints["churn-prod"].status == "Creating"
    updated = with_endpoint(plane, endpoint_of("churn-1-config"))
    make(plane)
    assert updated.endpoints["churn-prod"].status == "Updating"


@pytest.mark.parametrize(
    "endpoint",
    [
        endpoint_of(CONFIG),
        endpoint_of(CONFIG, "Creating", coming=CONFIG),
        endpoint_of("churn-1-config", "Updating", coming=CONFIG),
        endpoint_of(CONFIG, "SystemUpdating"),
    ],
    ids=lambda endpoint: endpoint.status,
)
def test_what_it_heads_for_already_is_not_asked_again_even_if_rejected_since_1_3(
    plane: FakeControlPlane, endpoint: Endpoint
) -> None:
    plane.registry.set_approval(package_arn(2), "Rejected")
    make(plane, with_endpoint(plane, endpoint))
    assert plane.endpoints.asked == []


@pytest.mark.parametrize("status", ["Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"])
def test_what_changes_for_somebody_else_is_busy(plane: FakeControlPlane, status: str) -> None:
    with pytest.raises(EndpointBusy, match=f"churn-prod is {status}"):
        make(plane, with_endpoint(plane, endpoint_of("churn-1-config", status, coming="somebodys")))


@pytest.mark.parametrize("status", ["RollingBack", "Deleting"])
def test_what_turns_away_from_it_does_not_head_for_it(plane: FakeControlPlane, status: str) -> None:
    with pytest.raises(EndpointBusy):
        make(plane, with_endpoint(plane, endpoint_of(CONFIG, status, coming=CONFIG)))


def test_a_failed_endpoint_must_be_deleted_first(plane: FakeControlPlane) -> None:
    with pytest.raises(CallRefused, match="delete it"):
        make(plane, with_endpoint(plane, endpoint_of(CONFIG, "Failed", failure="no capacity")))


@pytest.mark.parametrize("found", [None, endpoint_of("churn-1-config")], ids=["create", "update"])
def test_another_delivery_of_the_same_event_was_faster_1(plane: FakeControlPlane, found: Endpoint | None) -> None:
    rival = Rival(plane.now, first=ASKED)
    if found:
        rival.endpoints["churn-prod"] = found
    assert make(plane, rival).request == ASKED
    assert (rival.asked, rival.told) == ([ASKED], [CONFIG]), "taken once, though asked for twice"


def test_somebody_elses_update_was_faster(plane: FakeControlPlane) -> None:
    rival = Rival(plane.now, {"churn-prod": endpoint_of("churn-1-config")}, first=deploy_request(3))
    with pytest.raises(EndpointBusy):
        make(plane, rival)
    assert rival.asked == [deploy_request(3)]


@pytest.mark.parametrize("answer", [CallRefused("no such image"), EndpointBusy("Updating")])
def test_what_sagemaker_answers_is_passed_on(plane: FakeControlPlane, answer: CallError) -> None:
    plane.endpoints.unavailable = answer
    with pytest.raises(type(answer)):
        make(plane)


def test_a_version_that_is_gone_from_the_registry_is_not_approved_5(plane: FakeControlPlane) -> None:
    del plane.registry.packages[package_arn(2)]
    with pytest.raises(NotApproved, match="not in the registry"):
        make(plane)
    assert plane.endpoints.asked == []


GUARDED = Serving(endpoint="churn-prod", rollout={"alarms": {"http_5xx": "1%", "others": ["team-latency"]}})


def test_an_update_without_its_alarms_is_not_asked_for(plane: FakeControlPlane) -> None:
    plane.endpoints.alarms = {"team-latency"}
    with pytest.raises(AlarmsMissing, match="no alarm pointsman-guard-churn-prod-http_5xx; `pointsman apply`"):
        make(plane, asked=deploy_request(2, serving=GUARDED))
    assert plane.endpoints.asked == []
    plane.endpoints.alarms.add("pointsman-guard-churn-prod-http_5xx")
    make(plane, asked=deploy_request(2, serving=GUARDED))


def test_going_back_waits_for_no_alarm(plane: FakeControlPlane) -> None:
    make(plane, asked=deploy_request(2, serving=GUARDED, instead_of=3))


def register(plane: FakeControlPlane, **changes: Any) -> None:
    arn = package_arn(2)
    plane.registry.packages[arn] = replace(plane.registry.packages[arn], **changes)


@pytest.mark.parametrize("status", ["Pending", "InProgress", "Failed", "Deleting"])
def test_a_version_that_is_not_complete_is_refused(plane: FakeControlPlane, status: str) -> None:
    register(plane, status=status)
    with pytest.raises(CallRefused, match=f"is {status}"):
        make(plane)
    assert plane.endpoints.asked == []


def test_a_version_is_served_on_what_it_is_made_for(plane: FakeControlPlane) -> None:
    register(plane, instance_types=("ml.c5.large", "ml.g5.xlarge"))
    with pytest.raises(CallRefused, match=r"isn't made for ml.m5.large; it is for ml.c5.large, ml.g5.xlarge"):
        make(plane)
    make(plane, asked=deploy_request(2, serving=Serving(endpoint="churn-prod", instances={"type": "ml.c5.large"})))


def test_a_serverless_endpoint_has_no_instance_type(plane: FakeControlPlane) -> None:
    register(plane, instance_types=("ml.c5.large",))
    make(plane, asked=deploy_request(2, serving=Serving(endpoint="churn-prod", serverless={})))


def test_a_deployment_began_before_the_endpoint_was_asked_so_that_its_change_is_not_older(
    plane: FakeControlPlane,
) -> None:
    assert make(plane).started_at == MORNING == plane.endpoints.endpoints["churn-prod"].modified_at
