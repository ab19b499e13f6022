"""What a stop, a `kill -9` and a new start do to executions under way."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pointsman.local.sagemaker import LocalSageMaker
from tests.contract.sagemaker.definitions import definition, get, processing, register, training
from tests.contract.sagemaker.killable import Killable
from tests.contract.sagemaker.serving import Served
from tests.local.instances import Instance, eventually, unique

type Script = Callable[[str], str]

# Tells the world of every attempt, then waits until it is let through; its child would go on alone if it could.
SLOW_TRAIN = """
    import os, pathlib, subprocess, sys, time
    signs = pathlib.Path(os.environ["SIGNS"])
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    (signs / f"attempt-{os.getpid()}").write_text(f"{os.getpid()} {child.pid}")
    while not (signs / "go").exists():
        time.sleep(0.02)
    pathlib.Path(os.environ["SM_MODEL_DIR"], "model").write_text("trained")
    child.kill()
"""


@pytest.fixture
def killable(aws: Instance, tmp_path: Path) -> Iterator[Killable]:
    killable = Killable(tmp_path / "killable", aws.endpoint_url)
    killable.start()
    yield killable
    killable.kill()


def slow(bucket: str, group: str, script: Script, signs: Path) -> str:
    prepare = processing("Prepare", script("print('prepared')"), outputs={"out": f"s3://{bucket}/out"})
    train = training("Train", script(SLOW_TRAIN), f"s3://{bucket}/models", DependsOn=["Prepare"])
    train["Arguments"]["Environment"] = {"SIGNS": str(signs)}
    return definition([prepare, train, register("Register", group, get("Steps.Train.ModelArtifacts.S3ModelArtifacts"))])


def attempts(signs: Path) -> list[list[int]]:
    files = [
        path.read_text().split() for path in sorted(signs.glob("attempt-*"), key=lambda path: path.stat().st_mtime)
    ]
    return [[int(number) for number in numbers] for numbers in files if numbers]


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):  # gone before the file was opened, or before it was read
        return False
    return state != "Z"


def test_kill_in_the_middle_of_training_ends_as_if_nothing_had_happened(
    killable: Killable, bucket: str, script: Script, tmp_path: Path
) -> None:
    group = unique("group")
    arn = killable.start_execution(slow(bucket, group, script, tmp_path))
    eventually(lambda: attempts(tmp_path))

    killable.kill()
    eventually(lambda: not any(alive(process) for process in attempts(tmp_path)[0]))
    killable.start()
    eventually(lambda: len(attempts(tmp_path)) == 2)
    (tmp_path / "go").touch()

    assert killable.ended(arn)["PipelineExecutionStatus"] == "Succeeded", killable.reasons(arn)
    packages = killable.boto3.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"]
    assert [package["ModelPackageVersion"] for package in packages] == [1]
    assert len(killable.boto3.list_training_jobs()["TrainingJobSummaries"]) == 1

    eventually(lambda: len(killable.details("Execution Status")) == 2)
    statuses = [(detail["stepName"], detail["currentStepStatus"]) for detail in killable.details("Step Status")]
    assert statuses == [
        (step, status) for step in ("Prepare", "Train", "Register") for status in ("Starting", "Executing", "Succeeded")
    ]
    assert [detail["TrainingJobStatus"] for detail in killable.details("Training Job")] == ["InProgress", "Completed"]
    assert [detail["ModelPackageVersion"] for detail in killable.details("Model Package")] == [1]


def test_a_guardian_killed_with_us_leaves_nothing_that_writes_after_the_start(
    killable: Killable, bucket: str, script: Script, tmp_path: Path
) -> None:
    arn = killable.start_execution(slow(bucket, unique("group"), script, tmp_path))
    first = eventually(lambda: attempts(tmp_path))[0]
    guardian = int(Path(f"/proc/{first[0]}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(guardian, signal.SIGSTOP)  # it cannot end its job any more
    killable.kill()
    os.kill(guardian, signal.SIGKILL)
    assert alive(first[0])

    killable.start()
    assert not any(alive(process) for process in first)
    (tmp_path / "go").touch()
    assert killable.ended(arn)["PipelineExecutionStatus"] == "Succeeded", killable.reasons(arn)


@pytest.mark.parametrize("wait", [0.0, 0.02, 0.05, 0.1, 0.2, 0.4])
def test_kill_at_any_moment_leaves_one_version(
    killable: Killable, bucket: str, script: Script, tmp_path: Path, wait: float
) -> None:
    (tmp_path / "go").touch()
    group = unique("group")
    arn = killable.start_execution(slow(bucket, group, script, tmp_path))
    # Moments spread over the lap: which one is hit doesn't matter, all must end the same.
    for _ in range(3):
        signal.sigtimedwait([], wait)
        killable.kill()
        killable.start()

    assert killable.ended(arn)["PipelineExecutionStatus"] == "Succeeded", killable.reasons(arn)
    packages = killable.boto3.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"]
    assert len(packages) == 1
    eventually(lambda: [detail for detail in killable.details("Execution Status") if "executionEndTime" in detail])
    statuses = [(detail["stepName"], detail["currentStepStatus"]) for detail in killable.details("Step Status")]
    assert list(dict.fromkeys(statuses)) == [
        (step, status) for step in ("Prepare", "Train", "Register") for status in ("Starting", "Executing", "Succeeded")
    ]


def test_a_token_gives_the_same_execution_after_a_kill(killable: Killable, script: Script) -> None:
    name = killable.create(definition([processing("Only", script("pass"))]))
    request = {"PipelineName": name, "ClientRequestToken": "t" * 64}
    first = killable.boto3.start_pipeline_execution(**request)["PipelineExecutionArn"]
    killable.kill()
    killable.start()
    assert killable.boto3.start_pipeline_execution(**request)["PipelineExecutionArn"] == first
    assert len(killable.boto3.list_pipeline_executions(PipelineName=name)["PipelineExecutionSummaries"]) == 1


def test_results_are_taken_over_and_executions_retried_after_a_kill(killable: Killable, script: Script) -> None:
    cached = processing("Done", script("pass"), CacheConfig={"Enabled": True, "ExpireAfter": "P1D"})
    broken = processing("Broken", script("raise SystemExit(1)"), DependsOn=["Done"])
    name = killable.create(definition([cached, broken]))
    first = killable.boto3.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
    killable.ended(first)
    killable.kill()
    killable.start()
    second = killable.boto3.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
    killable.ended(second)
    assert killable.steps(second)["Done"]["CacheHitResult"] == {"SourcePipelineExecutionArn": first}
    killable.boto3.retry_pipeline_execution(PipelineExecutionArn=first)
    killable.kill()
    killable.start()
    assert killable.ended(first)["PipelineExecutionStatus"] == "Failed"
    assert set(killable.steps(first)) == {"Done", "Broken"}


def test_stop_and_start_resume(served: Served, bucket: str, script: Script, tmp_path: Path) -> None:
    arn = served.start_execution(slow(bucket, unique("group"), script, tmp_path))
    first = eventually(lambda: attempts(tmp_path))[0]

    served.service.stop()
    assert not any(alive(process) for process in first)
    (tmp_path / "go").touch()
    served.service.start()

    assert served.ended(arn)["PipelineExecutionStatus"] == "Succeeded", served.reasons(arn)


def test_a_stop_asked_for_before_a_kill_is_finished_after_it(
    killable: Killable, bucket: str, script: Script, tmp_path: Path
) -> None:
    arn = killable.start_execution(slow(bucket, unique("group"), script, tmp_path))
    eventually(lambda: attempts(tmp_path))
    killable.boto3.stop_pipeline_execution(PipelineExecutionArn=arn)
    killable.kill()
    killable.start()
    assert killable.ended(arn)["PipelineExecutionStatus"] == "Stopped"
    assert {name: step["StepStatus"] for name, step in killable.steps(arn).items()} == {
        "Prepare": "Succeeded",
        "Train": "Stopped",
    }


def test_a_directory_serves_one_service_only(served: Served, aws: Instance) -> None:
    def emit(_type: str, _detail: dict[str, Any], _resources: list[str]) -> None:
        raise AssertionError

    with pytest.raises(BlockingIOError, match="in use by another process"):
        LocalSageMaker(served.directory, endpoint_url=aws.endpoint_url, emit=emit).start()
