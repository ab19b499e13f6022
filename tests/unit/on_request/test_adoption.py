"""An endpoint that others made is taken over as it is, once, and from then on versions come and go on it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from control_plane.actions import Adopt, Skip
from control_plane.endpoints import Endpoint, Variant
from control_plane.errors import InvalidEvent
from control_plane.events import AdoptionRequested, ModelPackageStateChange
from control_plane.events.requests import parse_request
from control_plane.outcomes import Outcome
from control_plane.records import Decision, Model, Slot
from control_plane.registry import Package
from on_endpoint.handler import handle as on_endpoint
from on_model_package.handler import handle as on_model_package
from on_request.adoption import Served, decide_adoption, only_package
from on_request.handler import handle
from tests.fakes import FakeControlPlane
from tests.samples import (
    after,
    champion,
    deployed_spec,
    endpoint_of,
    evaluated_spec,
    model_of,
    ours,
    package,
    package_arn,
    package_changed,
)
from tests.unit.world import MOMENT, apply, champion_of, decide_approval, outcomes

ENDPOINT = "churn-prod"
THEIRS = Variant("variant-1", "their-model", (package_arn(1),))


def adoption(event_id: str = "e1", **changes: Any) -> dict[str, Any]:
    asked = {"model": "churn", "endpoint": ENDPOINT, "why": "it was here first", "actor": "ada"}
    return ours("Adoption Requested", event_id, asked | changes)


def decide(
    model: Model | None = None,
    endpoint: Endpoint | None = endpoint_of("theirs"),  # noqa: B008  a constant
    found: Package | None = package(),  # noqa: B008
    *variants: Variant,
) -> Any:
    event, served = AdoptionRequested.parse(adoption()), Served(endpoint, variants or (THEIRS,), found)
    return decide_adoption(event, model or model_of(deployed_spec()), served, after(hours=2))


def test_what_serves_is_the_champion_under_the_names_that_others_gave() -> None:
    action = decide()
    assert isinstance(action, Adopt)
    request = action.request
    assert (request.package, request.config, request.served_model) == (package_arn(1), "theirs", "their-model")
    assert (request.endpoint, request.chosen_at) == (ENDPOINT, after(hours=2))
    assert action.because == f"ada asks: it was here first; {ENDPOINT} serves {package_arn(1)}"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((model_of(evaluated_spec()),), "the spec of churn has no `deployment: {endpoint: churn-prod}`"),
        ((model_of(deployed_spec(changes={"deployment.endpoint": "other"})),), "has no `deployment: {endpoint:"),
        ((model_of(deployed_spec(), deploying=Slot(decision="d7")),), "deployment d7 is under way"),
        ((None, None), "there is no endpoint churn-prod"),
        ((None, endpoint_of("theirs", "Updating", coming="other")), "is Updating; ask again when it has settled"),
        ((None, endpoint_of("theirs", "Failed")), "is Failed, so it serves nothing"),
        ((None, endpoint_of("theirs"), None, THEIRS, replace(THEIRS, name="b")), "has the variants variant-1, b"),
        ((None, endpoint_of("theirs"), None, Variant("a", "m", (None,))), "model m isn't made of a version"),
        ((None, endpoint_of("theirs"), None, Variant("a", "m", (package_arn(1), None))), "model m has 2 containers"),
        ((None, endpoint_of("theirs"), package(1, group="fraud")), "which is no version of churn"),
    ],
)
def test_what_cannot_be_gone_back_to_is_refused_with_what_to_do(given: tuple[Any, ...], words: str) -> None:
    action = decide(*given)
    assert action.outcome is Outcome.SKIPPED_NOT_ADOPTABLE
    assert words in action.because


def test_an_endpoint_whose_configuration_is_gone_is_refused() -> None:
    served = Served(endpoint_of("theirs"))
    action = decide_adoption(AdoptionRequested.parse(adoption()), model_of(deployed_spec()), served, after(hours=2))
    assert isinstance(action, Skip)
    assert "configuration theirs was deleted" in action.because


@pytest.mark.parametrize("status", ["Rejected", "PendingManualApproval"])
def test_only_an_approved_version_may_serve_5(status: Any) -> None:
    action = decide(None, endpoint_of("theirs"), package(1, approval_status=status))
    assert action.outcome is Outcome.SKIPPED_NOT_APPROVAL


def test_the_endpoints_name_is_told_in_any_case_as_sagemaker_does() -> None:
    assert isinstance(decide(model_of(deployed_spec(changes={"deployment.endpoint": "Churn-Prod"}))), Adopt)


def test_what_is_managed_already_is_left_as_it_is_1() -> None:
    king = champion(1, config="theirs")
    assert decide(model_of(deployed_spec(), champion=king)).outcome is Outcome.SKIPPED_ALREADY_CHAMPION
    assert isinstance(decide(model_of(deployed_spec(), champion=champion(1))), Adopt), "from before it had an endpoint"
    assert isinstance(decide(model_of(deployed_spec(), champion=champion(2, config="ours"))), Adopt), "changed by hand"


def test_the_version_is_that_of_the_only_container_of_the_only_variant() -> None:
    assert only_package([THEIRS]) == package_arn(1)
    for variants in ([], [THEIRS, THEIRS], [Variant("a", None)], [Variant("a", "m", (None,))]):
        assert only_package(variants) is None


# -- through the room --


@pytest.fixture
def plane() -> FakeControlPlane:
    """Version 1 was approved and deployed by others, on the endpoint that the spec names since."""
    plane = FakeControlPlane()
    for _ in range(3):
        plane.registry.register("churn")
    plane.registry.set_approval(package_arn(1), "Approved")
    plane.endpoints.endpoints[ENDPOINT] = Endpoint(ENDPOINT, "InService", "theirs", None, plane.now())
    plane.endpoints.configs["theirs"] = [THEIRS]
    plane.wait(MOMENT)
    apply(plane, deployed_spec())
    return plane


def ask(plane: FakeControlPlane, event: dict[str, Any]) -> Decision:
    plane.wait(MOMENT)
    return handle(parse_request(event), plane)


def arrive(plane: FakeControlPlane) -> None:
    plane.wait(timedelta(minutes=3))
    plane.endpoints.settle(ENDPOINT)
    on_endpoint(ENDPOINT, plane)


def test_adopting_asks_sagemaker_for_nothing_and_happens_once_1(plane: FakeControlPlane) -> None:
    decision = ask(plane, adoption())
    assert (decision.outcome, decision.actor) == (Outcome.ADOPTED, "ada")
    assert ask(plane, adoption()) == decision
    assert ask(plane, adoption("e2")).outcome is Outcome.SKIPPED_ALREADY_CHAMPION
    assert plane.endpoints.asked == []
    (deployment,) = plane.ledger.deployments("churn")
    assert (deployment.id, deployment.outcome, deployment.request.config) == (decision.id, Outcome.ADOPTED, "theirs")
    assert deployment.ended_at == decision.decided_at
    king = plane.ledger.model("churn").champion
    assert king is not None
    assert (king.package, king.config, king.since) == (package_arn(1), "theirs", decision.decided_at)


def test_from_then_on_versions_come_and_go_and_the_adopted_one_comes_back(plane: FakeControlPlane) -> None:
    ask(plane, adoption())
    decide_approval(plane, package_arn(2))
    arrive(plane)
    assert champion_of(plane) == package_arn(2)
    back = ours("Rollback Requested", "e2", {"model": "churn", "why": "complaints", "actor": "ada"})
    assert ask(plane, back).outcome is Outcome.ROLLING_BACK
    arrive(plane)
    assert champion_of(plane) == package_arn(1)
    assert [request.package for request in plane.endpoints.asked] == [package_arn(2), package_arn(1)]


def test_what_was_approved_before_stays_history(plane: FakeControlPlane) -> None:
    event = plane.registry.set_approval(package_arn(3), "Approved")
    ask(plane, adoption())
    king = plane.ledger.model("churn").champion
    assert king is not None
    assert king.chosen_at > event.last_modified


def test_an_approval_in_the_same_second_comes_after_it(plane: FakeControlPlane) -> None:
    plane.wait(timedelta(milliseconds=300))
    ask(plane, adoption())
    plane.registry.set_approval(package_arn(2), "Approved")
    event = package_changed(package_arn(2), at=plane.now().replace(microsecond=0), fields=["ModelApprovalStatus"])
    assert on_model_package(ModelPackageStateChange.parse(event), plane).outcome is Outcome.DEPLOYING


def test_a_version_that_the_registry_lost_cannot_be_adopted(plane: FakeControlPlane) -> None:
    del plane.registry.packages[package_arn(1)]
    decision = ask(plane, adoption())
    assert (decision.outcome, champion_of(plane)) == (Outcome.SKIPPED_NOT_APPROVAL, None)


def test_an_endpoint_that_is_not_there_is_refused_on_record(plane: FakeControlPlane) -> None:
    del plane.endpoints.endpoints[ENDPOINT]
    ask(plane, adoption())
    assert outcomes(plane) == [Outcome.SKIPPED_NOT_ADOPTABLE]


@pytest.mark.parametrize("changes", [{"endpoint": "not/a name"}, {"why": ""}, {"actor": ""}, {"model": None}])
def test_a_request_that_cannot_be_read_is_refused_2(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidEvent):
        parse_request(adoption(**changes))
