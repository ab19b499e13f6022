"""What an endpoint's callers see while versions come and go, and how fast a person gets the one before back."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pointsman import operate
from pointsman.hosting import RunningVariant
from pointsman.local.process import stop
from pointsman.models import story_of
from tests.local.instances import eventually
from tests.local.operated import FAILING, Operated, number_of, traffic
from tests.local.stack import LAP_SECONDS, Stack
from tests.local.test_notices import listener

POINTSMAN = Path(sys.executable).with_name("pointsman")
CALLS = 2000
ROLLBACK_SECONDS = 30.0


def test_a_canary_takes_over_under_traffic_and_no_request_fails_1_3_5(shared_stack: Stack) -> None:
    """The bar that the issue sets is 2,000 requests."""
    model = Operated.applied(shared_stack, "canary", canary="50%", bake="4m", alarms={"http_5xx": "1%"})
    first, second = model.crowned(), model.registered()
    with traffic(model) as calls:
        eventually(lambda: calls.count > CALLS / 10)
        before = dict(calls.answers)
        model.approve(second)
        eventually(lambda: model.champion == second, within=LAP_SECONDS)
        eventually(lambda: calls.count >= CALLS, within=LAP_SECONDS)
    after, rollout = {model.answers() for _ in range(20)}, model.described()["LastDeploymentConfig"]
    assert rollout["BlueGreenUpdatePolicy"]["TrafficRoutingConfiguration"]["Type"] == "CANARY"
    assert set(before) == {number_of(first)}
    assert set(calls.answers) == {number_of(first), number_of(second)}
    assert after == {number_of(model.champion)}


@pytest.fixture(scope="module")
def heard(shared_stack: Stack) -> Callable[[], list[dict[str, Any]]]:
    """What people have been told on the shared stack's topic."""
    return listener(shared_stack)


def told(heard: Callable[[], list[dict[str, Any]]], model: Operated, what: str) -> list[dict[str, Any]]:
    """Wait for this news of a model."""
    return eventually(lambda: [it for it in heard() if (it["model"], it["what"]) == (model.model, what)])


def test_a_version_that_fails_requests_is_taken_back_while_it_bakes_and_people_are_told_5(
    shared_stack: Stack, heard: Callable[[], list[dict[str, Any]]]
) -> None:
    model = Operated.applied(shared_stack, "alarmed", canary="50%", bake="30m", alarms={"http_5xx": "1%"})
    first, failing = model.crowned(), model.awaiting_approval(FAILING)
    with traffic(model):
        model.approve(failing)
        noticed = model.outcome("DEPLOYMENT_ROLLED_BACK")
    assert "pointsman-guard-alarmed-prod-http_5xx" in noticed.because
    assert model.champion == first
    assert {model.answers() for _ in range(20)} == {number_of(first)}
    assert model.described()["EndpointStatus"] == "InService"
    (notice,) = told(heard, model, "DEPLOYMENT_ROLLED_BACK")
    assert notice["because"] == noticed.because


def test_of_three_approvals_the_last_wins_and_an_older_version_comes_back_when_it_is_approved_1_5(
    shared_stack: Stack,
) -> None:
    model = Operated.applied(shared_stack, "busy", canary="50%", bake="3m")
    model.crowned()
    versions = [model.awaiting_approval() for _ in range(3)]
    between, early, last = versions
    for arn in (early, between, last):
        model.approve(arn)
        model.came_of_approving(arn)
    eventually(lambda: model.champion == last, within=LAP_SECONDS)
    assert "SKIPPED_SUPERSEDED" in model.came_of_approving(between)
    assert model.answers() == number_of(last)

    model.take_back_approval(between)
    model.crown(between)
    assert model.answers() == number_of(between)
    assert [number_of(item.request.package) for item in model.deployments()] == ["1", "3", "4", "2"]


def test_an_endpoint_of_others_is_adopted_updated_gone_back_on_and_changed_by_hand_5(
    shared_stack: Stack, heard: Callable[[], list[dict[str, Any]]]
) -> None:
    model = Operated(shared_stack, "found")
    model.sagemaker.create_model_package_group(ModelPackageGroupName=model.model)
    first = model.registered()
    model.approve(first)
    eventually(lambda: any(item.event.startswith(f"{first} Approved") for item in shared_stack.decisions()))
    theirs = model.by_hand(first)
    model.sagemaker.create_endpoint(EndpointName=model.endpoint, EndpointConfigName=theirs)
    before = model.settled()
    Operated.applied(shared_stack, model.model)

    environment = shared_stack.environment
    adopted = operate.adopt(environment, model.endpoint, None, "ours now")
    assert adopted.outcome == "ADOPTED", adopted.because
    assert operate.adopt(environment, model.endpoint, None, "again").outcome == "SKIPPED_ALREADY_CHAMPION"
    assert (model.champion, model.described()) == (first, before)
    assert story_of(environment, model.model).variants == (RunningVariant("theirs", first, 1.0, 1),)

    second = model.crowned()
    assert model.answers() == number_of(second)
    operate.roll_back(environment, model.model, None, "complaints")
    eventually(lambda: model.champion == first, within=LAP_SECONDS)
    assert model.answers() == number_of(first)
    assert "CHAMPION_NOT_SERVING" not in model.outcomes()

    model.sagemaker.update_endpoint(EndpointName=model.endpoint, EndpointConfigName=model.by_hand(second))
    assert "pointsman adopt found-prod" in model.outcome("CHAMPION_NOT_SERVING").because
    after_two_looks(model)
    assert model.outcomes().count("CHAMPION_NOT_SERVING") == len(told(heard, model, "CHAMPION_NOT_SERVING")) == 1
    assert (model.champion, model.answers()) == (first, number_of(second))
    operate.adopt(environment, model.endpoint, None, "it is better")
    assert model.champion == second


def after_two_looks(model: Operated) -> None:
    """Ticks have compared the model with what SageMaker says of it, twice from now on."""
    for _ in range(2):
        last = model.known.heard_until
        eventually(lambda seen=last: model.known.heard_until != seen)  # type: ignore[misc]


def test_a_rollback_is_one_command_and_serves_the_version_before_within_half_a_minute(stack: Stack) -> None:
    """On the real clock: nothing that it waits for is sped up."""
    model = Operated.applied(stack, "rollback", canary="50%", bake="5m", alarms={"http_5xx": "1%"})
    first, second = model.crowned(), model.crowned()
    assert model.answers() == number_of(second)
    stop(stack.instance.settings.state)
    stack.start_again(time_scale=1.0)

    state = str(stack.instance.settings.state)
    command = [str(POINTSMAN), "rollback", model.model, "--why", "complaints", "--state", state]
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as rollback:
        eventually(lambda: model.answers() == number_of(first), within=ROLLBACK_SECONDS)
        print(f"served {time.monotonic() - began:.1f} s after the command began")
    assert rollback.returncode == 0
    eventually(lambda: model.champion == first)
    assert {model.answers() for _ in range(20)} == {number_of(first)}
