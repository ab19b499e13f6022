import json
from pathlib import Path
from typing import Any

from pipeline_defs.compile import COMPILED, readable
from tests.unit.pipeline_defs.conftest import Compilation, compile_in_child
from tests.unit.pipeline_defs.resolve import resolved, steps_by_name
from tests.unit.pipeline_defs.service_model import problems

JOBS = {
    "Processing": ("CreateProcessingJob", "ProcessingJobName"),
    "Training": ("CreateTrainingJob", "TrainingJobName"),
}


class Anything(dict[str, Any]):
    """A reference's value, whatever it is."""

    def __missing__(self, path: str) -> Any:
        if "InstanceType" in path:
            return "ml.m5.xlarge"
        return 1 if "Size" in path or "Count" in path else "s3://somewhere/model.tar.gz"


def test_the_repository_has_the_definitions_as_they_compile(compilation: Compilation) -> None:
    kept = {path.stem: path.read_text() for path in COMPILED.glob("*.json")}
    assert kept == {name: readable(text) for name, text in compilation.compiled.items()}, (
        "the pipelines have changed; `make compile` writes them anew"
    )


def test_compiling_again_elsewhere_gives_the_same_bytes(compilation: Compilation, tmp_path: Path) -> None:
    again = compile_in_child(tmp_path, hash_seed=1)
    assert (again.compiled, again.locked) == (compilation.compiled, compilation.locked)


def test_compiling_says_nothing(compilation: Compilation) -> None:
    assert compilation.stderr == ""


def test_an_accounts_network_and_key_are_every_jobs(compilation: Compilation) -> None:
    seen = set()
    for text in compilation.locked.values():
        for name, step in steps_by_name(json.loads(text)).items():
            if step["Type"] not in JOBS:
                continue
            operation, job_name = JOBS[step["Type"]]
            request = resolved(step["Arguments"], Anything()) | {job_name: "job"}
            seen.add(name)
            assert problems(operation, request) == []
            network = request.get("NetworkConfig", request)
            assert network["VpcConfig"] == {"Subnets": ["subnet-0a1b2c3d"], "SecurityGroupIds": ["sg-0a1b2c3d"]}
            assert network["EnableNetworkIsolation"] is False
            cluster = request.get("ResourceConfig") or request["ProcessingResources"]["ClusterConfig"]
            outputs = request.get("OutputDataConfig") or request["ProcessingOutputConfig"]
            assert cluster["VolumeKmsKeyId"] == outputs["KmsKeyId"]
            assert outputs["KmsKeyId"].startswith("arn:aws:kms:")
    assert seen == {"Prepare", "Baseline", "Train", "Evaluate", "QualityBaseline", "Analyze"}


def test_spot_training_waits_keeps_checkpoints_of_its_own_and_is_not_cached(compilation: Compilation) -> None:
    step = steps_by_name(json.loads(compilation.locked["pointsman-training"]))["Train"]
    request = step["Arguments"]
    assert request["EnableManagedSpotTraining"] is True
    assert request["StoppingCondition"]["MaxWaitTimeInSeconds"] == 24 * 60 * 60
    assert {"Get": "Execution.PipelineExecutionId"} in request["CheckpointConfig"]["S3Uri"]["Std:Join"]["Values"]
    assert "CacheConfig" not in step
