"""A version is asked for what it was registered with before it becomes champion; one that fails makes way at once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from control_plane.endpoints import Answer
from control_plane.errors import CapacityExceeded
from control_plane.outcomes import Outcome
from control_plane.records import Decision, DecisionStatus
from on_endpoint.handler import handle
from tests.fakes import FakeControlPlane
from tests.samples import SAMPLE, deployed_spec, package_arn
from tests.unit.world import apply, champion_of, decide_approval, pack_samples, tick

ENDPOINT = "churn-prod"


@pytest.fixture
def plane() -> FakeControlPlane:
    """Three versions with samples, the first of which is champion."""
    plane = FakeControlPlane()
    apply(plane, deployed_spec())
    for _ in range(3):
        plane.registry.register("churn")
    pack_samples(plane)
    decide_approval(plane, package_arn(1))
    assert arrive(plane)[0].outcome is Outcome.CHAMPION_CHANGED
    return plane


def arrive(plane: FakeControlPlane) -> list[Decision]:
    plane.wait(timedelta(minutes=3))
    plane.endpoints.settle(ENDPOINT)
    return handle(ENDPOINT, plane)[1]


def fail(plane: FakeControlPlane, version: int = 2) -> None:
    """Its endpoint won't answer its sample."""
    plane.endpoints.answers[package_arn(version)] = Answer(500, "division by zero")


def asked(plane: FakeControlPlane) -> list[str]:
    return [request.package.rpartition("/")[2] for request in plane.endpoints.asked]


def test_the_sample_is_sent_once_as_the_version_takes_it(plane: FakeControlPlane) -> None:
    known = plane.registry.packages[package_arn(2)]
    plane.registry.packages[known.arn] = replace(known, content_type="text/libsvm")
    plane.endpoints.invoked.clear()
    decide_approval(plane, package_arn(2))
    (ended,) = arrive(plane)
    assert ended.because.endswith("and answered its sample payload with 200")
    assert plane.endpoints.invoked == [(ENDPOINT, SAMPLE, "text/libsvm")]
    assert handle(ENDPOINT, plane)[1] == []
    assert len(plane.endpoints.invoked) == 1


def test_a_version_that_fails_makes_way_for_the_champion_5(plane: FakeControlPlane) -> None:
    fail(plane)
    decide_approval(plane, package_arn(2))
    failed, back = arrive(plane)
    assert (failed.outcome, back.outcome) == (Outcome.SMOKE_TEST_FAILED, Outcome.ROLLING_BACK)
    assert "500 (division by zero)" in failed.because
    assert champion_of(plane) == package_arn(1)
    restored, _ = arrive(plane)
    assert (restored.outcome, champion_of(plane)) == (Outcome.ROLLED_BACK, package_arn(1))
    assert asked(plane) == ["1", "2", "1"]
    first, _, again = plane.endpoints.asked
    assert (again.config, again.served_model) == (first.config, first.served_model)
    champion = plane.ledger.model("churn").champion
    assert champion is not None
    assert (champion.config, champion.earlier) == (first.config, ())


def test_it_is_put_back_as_it_was_though_the_spec_has_changed_since(plane: FakeControlPlane) -> None:
    fail(plane)
    decide_approval(plane, package_arn(2))
    apply(plane, deployed_spec(changes={"deployment.instances": {"type": "ml.m5.large", "count": 3}}))
    arrive(plane)
    first, _, again = plane.endpoints.asked
    assert again.config == first.config


def test_a_first_version_that_fails_is_no_champion(plane: FakeControlPlane) -> None:
    apply(plane, deployed_spec("other"))
    arn = plane.registry.register("other").arn
    pack_samples(plane)
    plane.endpoints.answers[arn] = Answer(500)
    decide_approval(plane, arn)
    plane.endpoints.settle("other-prod")
    (failed,) = handle("other-prod", plane)[1]
    assert failed.outcome is Outcome.SMOKE_TEST_FAILED
    model = plane.ledger.model("other")
    assert (model.champion, model.deploying) == (None, None)


def test_nothing_comes_between_a_failure_and_what_is_put_back_1_5(plane: FakeControlPlane) -> None:
    fail(plane)
    decide_approval(plane, package_arn(2))
    decide_approval(plane, package_arn(3))
    assert [decision.outcome for decision in arrive(plane)] == [Outcome.SMOKE_TEST_FAILED, Outcome.ROLLING_BACK]
    assert [decision.outcome for decision in arrive(plane)] == [Outcome.ROLLED_BACK, Outcome.DEPLOYING]
    assert [decision.outcome for decision in arrive(plane)] == [Outcome.CHAMPION_CHANGED, Outcome.COLLECTED]
    assert (asked(plane), champion_of(plane)) == (["1", "2", "1", "3"], package_arn(3))


def test_what_cannot_be_put_back_now_is_when_it_can(plane: FakeControlPlane) -> None:
    fail(plane)
    decide_approval(plane, package_arn(2))
    plane.wait(timedelta(minutes=3))
    plane.endpoints.settle(ENDPOINT)
    plane.endpoints.unavailable = CapacityExceeded("full")
    failed, *back = handle(ENDPOINT, plane)[1]
    assert failed.outcome is Outcome.SMOKE_TEST_FAILED
    assert {decision.outcome for decision in back} == {Outcome.DEFERRED_CAPACITY}
    plane.endpoints.unavailable = None
    plane.wait(timedelta(minutes=2))
    assert [decision.outcome for decision in tick(plane)] == [Outcome.ROLLING_BACK]
    assert asked(plane) == ["1", "2", "1"]


def test_what_a_function_that_died_has_begun_a_tick_finishes_3(
    plane: FakeControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(plane)
    decide_approval(plane, package_arn(2))
    with monkeypatch.context() as patch:
        patch.setattr(plane.endpoints, "update", lambda _request: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            arrive(plane)
    assert handle(ENDPOINT, plane)[1] == []
    plane.wait(timedelta(minutes=2))
    (back,) = tick(plane)
    assert (back.outcome, back.status) == (Outcome.ROLLING_BACK, DecisionStatus.DONE)


def test_what_sagemaker_cannot_do_now_is_judged_when_it_can(
    plane: FakeControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide_approval(plane, package_arn(2))
    with monkeypatch.context() as patch:
        patch.setattr(plane.endpoints, "invoke", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            arrive(plane)
    assert plane.ledger.model("churn").deploying is not None
    assert handle(ENDPOINT, plane)[1][0].outcome is Outcome.CHAMPION_CHANGED


def test_a_rollback_is_not_tested(plane: FakeControlPlane) -> None:
    decide_approval(plane, package_arn(2))
    arrive(plane)
    fail(plane, 1)
    decide_approval(plane, package_arn(2), "Rejected")
    (ended,) = arrive(plane)
    assert (ended.outcome, champion_of(plane)) == (Outcome.ROLLED_BACK, package_arn(1))
    assert ended.because.endswith("untested, for what an endpoint goes back to was in use")


@pytest.mark.parametrize(
    ("sample", "why"),
    [
        (None, "it has no sample payload"),
        (
            "s3://elsewhere/sample.tar.gz",
            "s3://elsewhere/sample.tar.gz isn't where pipelines write",
        ),
        ("s3://artifacts/pipelines/gone.tar.gz", "its sample payload s3://artifacts/pipelines/gone.tar.gz is gone"),
        ("s3://artifacts/pipelines/text.tar.gz", "s3://artifacts/pipelines/text.tar.gz is no gzipped tar archive"),
    ],
)
def test_a_version_without_a_sample_is_not_tested_and_the_record_says_why(
    plane: FakeControlPlane, sample: str | None, why: str
) -> None:
    fail(plane)
    plane.objects.write("artifacts", "pipelines/text.tar.gz", b"1,2")
    known = plane.registry.packages[package_arn(2)]
    plane.registry.packages[known.arn] = replace(known, sample_uri=sample)
    decide_approval(plane, known.arn)
    (ended,) = arrive(plane)
    assert ended.outcome is Outcome.CHAMPION_CHANGED
    assert why in ended.because


def test_a_champion_that_we_did_not_deploy_is_put_back_as_its_spec_would_have_it(plane: FakeControlPlane) -> None:
    fail(plane)
    decide_approval(plane, package_arn(2))
    model = plane.ledger.model("churn")
    assert model.champion is not None
    apart = model.champion.model_copy(update={"config": "made-by-hand"})
    plane.ledger.crown(
        plane.ledger.decisions("churn")[0].model_copy(update={"id": "by-hand"}), apart, instead_of=apart.package
    )
    arrive(plane)
    first, _, again = plane.endpoints.asked
    assert (again.package, again.config) == (first.package, first.config)
