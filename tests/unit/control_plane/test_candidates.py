"""What is gathered about a run that might start."""

import json
from dataclasses import replace

import pytest

from control_plane.admission import Candidate
from control_plane.candidates import candidate
from control_plane.outcomes import Outcome
from control_plane.policies import Purpose
from control_plane.records import StartRequest
from tests.fakes import FakeControlPlane
from tests.samples import EVALUATION, MORNING, TRAINING, begun, champion, evaluated_spec, model_spec
from tests.unit.world import judged_plane, put


@pytest.fixture
def plane() -> FakeControlPlane:
    """A model with a champion and one file for each purpose."""
    plane = judged_plane()
    put(plane.objects, "churn/training/a.csv", "churn/evaluation/b.csv")
    return plane


def found(plane: FakeControlPlane, purpose: Purpose, decision_id: str = "d1") -> Candidate:
    return candidate(plane.ledger.model("churn"), purpose, decision_id, plane)


def obstacle(of: Candidate) -> Outcome | None:
    assert of.request is None
    return of.obstacle.outcome if of.obstacle else None


def test_a_training_is_told_all_that_it_must_know(plane: FakeControlPlane) -> None:
    request = found(plane, TRAINING).request
    assert request is not None
    (version,) = plane.registry.packages.values()
    assert (request.model, request.purpose, request.pipeline) == ("churn", TRAINING, "pointsman-training")
    assert dict(request.parameters) == {
        "ChampionPackageArn": version.arn,
        "ChampionModelDataUrl": version.model_data_url,
        "MetricTolerance": "0.0",
        "ModelPackageGroup": "churn",
        "DataManifest": f"s3://artifacts/manifests/churn/{request.fingerprint}/manifest.json",
        "DataFingerprint": request.fingerprint,
        "DecisionKey": "d1",
        "MetricName": "auc",
        "MetricDirection": "maximize",
        "MetricBar": "0.8",
        "Target": "left",
    }


def test_an_evaluation_is_told_which_version_to_judge_and_where_to_report(plane: FakeControlPlane) -> None:
    request = found(plane, EVALUATION).request
    (version,) = plane.registry.packages.values()
    assert request is not None
    assert (request.purpose, request.pipeline) == (EVALUATION, "pointsman-evaluation")
    manifest = request.parameters["DataManifest"]
    assert dict(request.parameters) == {
        "ModelPackageGroup": "churn",
        "ModelPackageArn": version.arn,
        "ModelDataUrl": version.model_data_url,
        "ImageUri": version.image,
        "DataManifest": manifest,
        "ReportUri": "s3://artifacts/evaluations/churn/d1",
        "DataFingerprint": request.fingerprint,
        "DecisionKey": "d1",
        "MetricName": "auc",
        "MetricDirection": "maximize",
        "MetricBar": "0.8",
    }
    assert json.loads(plane.objects.documents[manifest]) == [{"prefix": "s3://landing/"}, "churn/evaluation/b.csv"]


def test_a_model_cannot_send_a_run_to_other_data_than_was_decided_on() -> None:
    parameters = {"DataManifest": "s3://mine", "DecisionKey": "mine", "MetricBar": "0", "Target": "left"}
    plane = judged_plane(evaluated_spec(changes={"pipelines.training.parameters": parameters}))
    put(plane.objects, "churn/training/a.csv")
    request = found(plane, TRAINING).request
    assert request is not None
    assert (request.parameters["MetricBar"], request.parameters["Target"]) == ("0.8", "left")
    assert request.parameters["DataManifest"].startswith("s3://artifacts/manifests/churn/")
    assert request.parameters["DecisionKey"] == "d1"


def test_other_data_is_new_to_the_same_champion(plane: FakeControlPlane) -> None:
    first = found(plane, EVALUATION).request
    put(plane.objects, "churn/evaluation/c.csv")
    second = found(plane, EVALUATION).request
    assert first is not None
    assert second is not None
    assert first.fingerprint != second.fingerprint


def test_the_same_data_is_new_to_another_champion(plane: FakeControlPlane) -> None:
    first = found(plane, EVALUATION).request
    plane.ledger.crown(
        begun("crowning", request=None), champion(2, package=plane.registry.register("churn").arn), instead_of=KING
    )
    second = found(plane, EVALUATION).request
    assert first is not None
    assert second is not None
    assert first.fingerprint != second.fingerprint
    assert first.parameters["DataManifest"] == second.parameters["DataManifest"]


KING = "arn:aws:sagemaker:eu-west-1:111122223333:model-package/churn/1"


def test_it_says_what_there_is_and_who_is_on_it(plane: FakeControlPlane) -> None:
    put(plane.objects, "churn/training/c.csv", "churn/training/_SUCCESS", "churn/training/_temporary/x.csv")
    request = found(plane, TRAINING).request
    assert request is not None
    plane.ledger.begin(begun("d7", request.fingerprint, request=request), None)
    again = found(plane, TRAINING)
    assert (again.data, again.data_used_by) == ("2 objects in churn/training/", "d7")
    assert (found(plane, EVALUATION).data, found(plane, EVALUATION).data_used_by) == (
        "1 objects in churn/evaluation/",
        None,
    )


def test_what_lies_in_a_folder_of_another_model_is_the_others(plane: FakeControlPlane) -> None:
    plane.ledger.apply(model_spec("eu", changes={"data.training.prefix": "churn/training/eu/"}), MORNING)
    put(plane.objects, "churn/training/eu/b.csv", "churn/training/us/c.csv")
    assert found(plane, TRAINING).data == "2 objects in churn/training/"


@pytest.mark.parametrize("purpose", [TRAINING, EVALUATION])
def test_an_empty_folder_is_no_data(purpose: Purpose) -> None:
    plane = judged_plane()
    put(plane.objects, "churn/training/_SUCCESS", "churn/evaluation/_temporary/x")
    assert obstacle(found(plane, purpose)) is Outcome.SKIPPED_NO_DATA
    assert [uri for uri in plane.objects.documents if uri.startswith("s3://artifacts/")] == []


def test_without_a_folder_for_it_there_is_no_data(plane: FakeControlPlane) -> None:
    plane.ledger.apply(model_spec(), MORNING)
    assert obstacle(found(plane, EVALUATION)) is Outcome.SKIPPED_NO_DATA


def test_without_a_champion_there_is_nothing_to_judge() -> None:
    plane = FakeControlPlane()
    plane.ledger.apply(evaluated_spec(), MORNING)
    put(plane.objects, "churn/evaluation/b.csv")
    assert obstacle(found(plane, EVALUATION)) is Outcome.SKIPPED_NO_CHAMPION


def test_a_champion_that_left_the_registry_cannot_be_judged_and_nothing_is_compared_with_it_2(
    plane: FakeControlPlane,
) -> None:
    plane.registry.packages.clear()
    assert obstacle(found(plane, EVALUATION)) is Outcome.SKIPPED_NO_CHAMPION
    assert champion_told(found(plane, TRAINING).request) == {}


def test_a_champion_without_an_archive_of_its_own_is_not_compared_with(plane: FakeControlPlane) -> None:
    (version,) = plane.registry.packages.values()
    plane.registry.packages[version.arn] = replace(version, model_data_url="")
    assert champion_told(found(plane, TRAINING).request) == {}


def test_a_first_training_has_nothing_to_be_compared_with() -> None:
    plane = FakeControlPlane()
    plane.ledger.apply(evaluated_spec(), MORNING)
    put(plane.objects, "churn/training/a.csv")
    assert champion_told(found(plane, TRAINING).request) == {}


def test_a_pipeline_is_not_told_what_its_model_omits() -> None:
    omitted = ["ChampionModelDataUrl", "MetricTolerance", "ModelPackageGroup"]
    plane = judged_plane(evaluated_spec(changes={"pipelines.training.omit": omitted}))
    put(plane.objects, "churn/training/a.csv")
    request = found(plane, TRAINING).request
    assert request is not None
    assert {"ChampionPackageArn", "DataManifest"} <= request.parameters.keys()
    assert not request.parameters.keys() & set(omitted)


def champion_told(request: StartRequest | None) -> dict[str, str]:
    assert request is not None
    return {name: value for name, value in request.parameters.items() if name.startswith("Champion")}
