"""The scripts as jobs, in the folders and with the arguments that the compiled definition gives them."""

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from pipeline_defs.sample_data import diabetes_objects
from pipeline_defs.step_code import step_code
from tests.unit.pipeline_defs.resolve import parameters, resolved, steps_by_name

FEATURES = "age,sex,bmi,bp,s1,s2,s3,s4,s5,s6"


class Job:
    """One job's /opt/ml, in a folder."""

    def __init__(self, folder: Path, arguments: dict[str, Any]) -> None:
        self.folder = folder
        self.arguments = arguments

    def path(self, path: str) -> Path:
        return self.folder / Path(path).relative_to("/opt/ml")

    def put(self, path: str, files: dict[str, bytes]) -> None:
        for name, content in files.items():
            (self.path(path) / name).parent.mkdir(parents=True, exist_ok=True)
            (self.path(path) / name).write_bytes(content)

    def run(self) -> subprocess.CompletedProcess[str]:
        program = self.arguments.get("AppSpecification") or self.arguments["AlgorithmSpecification"]
        python, script = program["ContainerEntrypoint"]
        assert python == "python3"
        command = [sys.executable, str(self.path(script)), *program.get("ContainerArguments", [])]
        environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(self.folder)}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


class ProcessingJob(Job):
    def give(self, name: str, files: dict[str, bytes]) -> None:
        [local] = [
            item["S3Input"]["LocalPath"] for item in self.arguments["ProcessingInputs"] if item["InputName"] == name
        ]
        self.put(local, files)

    def output(self, name: str) -> dict[str, bytes]:
        [local] = [
            item["S3Output"]["LocalPath"]
            for item in self.arguments["ProcessingOutputConfig"]["Outputs"]
            if item["OutputName"] == name
        ]
        return {path.name: path.read_bytes() for path in self.path(local).iterdir()}


class TrainingJob(Job):
    def give(self, name: str, files: dict[str, bytes]) -> None:
        assert name in [channel["ChannelName"] for channel in self.arguments["InputDataConfig"]]
        self.put(f"/opt/ml/input/data/{name}", files)

    def archive(self) -> bytes:
        """What SageMaker uploads as the model's artefact."""
        path = self.folder / "model.tar.gz"
        with tarfile.open(path, "w:gz") as tar:
            tar.add(self.path("/opt/ml/model"), ".")
        return path.read_bytes()


@pytest.fixture
def arguments(training: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Each step's arguments in an execution whose parameters are those of the diabetes model."""

    class AnyUri(dict[str, Any]):
        def __missing__(self, _: str) -> str:
            return "s3://somewhere"

    given = AnyUri(parameters(training, Features=FEATURES, MetricBar=65.0))
    steps = steps_by_name(training)
    return {name: resolved(steps[name]["Arguments"], given) for name in ("Prepare", "Train", "Evaluate")}


def prepare_job(folder: Path, arguments: dict[str, Any], objects: dict[str, bytes]) -> ProcessingJob:
    job = ProcessingJob(folder, arguments)
    job.give("code", dict(step_code().files))
    job.give("data", {f"diabetes/training/{name}": body for name, body in objects.items()} | {"_SUCCESS": b""})
    return job


def test_from_landed_files_to_a_verdict(arguments: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    prepare = prepare_job(tmp_path / "prepare", arguments["Prepare"], diabetes_objects())
    prepared = prepare.run()
    assert prepared.returncode == 0, prepared.stderr

    train = TrainingJob(tmp_path / "train", arguments["Train"])
    train.give("code", dict(step_code().files))
    train.give("train", prepare.output("train"))
    hyperparameters = json.dumps(arguments["Train"]["HyperParameters"]).encode()
    train.put("/opt/ml/input/config", {"hyperparameters.json": hyperparameters})
    trained = train.run()
    assert trained.returncode == 0, trained.stderr

    evaluate = ProcessingJob(tmp_path / "evaluate", arguments["Evaluate"])
    evaluate.give("code", dict(step_code().files))
    evaluate.give("model", {"model.tar.gz": train.archive()})
    evaluate.give("test", prepare.output("test"))
    evaluated = evaluate.run()
    assert evaluated.returncode == 0, evaluated.stderr

    report = json.loads(evaluate.output("evaluation")["evaluation.json"])
    assert report["dataset"]["item_count"] == 54
    assert report["verdict"]["passed"] is True
    assert report["verdict"]["value"] == pytest.approx(59.06, abs=1)  # a point: scikit-learn versions may differ


def test_bad_data_ends_the_job_with_a_message_where_sagemaker_looks(
    arguments: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    objects = diabetes_objects()
    lines = objects["part-07.csv"].decode().split("\n")
    lines[4] = lines[4].replace(lines[4].split(",")[2], "abc")
    job = prepare_job(tmp_path, arguments["Prepare"], objects | {"part-07.csv": "\n".join(lines).encode()})
    done = job.run()
    assert done.returncode == 1
    expected = "diabetes/training/part-07.csv, line 5: column bmi: 'abc' is not a number"
    assert job.path("/opt/ml/output/message").read_text() == expected
    assert done.stderr.strip() == expected


def test_a_failing_training_leaves_its_reason_where_sagemaker_looks(
    arguments: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    job = TrainingJob(tmp_path, arguments["Train"])
    job.give("code", dict(step_code().files))
    job.put("/opt/ml/input/config", {"hyperparameters.json": b'{"target": "target"}'})
    done = job.run()
    assert done.returncode == 1
    assert job.path("/opt/ml/output/failure").read_text().startswith("FileNotFoundError")
