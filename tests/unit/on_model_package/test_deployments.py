"""An approval of a model that has an endpoint: deploy exactly that version, wait, or leave it."""

from datetime import timedelta
from typing import Any

import pytest

from control_plane.actions import Crown, Defer, Deploy, Skip
from control_plane.deployments import Standing
from control_plane.events import ModelPackageStateChange
from control_plane.outcomes import Outcome
from control_plane.records import DeployRequest, Paused, Slot
from control_plane.registry import Package
from on_model_package.decide import decide
from tests.samples import (
    MORNING,
    after,
    champion,
    deploy_request,
    deployed_spec,
    model_of,
    package,
    package_arn,
    package_changed,
)

PAUSED = Paused(by="ada", why="holidays", since=MORNING)
FREEZE = {"policy.freeze": [{"since": "Fri 18:00", "until": "Mon 06:00"}]}
LATER = after(hours=1)


def decided(
    found: Package,
    *,
    under_way: DeployRequest | None = None,
    waiting: DeployRequest | None = None,
    fallback: Package | None = None,
    spec: dict[str, Any] | None = None,
    **state: Any,
) -> Crown | Deploy | Defer | Skip:
    slot = {"deploying": Slot(decision="d9")} if under_way else {}
    model = model_of(deployed_spec(changes=spec), **{"champion": champion(1), **slot, **state})
    event = ModelPackageStateChange.parse(package_changed(found.arn, found.approval_status))
    return decide(event, found, Standing(model, under_way, waiting), fallback, MORNING)


def approved(version: int) -> Package:
    return package(version, last_modified=LATER)


def rejected(version: int) -> Package:
    return package(version, approval_status="Rejected", last_modified=LATER)


def test_exactly_the_approved_version_is_deployed_under_names_that_say_all_of_it_1_5() -> None:
    first, again, other = decided(approved(2)), decided(approved(2)), decided(approved(3))
    assert isinstance(first, Deploy)
    assert isinstance(other, Deploy)
    assert first == again
    assert (first.request.package, first.request.endpoint) == (package_arn(2), "churn-prod")
    assert first.request.config.startswith("churn-2-")
    assert first.request.config != other.request.config
    bigger = decided(approved(2), spec={"deployment.instances": {"count": 2}})
    assert isinstance(bigger, Deploy)
    assert bigger.request.config != first.request.config, "other instances are another configuration"
    assert bigger.request.served_model == first.request.served_model


def test_one_at_a_time_the_later_approval_waits_for_the_endpoint_1() -> None:
    action = decided(approved(3), under_way=deploy_request(2))
    assert isinstance(action, Defer)
    assert (action.outcome, action.because) == (
        Outcome.DEFERRED_BUSY,
        f"{package_arn(3)} was approved, but deployment d9 is under way",
    )


@pytest.mark.parametrize("place", ["under_way", "waiting"])
def test_what_is_on_its_way_is_not_deployed_again_1(place: str) -> None:
    action = decided(
        approved(2),
        under_way=deploy_request(2) if place == "under_way" else None,
        waiting=deploy_request(2) if place == "waiting" else None,
    )
    assert isinstance(action, Skip)
    assert action.outcome is Outcome.SKIPPED_ALREADY_DEPLOYING


def test_an_approval_that_comes_after_a_later_one_is_stale() -> None:
    action = decided(approved(2), under_way=deploy_request(3, chosen_at=LATER + timedelta(seconds=1)))
    assert isinstance(action, Skip)
    assert action.outcome is Outcome.SKIPPED_STALE


@pytest.mark.parametrize(
    ("state", "spec", "outcome"),
    [({"paused": PAUSED}, None, Outcome.SKIPPED_PAUSED), ({}, FREEZE, Outcome.DEFERRED_FREEZE)],
    ids=["paused", "frozen"],
)
def test_a_deployment_waits_for_a_policy_a_rollback_does_not(
    state: dict[str, Any], spec: dict[str, Any] | None, outcome: Outcome
) -> None:
    waits = decided(approved(2), spec=spec, **state)
    assert isinstance(waits, Defer)
    assert waits.outcome is outcome
    assert isinstance(decided(rejected(1), fallback=approved(2), spec=spec, **state), Deploy)


def test_a_rejected_champion_is_rolled_back() -> None:
    action = decided(rejected(1), fallback=package(7))
    assert isinstance(action, Deploy)
    assert (action.request.package, action.request.instead_of) == (package_arn(7), package_arn(1))


def test_a_version_rejected_on_its_way_is_undone_when_it_has_arrived() -> None:
    action = decided(rejected(2), under_way=deploy_request(2), fallback=package(1))
    assert isinstance(action, Defer)
    assert isinstance(action.request, DeployRequest)
    assert (action.request.package, action.request.instead_of) == (package_arn(1), package_arn(2))


def test_what_another_approval_replaces_anyway_needs_no_rollback() -> None:
    for found in (rejected(1), rejected(2)):
        action = decided(found, under_way=deploy_request(2), waiting=deploy_request(3), fallback=package(7))
        assert isinstance(action, Skip)
        assert action.outcome is Outcome.SKIPPED_NOT_APPROVAL
