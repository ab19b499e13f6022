"""Does the endpoint serve what it was asked to? The active configuration says so, not the status alone."""

import pytest

from control_plane.actions import Conclude, Defer, Deploy, Skip
from control_plane.endpoints import Answer, Endpoint
from control_plane.outcomes import Outcome
from control_plane.policies import DriftKind
from control_plane.records import DeployRequest, Paused, Slot
from control_plane.registry import Baseline
from on_endpoint.decide import Untested, decide_end, decide_next, decide_tested, decide_undo, decide_watch
from tests.samples import (
    MORNING,
    after,
    champion,
    deferred,
    deploy_request,
    deployed_spec,
    deployment_of,
    endpoint_of,
    model_of,
    package,
    watched_spec,
)

WANTED = "churn-2-config"
DEPLOYMENT = deployment_of(deploy_request(2))
ROLLBACK = deployment_of(deploy_request(2, instead_of=3))


def test_the_wanted_configuration_in_service_is_a_new_champion_5() -> None:
    action = decide_end(DEPLOYMENT, endpoint_of(WANTED))
    assert isinstance(action, Conclude)
    assert (action.outcome, action.serves) == (Outcome.CHAMPION_CHANGED, True)


def test_a_rollback_that_arrived_is_called_so() -> None:
    action = decide_end(ROLLBACK, endpoint_of(WANTED))
    assert isinstance(action, Conclude)
    assert (action.outcome, action.serves) == (Outcome.ROLLED_BACK, True)


def test_another_configuration_in_service_is_a_rollback_in_silence_5() -> None:
    action = decide_end(DEPLOYMENT, endpoint_of("churn-1-config", failure="did not pass the ping health check"))
    assert isinstance(action, Conclude)
    assert (action.outcome, action.serves) == (Outcome.DEPLOYMENT_ROLLED_BACK, False)
    assert "serves churn-1-config and not churn-2-config" in action.because
    assert action.because.endswith("ping health check")


@pytest.mark.parametrize(
    "endpoint", [None, endpoint_of(WANTED, "Failed"), endpoint_of(WANTED, "OutOfService"), endpoint_of(WANTED, "???")]
)
def test_an_endpoint_that_serves_nothing_is_a_failure(endpoint: Endpoint | None) -> None:
    action = decide_end(DEPLOYMENT, endpoint)
    assert isinstance(action, Conclude)
    assert (action.outcome, action.serves) == (Outcome.DEPLOYMENT_FAILED, False)


@pytest.mark.parametrize("status", ["Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"])
def test_what_goes_on_has_not_ended(status: str) -> None:
    action = decide_end(DEPLOYMENT, endpoint_of("churn-1-config", status, coming=WANTED))
    assert isinstance(action, Skip)
    assert action.outcome is Outcome.SKIPPED_STALE


def test_a_look_from_before_the_update_shows_no_rollback() -> None:
    action = decide_end(DEPLOYMENT, endpoint_of("churn-1-config", modified_at=after(minutes=-1)))
    assert isinstance(action, Skip)
    assert action.outcome is Outcome.SKIPPED_STALE


SERVED = Conclude(Outcome.CHAMPION_CHANGED, "churn-prod serves it", serves=True)
REQUEST, BEFORE = deploy_request(2), deploy_request(1)


def test_a_version_that_answers_its_sample_becomes_champion_and_the_record_says_so() -> None:
    action = decide_tested(SERVED, REQUEST, Answer(204), None)
    assert (action.outcome, action.serves, action.put_back) == (Outcome.CHAMPION_CHANGED, True, None)
    assert action.because == "churn-prod serves it and answered its sample payload with 204"


def test_an_untested_version_becomes_champion_and_the_record_says_why() -> None:
    action = decide_tested(SERVED, REQUEST, Untested("it has none"), None)
    assert (action.outcome, action.serves) == (Outcome.CHAMPION_CHANGED, True)
    assert action.because == "churn-prod serves it; untested, for it has none"


@pytest.mark.parametrize("status", [0, 199, 300, 400, 500])
def test_a_version_that_does_not_answer_its_sample_goes_back_to_the_champion_5(status: int) -> None:
    action = decide_tested(SERVED, REQUEST, Answer(status, "division by zero"), BEFORE)
    assert (action.outcome, action.serves) == (Outcome.SMOKE_TEST_FAILED, False)
    assert action.put_back is not None
    assert (action.put_back.config, action.put_back.package) == (BEFORE.config, BEFORE.package)
    assert (action.put_back.instead_of, action.put_back.restores) == (REQUEST.package, True)
    assert action.put_back.is_rollback
    assert "answered its own sample payload with" in action.because
    assert "(division by zero)" in action.because


@pytest.mark.parametrize("before", [None, REQUEST], ids=["no champion", "its own configuration"])
def test_what_fails_its_test_stays_where_nothing_else_was(before: DeployRequest | None) -> None:
    action = decide_tested(SERVED, REQUEST, Answer(500), before)
    assert (action.outcome, action.serves, action.put_back) == (Outcome.SMOKE_TEST_FAILED, False, None)
    assert action.because.endswith("with 500, and there is nothing else to put back")


def test_what_is_put_back_has_a_point_as_long_as_it_is_the_champion() -> None:
    back = deploy_request(1, instead_of=2, restores=True)
    king = model_of(deployed_spec(), champion=champion(1, config=back.config))
    assert isinstance(decide_next(deferred("d2", request=back), back, king, MORNING), Deploy)
    another = model_of(deployed_spec(), champion=champion(3))
    gone = decide_next(deferred("d2", request=back), back, another, MORNING)
    assert isinstance(gone, Skip)
    assert gone.outcome is Outcome.SKIPPED_STALE


def test_what_waited_gets_the_endpoint() -> None:
    request = deploy_request(3)
    waiting = deferred("d2", request=request)
    free = model_of(deployed_spec(), champion=champion(2))
    busy = model_of(deployed_spec(), deploying=Slot(decision="d9"))
    assert decide_next(waiting, request, free, MORNING) == Deploy(request, "churn-prod has settled")
    again = decide_next(waiting, request, busy, MORNING)
    assert isinstance(again, Defer)
    assert again.outcome is Outcome.DEFERRED_BUSY


def test_what_was_forced_waits_for_no_pause_and_is_not_pointless_where_it_serves() -> None:
    request = deploy_request(2)
    forced = deferred("d2", request=request, force=True)
    paused = model_of(
        deployed_spec(),
        champion=champion(2, config=request.config),
        paused=Paused(by="ada", why="holidays", since=MORNING),
    )
    assert decide_next(forced, request, paused, MORNING) == Deploy(request, "churn-prod has settled")


@pytest.mark.parametrize(
    ("asked", "outcome"),
    [
        (deploy_request(2), Outcome.SKIPPED_ALREADY_CHAMPION),
        (deploy_request(1, instead_of=3), Outcome.SKIPPED_STALE),
    ],
    ids=["it serves already", "what it was to replace didn't come"],
)
def test_what_has_become_pointless_is_let_go(asked: DeployRequest, outcome: Outcome) -> None:
    model = model_of(deployed_spec(), champion=champion(2, config="churn-2-config"))
    action = decide_next(deferred("d2", request=asked), asked, model, MORNING)
    assert isinstance(action, Skip)
    assert action.outcome is outcome


def test_what_was_chosen_before_the_champion_comes_too_late_but_a_rollback_does_not() -> None:
    model = model_of(deployed_spec(), champion=champion(2, chosen_at=after(minutes=1)))
    late, back = deploy_request(1), deploy_request(1, instead_of=2)
    action = decide_next(deferred("d2", request=late), late, model, MORNING)
    assert isinstance(action, Skip)
    assert action.outcome is Outcome.SKIPPED_STALE
    assert isinstance(decide_next(deferred("d2", request=back), back, model, MORNING), Deploy)


def test_the_champion_itself_is_deployed_again_when_something_else_about_it_was_asked_for() -> None:
    request = deploy_request(2, config="churn-2-more-instances")
    model = model_of(deployed_spec(), champion=champion(2, config="churn-2-config"))
    assert isinstance(decide_next(deferred("d2", request=request), request, model, MORNING), Deploy)


def test_a_champion_that_was_rejected_goes_when_there_is_one_to_go_back_to() -> None:
    model = model_of(deployed_spec(), champion=champion(2, earlier=(1,)))
    rejected = package(2, approval_status="Rejected")
    action = decide_undo(rejected, package(1), model, MORNING)
    assert isinstance(action, Deploy)
    assert (action.request.package, action.request.instead_of) == (package(1).arn, rejected.arn)
    nothing = decide_undo(rejected, None, model, MORNING)
    assert isinstance(nothing, Skip)
    assert nothing.outcome is Outcome.SKIPPED_NO_CHAMPION


def test_a_champion_is_watched_by_its_own_baseline_or_by_nothing() -> None:
    baselines = {DriftKind.DATA_QUALITY: Baseline("s3://artifacts/constraints.json")}
    watched = model_of(watched_spec(), champion=champion(2, config="churn-2-config"))
    with_one = decide_watch(watched, package(2, baselines=baselines))
    assert (with_one.outcome, [plan.endpoint for plan in with_one.plans]) == (Outcome.WATCHED, ["churn-prod"])
    for lacking in (package(2), None):
        without = decide_watch(watched, lacking)
        assert (without.outcome, without.plans) == (Outcome.SKIPPED_NO_BASELINE, ())
    unasked = decide_watch(model_of(deployed_spec(), champion=champion(2)), package(2, baselines=baselines))
    assert (unasked.outcome, unasked.plans) == (Outcome.UNWATCHED, ())
