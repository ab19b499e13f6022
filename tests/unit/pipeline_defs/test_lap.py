"""The scripts as jobs: from landed files to a verdict, in training and in an evaluation of what was trained."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline_defs.sample_data import diabetes_objects
from tests.unit.pipeline_defs.jobs import ProcessingJob, TrainingJob
from tests.unit.pipeline_defs.resolve import parameters, resolved, steps_by_name

DIABETES = yaml.safe_load((Path(__file__).parents[3] / "pipeline_defs/models/diabetes.yaml").read_text())
# A point more or less: scikit-learn's versions may differ.
HELD_OUT_RMSE = pytest.approx(59.06, abs=1)
OLDER_HALF_RMSE = pytest.approx(67.59, abs=1)

type Arguments = dict[str, dict[str, Any]]


class AnyUri(dict[str, Any]):
    def __missing__(self, _: str) -> str:
        return "s3://somewhere"


def step_arguments(definition: dict[str, Any], **given: str) -> Arguments:
    """Each job's arguments in an execution for the diabetes model."""
    bar = {"MetricBar": float(DIABETES["policy"]["metric"]["bar"])}
    about = {"ModelPackageGroup": "diabetes", "DecisionKey": "d" * 64}
    own = DIABETES["pipelines"]["training"]["parameters"]
    references = AnyUri(parameters(definition, **own, **bar, **about | given))
    steps = steps_by_name(definition)
    jobs = [name for name, step in steps.items() if step["Type"] in {"Processing", "Training"}]
    return {name: resolved(steps[name]["Arguments"], references) for name in jobs}


@pytest.fixture(scope="session")
def training_arguments(training: dict[str, Any]) -> Arguments:
    return step_arguments(training)


@pytest.fixture(scope="session")
def evaluation_arguments(evaluation: dict[str, Any]) -> Arguments:
    about = {"ModelPackageArn": "arn:…/diabetes/3", "DataFingerprint": "f" * 64, "DecisionKey": "d" * 64}
    return step_arguments(evaluation, **about)


def prepare_job(folder: Path, arguments: Arguments, objects: dict[str, bytes]) -> ProcessingJob:
    job = ProcessingJob(folder, arguments["Prepare"])
    job.give("data", {f"diabetes/{name}": body for name, body in objects.items()} | {"_SUCCESS": b""})
    return job


def evaluation_report(
    folder: Path, arguments: Arguments, archive: bytes, test: dict[str, bytes], *, beside: bytes | None = None
) -> dict[str, Any]:
    """What the Evaluate step leaves behind."""
    evaluate = ProcessingJob(folder, arguments["Evaluate"])
    if beside is not None:
        evaluate.give("champion", {"model.tar.gz": beside})
    evaluate.give("model", {"model.tar.gz": archive})
    evaluate.give("test", test)
    evaluate.succeed()
    report: dict[str, Any] = json.loads(evaluate.output("evaluation")["evaluation.json"])
    return report


@dataclass(frozen=True)
class Champion:
    """A model trained on the younger half, and the rows that were held out."""

    archive: bytes
    test: dict[str, bytes]


@pytest.fixture(scope="session")
def champion(training_arguments: Arguments, tmp_path_factory: pytest.TempPathFactory) -> Champion:
    folder = tmp_path_factory.mktemp("champion")
    prepare = prepare_job(folder / "prepare", training_arguments, diabetes_objects())
    prepare.succeed()
    train = TrainingJob(folder / "train", training_arguments["Train"])
    train.give("train", prepare.output("train"))
    hyperparameters = json.dumps(training_arguments["Train"]["HyperParameters"]).encode()
    train.put("/opt/ml/input/config", {"hyperparameters.json": hyperparameters})
    train.succeed()
    return Champion(train.archive(), prepare.output("test"))


def judged(folder: Path, arguments: Arguments, champion: Champion, objects: dict[str, bytes]) -> dict[str, Any]:
    """The report of an evaluation of the champion on newly landed objects."""
    prepare = prepare_job(folder / "prepare", arguments, objects)
    prepare.succeed()
    assert not prepare.path("/opt/ml/processing/output/train").exists()
    return evaluation_report(folder / "evaluate", arguments, champion.archive, prepare.output("test"))


def test_training_ends_in_a_verdict_that_the_gate_passes(
    training_arguments: Arguments, champion: Champion, tmp_path: Path
) -> None:
    report = evaluation_report(tmp_path, training_arguments, champion.archive, champion.test)
    assert set(report) == {"version", "dataset", "regression_metrics", "verdict", "about"}
    assert report["dataset"]["item_count"] == 54
    assert report["verdict"]["passed"] is True
    assert report["verdict"]["value"] == HELD_OUT_RMSE
    assert report["about"] == {"ChampionPackageArn": "none"}


def test_a_version_is_held_against_the_champion_on_the_same_rows(
    training_arguments: Arguments, champion: Champion, tmp_path: Path
) -> None:
    report = evaluation_report(tmp_path, training_arguments, champion.archive, champion.test, beside=champion.archive)
    assert report["champion"]["regression_metrics"] == report["regression_metrics"]
    assert (report["verdict"]["margin"], report["verdict"]["passed"]) == (0, True)
    assert "keeps up with the champion's 59" in report["verdict"]["summary"]


def test_a_champion_that_can_not_be_loaded_ends_no_training_and_the_summary_says_so(
    training_arguments: Arguments, champion: Champion, tmp_path: Path
) -> None:
    report = evaluation_report(tmp_path, training_arguments, champion.archive, champion.test, beside=b"no archive")
    assert report["verdict"]["passed"] is True
    assert "could not be compared with the champion: ReadError" in report["verdict"]["summary"]


def baseline_job(folder: Path, arguments: dict[str, Any], dataset: dict[str, bytes]) -> dict[str, bytes]:
    job = ProcessingJob(folder, arguments)
    job.give("dataset", dataset)
    job.succeed()
    return job.output("baseline")


def test_baselines_are_of_the_held_out_rows_and_shifted_ones_violate_them(
    training_arguments: Arguments, monitoring: dict[str, Any], champion: Champion, tmp_path: Path
) -> None:
    evaluate = ProcessingJob(tmp_path / "evaluate", training_arguments["Evaluate"])
    evaluate.give("model", {"model.tar.gz": champion.archive})
    evaluate.give("test", champion.test)
    evaluate.succeed()
    predictions = evaluate.output("predictions")
    quality = baseline_job(tmp_path / "quality", training_arguments["QualityBaseline"], predictions)
    assert json.loads(quality["statistics.json"])["regression_metrics"]["rmse"]["value"] == HELD_OUT_RMSE

    data = baseline_job(tmp_path / "data", training_arguments["Baseline"], champion.test)
    uris = {f"Baseline{name}": f"s3://artifacts/{name.lower()}.json" for name in ("Statistics", "Constraints")}
    given = uris | {"DatasetFormat": '{"csv": {"header": true}}'}
    analyze = ProcessingJob(tmp_path / "analyze", step_arguments(monitoring, **given)["Analyze"])
    analyze.give("dataset", diabetes_objects(half="older"))
    for name in ("statistics", "constraints"):
        analyze.give(name, {f"{name}.json": data[f"{name}.json"]})
    analyze.succeed()
    violations = json.loads(analyze.output("report")["constraint_violations.json"])["violations"]
    assert "age" in {violation["feature_name"] for violation in violations}


def test_an_evaluation_on_data_like_that_of_the_training_says_so(
    training_arguments: Arguments, evaluation_arguments: Arguments, champion: Champion, tmp_path: Path
) -> None:
    """The held-out rows, landed anew, get the report that training gave them."""
    report = judged(tmp_path / "evaluation", evaluation_arguments, champion, {"part-0.csv": champion.test["test.csv"]})
    trained = evaluation_report(tmp_path / "training", training_arguments, champion.archive, champion.test)
    del trained["about"], report["about"]
    assert report == trained


def test_an_evaluation_on_shifted_data_says_degraded(
    evaluation_arguments: Arguments, champion: Champion, tmp_path: Path
) -> None:
    report = judged(tmp_path, evaluation_arguments, champion, diabetes_objects(half="older"))
    assert report["dataset"]["item_count"] == 215
    assert report["verdict"]["passed"] is False
    assert report["verdict"]["value"] == OLDER_HALF_RMSE
    assert report["about"] == {
        "ModelPackageArn": "arn:…/diabetes/3",
        "DataFingerprint": "f" * 64,
        "DecisionKey": "d" * 64,
    }


@pytest.mark.parametrize("pipeline", ["training", "evaluation"])
def test_bad_data_ends_the_job_with_a_message_where_sagemaker_looks(
    pipeline: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    objects = diabetes_objects()
    lines = objects["part-07.csv"].decode().split("\n")
    lines[4] = lines[4].replace(lines[4].split(",")[2], "abc")
    arguments = request.getfixturevalue(f"{pipeline}_arguments")
    job = prepare_job(tmp_path, arguments, objects | {"part-07.csv": "\n".join(lines).encode()})
    done = job.run()
    assert done.returncode == 1
    expected = "diabetes/part-07.csv, line 5: column bmi: 'abc' is not a number"
    assert job.path("/opt/ml/output/message").read_text() == expected
    assert done.stderr.strip() == expected


def test_a_failing_training_leaves_its_reason_where_sagemaker_looks(
    training_arguments: Arguments, tmp_path: Path
) -> None:
    job = TrainingJob(tmp_path, training_arguments["Train"])
    hyperparameters = json.dumps(training_arguments["Train"]["HyperParameters"]).encode()
    job.put("/opt/ml/input/config", {"hyperparameters.json": hyperparameters})
    done = job.run()
    assert done.returncode == 1
    assert job.path("/opt/ml/output/failure").read_text() == "train.csv: there is no such file"
