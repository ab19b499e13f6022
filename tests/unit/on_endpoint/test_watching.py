"""The champion's endpoint is watched with the champion's baseline, or not at all."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from control_plane.errors import CallRefused, Superseded
from control_plane.outcomes import Outcome
from control_plane.policies import DriftKind
from control_plane.records import Decision
from on_endpoint.handler import handle
from tests.fakes import FakeControlPlane
from tests.samples import deployed_spec, evaluated_spec, package_arn, watched_spec
from tests.unit.world import apply, decide_approval, give_baselines, tick

ENDPOINT, SCHEDULE = "churn-prod", "pointsman-churn-prod-data-quality"
LABELS = {"monitor.labels": {"prefix": "churn/labels/", "problem_type": "Regression"}}


@pytest.fixture
def plane() -> FakeControlPlane:
    """Three versions with baselines of their own, none of them approved."""
    plane = FakeControlPlane()
    apply(plane, watched_spec())
    for _ in range(3):
        plane.registry.register("churn")
    give_baselines(plane)
    return plane


def use(plane: FakeControlPlane, version: int) -> list[Decision]:
    """What came of its becoming champion."""
    decide_approval(plane, package_arn(version))
    plane.wait(timedelta(minutes=3))
    plane.endpoints.settle(ENDPOINT)
    return handle(ENDPOINT, plane)[1]


def baseline(plane: FakeControlPlane, schedule: str = SCHEDULE) -> str:
    """Of the definition that a schedule runs."""
    return plane.schedules.plans[plane.schedules.running[schedule]].constraints


def look(plane: FakeControlPlane) -> list[tuple[str, dict[str, Any]]]:
    """What a tick says that looks after the model now."""
    plane.events.sent.clear()
    plane.ledger.apply(plane.ledger.model("churn").spec, plane.now())
    plane.wait(timedelta(seconds=1))
    tick(plane)
    return [(kind, detail) for kind, detail in plane.events.sent if kind == "Endpoint Observed"]


def test_each_champion_is_watched_with_its_own_baseline_alone(plane: FakeControlPlane) -> None:
    for version in (1, 2):
        crowned, watched = use(plane, version)
        assert (crowned.outcome, watched.outcome) == (Outcome.CHAMPION_CHANGED, Outcome.WATCHED)
        assert package_arn(version) in watched.because
        assert list(plane.schedules.running) == [SCHEDULE]
        assert baseline(plane) == f"s3://artifacts/pipelines/churn/{version}/data_quality/constraints.json"
        assert len(plane.schedules.plans) == 1
    assert handle(ENDPOINT, plane)[1] == []
    watch = plane.ledger.model("churn").watch
    assert watch is not None
    assert (watch.package, [each.schedule for each in watch.monitors]) == (package_arn(2), [SCHEDULE])


def test_going_back_is_watched_with_the_baseline_of_what_it_goes_back_to(plane: FakeControlPlane) -> None:
    use(plane, 1)
    use(plane, 2)
    decide_approval(plane, package_arn(2), "Rejected")
    plane.wait(timedelta(minutes=3))
    plane.endpoints.settle(ENDPOINT)
    ended, watched = handle(ENDPOINT, plane)[1]
    assert (ended.outcome, watched.outcome) == (Outcome.ROLLED_BACK, Outcome.WATCHED)
    assert "/churn/1/" in baseline(plane)


def test_a_champion_without_a_baseline_is_not_judged_by_anothers(plane: FakeControlPlane) -> None:
    use(plane, 1)
    known = plane.registry.packages[package_arn(2)]
    plane.registry.packages[known.arn] = replace(known, baselines={})
    _, skipped = use(plane, 2)
    assert skipped.outcome is Outcome.SKIPPED_NO_BASELINE
    assert skipped.because == f"{package_arn(2)} was registered without a baseline of data_quality"
    assert (plane.schedules.running, plane.schedules.plans) == ({}, {})
    assert handle(ENDPOINT, plane)[1] == [], "once"


def test_what_has_no_baseline_is_told_beside_what_has_one(plane: FakeControlPlane) -> None:
    apply(plane, watched_spec(changes=LABELS))
    known = plane.registry.packages[package_arn(1)]
    data = {DriftKind.DATA_QUALITY: known.baselines[DriftKind.DATA_QUALITY]}
    plane.registry.packages[known.arn] = replace(known, baselines=data)
    _, watched = use(plane, 1)
    assert watched.outcome is Outcome.WATCHED
    assert watched.because.endswith("was registered without a baseline of model_quality")
    assert list(plane.schedules.running) == [SCHEDULE]


def test_a_champion_that_left_the_registry_has_no_baseline(plane: FakeControlPlane) -> None:
    use(plane, 1)
    del plane.registry.packages[package_arn(1)]
    apply(plane, watched_spec(changes={"monitor.every": "1d"}))
    (skipped,) = handle(ENDPOINT, plane)[1]
    assert skipped.outcome is Outcome.SKIPPED_NO_BASELINE
    assert plane.schedules.running == {}


def test_a_change_of_the_spec_is_followed_back_and_forth(plane: FakeControlPlane) -> None:
    use(plane, 1)
    for spec, outcome in (
        (watched_spec(changes=LABELS), Outcome.WATCHED),
        (watched_spec(), Outcome.WATCHED),
        (deployed_spec(), Outcome.UNWATCHED),
        (watched_spec(), Outcome.WATCHED),
    ):
        apply(plane, spec)
        plane.wait(timedelta(seconds=1))
        (decision,) = handle(ENDPOINT, plane)[1]
        assert decision.outcome is outcome
        kinds = {plan.kind for plan in plane.schedules.plans.values()}
        wanted = 0 if outcome is Outcome.UNWATCHED else 1 + bool(spec.monitor.labels)
        assert (len(plane.schedules.running), len(kinds)) == (wanted, wanted)
    assert handle(ENDPOINT, plane)[1] == []


def test_what_sagemaker_refuses_leaves_no_monitor_and_is_asked_for_once(plane: FakeControlPlane) -> None:
    use(plane, 1)
    plane.schedules.refusal = CallRefused("no such instance type")
    _, refused = use(plane, 2)
    assert (refused.outcome, refused.because) == (Outcome.REFUSED, "no such instance type")
    assert (plane.schedules.running, plane.schedules.plans) == ({}, {})
    assert handle(ENDPOINT, plane)[1] == []


def test_without_a_monitor_in_the_spec_nothing_is_asked_or_written(plane: FakeControlPlane) -> None:
    apply(plane, deployed_spec())
    (crowned,) = use(plane, 1)
    assert crowned.outcome is Outcome.CHAMPION_CHANGED
    assert plane.ledger.model("churn").watch is None


def test_a_tick_tells_of_what_is_not_watched_as_it_should_be_3_6(plane: FakeControlPlane) -> None:
    use(plane, 1)
    assert look(plane) == []
    plane.ledger.apply(watched_spec(changes={"monitor.every": "1d"}), plane.now())
    assert look(plane) == [("Endpoint Observed", {"EndpointName": ENDPOINT, "model": "churn"})]
    handle(ENDPOINT, plane)
    assert look(plane) == []


def test_a_model_that_gives_its_endpoint_up_leaves_no_monitor_6(plane: FakeControlPlane) -> None:
    use(plane, 1)
    plane.ledger.apply(evaluated_spec(), plane.now())
    assert look(plane) == [("Endpoint Observed", {"EndpointName": ENDPOINT, "model": "churn"})]
    (unwatched,) = handle(ENDPOINT, plane, model="churn")[1]
    assert (unwatched.outcome, plane.schedules.running) == (Outcome.UNWATCHED, {})
    assert look(plane) == []


def test_a_watch_on_another_champion_than_there_is_now_is_not_written_down(
    plane: FakeControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(plane, 1)
    model = plane.ledger.model("churn")
    use(plane, 2)
    apply(plane, watched_spec(changes={"monitor.every": "1d"}))
    late = model.model_copy(update={"spec": plane.ledger.model("churn").spec, "watch": None})
    monkeypatch.setattr(plane.ledger, "model", lambda _name: late)
    with pytest.raises(Superseded):
        handle(ENDPOINT, plane)
