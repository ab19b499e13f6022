"""What an endpoint's callers see while versions come and go, and how fast a person gets the one before back."""

import sys
from pathlib import Path

from tests.local.instances import eventually
from tests.local.operated import FAILING, Operated, number_of, traffic
from tests.local.stack import LAP_SECONDS, Stack

POINTSMAN = Path(sys.executable).with_name("pointsman")
CALLS = 2000


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
    after = {model.answers() for _ in range(20)}
    assert set(before) == {number_of(first)}
    assert set(calls.answers) == {number_of(first), number_of(second)}
    assert after == {number_of(model.champion)}


def test_a_version_that_fails_requests_is_taken_back_while_it_bakes_5(shared_stack: Stack) -> None:
    model = Operated.applied(shared_stack, "alarmed", canary="50%", bake="30m", alarms={"http_5xx": "1%"})
    first, failing = model.crowned(), model.registered(FAILING)
    with traffic(model):
        model.approve(failing)
        noticed = model.outcome("DEPLOYMENT_ROLLED_BACK")
    assert "pointsman-guard-alarmed-prod-http_5xx" in noticed.because
    assert model.champion == first
    assert {model.answers() for _ in range(20)} == {number_of(first)}
    assert model.described()["EndpointStatus"] == "InService"
