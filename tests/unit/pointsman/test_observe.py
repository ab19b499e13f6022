"""What is listed and told of decisions and runs, over an in-memory ledger."""

from types import SimpleNamespace
from typing import Any

import pytest

from control_plane.outcomes import Outcome
from control_plane.records import DecisionStatus, Deployment
from pointsman import observe
from pointsman.cli.options import moment
from pointsman.errors import BadRequest, NotFound
from pointsman.versions import Version
from tests.fakes import FakeHistory, FakeLedger
from tests.samples import (
    MORNING,
    after,
    begun,
    deploy_request,
    done,
    model_spec,
    package_arn,
    revised,
    route_of,
    run_of,
    skipped,
)


@pytest.fixture
def ledger() -> FakeLedger:
    ledger = FakeLedger()
    ledger.apply(model_spec(), MORNING)
    ledger.apply(model_spec("other"), MORNING)
    return ledger


@pytest.fixture
def environment(ledger: FakeLedger) -> Any:
    return SimpleNamespace(ledger=ledger, history=FakeHistory(ledger))


def listed(environment: Any, *arguments: Any, **named: Any) -> list[str]:
    return [decision.id for decision in observe.decisions(environment, *arguments, **named)]


@pytest.fixture
def window_id(ledger: FakeLedger) -> str:
    """Of a window that is open since a minute after the morning began."""
    ledger.note_arrivals(route_of(model_spec()), first_event="e", arrivals=2, complete=False, now=after(minutes=1))
    (window,) = FakeHistory(ledger).windows()
    return window.id


def test_windows_that_are_open_stand_among_the_decisions(ledger: FakeLedger, environment: Any, window_id: str) -> None:
    ledger.settle(skipped("before", decided_at=after()), None)
    ledger.settle(skipped("after", model=None, decided_at=after(minutes=2)), None)
    assert listed(environment) == ["after", window_id, "before"]
    assert listed(environment, "churn") == [window_id, "before"]
    assert listed(environment, "other") == []
    assert listed(environment, outcome=Outcome.HELD) == [window_id]
    assert listed(environment, since=after(minutes=2)) == ["after"]


def test_what_is_held_has_a_story_too(environment: Any, window_id: str) -> None:
    story = observe.story(environment, window_id)
    assert (story.decision.outcome, story.decision.events) == (Outcome.HELD, 2)
    assert (story.execution, story.package, story.related) == (None, None, ())


@pytest.mark.parametrize("wrong", ["nothing", "churn-training-20200101T000000000000Z", "x-training-y"])
def test_what_was_never_decided_is_not_found(environment: Any, window_id: str, wrong: str) -> None:
    assert wrong != window_id
    with pytest.raises(NotFound, match=wrong):
        observe.story(environment, wrong)


def test_a_story_tells_what_else_came_of_the_same_event(ledger: FakeLedger, environment: Any) -> None:
    ledger.settle(skipped("d1", decided_at=after()), None)
    ledger.settle(skipped("d1-verdict", decided_at=after(hours=1), correlation_id="d1"), None)
    ledger.settle(skipped("unrelated", decided_at=after(hours=2)), None)
    ledger.settle(skipped("package-1", decided_at=after(hours=3), correlation_id="d1"), None)
    for told, others in {"d1": ["d1-verdict", "package-1"], "d1-verdict": ["d1", "package-1"]}.items():
        assert [decision.id for decision in observe.story(environment, told).related] == others


def test_a_deployments_beginning_and_its_end_tell_of_the_endpoint_and_the_version(
    ledger: FakeLedger, environment: Any
) -> None:
    environment.sagemaker = SimpleNamespace(describe_model_package=lambda **_: {"ModelApprovalStatus": "Approved"})
    request = deploy_request(2)
    decision = begun("package-1", request=request, correlation_id="d1")
    deployment = Deployment(id=decision.id, request=request, started_at=MORNING, correlation_id="d1")
    ledger.settle(skipped("d1"), None)
    ledger.begin(decision, None)
    ledger.complete(revised(decision, DecisionStatus.DONE, decision.outcome, run=request.config), deployment)
    ended = deployment.model_copy(update={"outcome": Outcome.CHAMPION_CHANGED, "ended_at": after(minutes=1)})
    ledger.end_deployment(ended, skipped("package-1-end", correlation_id="d1"), None, instead_of=None)
    for told, others in {"package-1": {"d1", "package-1-end"}, "package-1-end": {"d1", "package-1"}}.items():
        story = observe.story(environment, told)
        assert (story.execution, story.deployment) == (None, ended)
        assert story.package == Version(package_arn(2), "Approved", {})
        assert {relative.id for relative in story.related} == others
    assert list(observe.deployments(environment, "churn")) == [ended]


def test_an_unknown_model_is_not_an_empty_list(environment: Any) -> None:
    with pytest.raises(NotFound, match="'nobody'"):
        observe.decisions(environment, "nobody")
    with pytest.raises(NotFound, match="'nobody'"):
        observe.runs(environment, "nobody")
    with pytest.raises(NotFound, match="'nobody'"):
        observe.deployments(environment, "nobody")


def test_a_run_is_found_by_any_of_its_ids(ledger: FakeLedger, environment: Any) -> None:
    decision = begun("d1")
    run = run_of(decision)
    ledger.begin(decision, None)
    ledger.complete(done(decision, run), run)
    for some_id in ("d1", run.arn, run.arn.rpartition("/")[2]):
        assert observe.run(environment, some_id) == run
    with pytest.raises(NotFound):
        observe.run(environment, "d2")


def test_since_is_a_duration_or_a_time() -> None:
    two_hours_ago = moment("2h")
    assert two_hours_ago
    assert two_hours_ago.tzinfo
    assert moment("2026-11-21T09:00:00Z") == moment("2026-11-21T09:00") == after()
    assert moment(None) is None
    with pytest.raises(BadRequest, match="yesterday"):
        moment("yesterday")
