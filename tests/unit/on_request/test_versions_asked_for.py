"""A version is asked for, or the one before: it must be approved and this model's, and is put in use once."""

from typing import Any

import pytest

from control_plane.actions import Crown, Defer, Deploy, Skip
from control_plane.deployments import Choice, Standing, put_in_use
from control_plane.events.requests import DeploymentRequested, RollbackRequested
from control_plane.models import ModelSpec
from control_plane.outcomes import Outcome
from control_plane.registry import Package
from on_request.decide import decide_deployment, decide_rollback
from tests.samples import (
    MORNING,
    after,
    champion,
    deploy_request,
    deployed_spec,
    evaluated_spec,
    model_of,
    ours,
    package,
    package_arn,
)

type Action = Crown | Deploy | Defer | Skip
NOW = after(hours=1)


def serving(version: int, spec: ModelSpec | None = None, **state: Any) -> Standing:
    """A version that the endpoint was asked for under `spec`, by default today's."""
    asked = put_in_use(Choice(package(version), "", MORNING), model_of(spec or deployed_spec()), MORNING)
    assert isinstance(asked, Deploy)
    king = champion(version, config=asked.request.config, earlier=tuple(range(version - 1, 0, -1)))
    return Standing(model_of(deployed_spec(), champion=king), **state)


def deployment(found: Package, standing: Standing, *, force: bool = False) -> Action:
    asked = {"model": "churn", "package_arn": found.arn, "why": "it's better", "actor": "ada", "force": force}
    return decide_deployment(DeploymentRequested.parse(ours("Deployment Requested", "e1", asked)), found, standing, NOW)


def rollback(target: Package | None, standing: Standing) -> Action:
    asked = {"model": "churn", "why": "complaints", "actor": "ada"}
    return decide_rollback(RollbackRequested.parse(ours("Rollback Requested", "e1", asked)), target, standing, NOW)


def outcome(action: Action) -> Outcome:
    assert isinstance(action, Skip)
    return action.outcome


def test_an_older_version_is_deployed_for_whoever_asks() -> None:
    action = deployment(package(1), serving(2))
    assert isinstance(action, Deploy)
    assert (action.request.package, action.request.chosen_at, action.because) == (
        package_arn(1),
        NOW,
        "ada asks: it's better",
    )


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (package(3, approval_status="PendingManualApproval"), Outcome.SKIPPED_NOT_APPROVAL),
        (package(3, status="Failed"), Outcome.SKIPPED_NOT_APPROVAL),
        (package(3, group="fraud"), Outcome.SKIPPED_NO_MODEL),
    ],
)
def test_only_an_approved_version_of_this_model_is_deployed(found: Package, expected: Outcome, *, force: bool) -> None:
    assert outcome(deployment(found, serving(2), force=force)) is expected


def test_the_version_that_serves_is_not_deployed_again_unless_forced() -> None:
    assert outcome(deployment(package(2), serving(2))) is Outcome.SKIPPED_ALREADY_CHAMPION
    assert isinstance(deployment(package(2), serving(2), force=True), Deploy)


def test_the_champion_is_deployed_again_where_its_spec_has_changed() -> None:
    smaller = deployed_spec(changes={"deployment.instances": {"count": 3}})
    assert isinstance(deployment(package(2), serving(2, smaller)), Deploy)


def test_a_champion_from_before_there_was_an_endpoint_is_deployed() -> None:
    assert isinstance(deployment(package(2), Standing(model_of(deployed_spec(), champion=champion(2)))), Deploy)


@pytest.mark.parametrize("force", [False, True])
def test_a_champion_without_an_endpoint_stays_what_it_is(*, force: bool) -> None:
    standing = Standing(model_of(evaluated_spec(), champion=champion(2)))
    assert outcome(deployment(package(2), standing, force=force)) is Outcome.SKIPPED_ALREADY_CHAMPION
    assert isinstance(deployment(package(1), standing, force=force), Crown)


def test_what_is_on_its_way_is_not_asked_for_again() -> None:
    standing = serving(2, under_way=deploy_request(3))
    assert outcome(deployment(package(3), standing, force=True)) is Outcome.SKIPPED_ALREADY_DEPLOYING


def test_going_back_names_what_has_to_go() -> None:
    action = rollback(package(1), serving(2))
    assert isinstance(action, Deploy)
    assert (action.request.package, action.request.instead_of) == (package_arn(1), package_arn(2))


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (None, Outcome.SKIPPED_NO_CHAMPION),
        (package(2), Outcome.SKIPPED_ALREADY_CHAMPION),
        (package(1, approval_status="Rejected"), Outcome.SKIPPED_NOT_APPROVAL),
        (package(1, group="fraud"), Outcome.SKIPPED_NO_MODEL),
    ],
)
def test_there_is_something_to_go_back_to_or_a_reason(target: Package | None, expected: Outcome) -> None:
    assert outcome(rollback(target, serving(2))) is expected


def test_a_model_that_uses_nothing_has_nothing_to_go_back_from() -> None:
    assert outcome(rollback(package(1), Standing(model_of(deployed_spec())))) is Outcome.SKIPPED_NO_CHAMPION
