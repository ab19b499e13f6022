"""Steps that fail and are tried again, by a step type that fails as often as a test wants."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pointsman.local.faults import AtStep, Faults
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.errors import StepFailedError
from pointsman.local.sagemaker.execution_records import TERMINAL, ExecutionRecords
from pointsman.local.sagemaker.naming import Arns
from pointsman.local.sagemaker.pipeline_engine import PipelineEngine
from pointsman.local.sagemaker.s3_transfer import Transfers
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.step_cache import StepCache
from pointsman.local.sagemaker.step_work import Workshop
from pointsman.local.sagemaker.steps.kind import StepEnd, StepRun
from pointsman.local.sagemaker.store import Kind, Store
from tests.local.instances import eventually

INTERNAL = "ClientError: InternalServerError: We encountered an internal error. Please try again."
ARN = "arn:aws:sagemaker:us-east-1:000000000000:pipeline/p/execution/e"


class Failing:
    """A step type whose attempts fail with these reasons, then succeed."""

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = list(reasons)
        self.found: list[Shape] = []

    def run(self, run: StepRun) -> StepEnd:
        self.found.append(dict(run.metadata))
        run.record({"ProcessingJob": {"Arn": f"job-{len(self.found)}"}})
        if self.reasons:
            raise StepFailedError(self.reasons.pop(0))
        return StepEnd()

    def properties(self, metadata: Shape) -> Shape:
        return metadata


class Bench:
    """An engine with one execution of one step."""

    def __init__(self, directory: Path) -> None:
        self.account = Account(Store(directory / "db"), Arns("us-east-1", "000000000000"))
        self.records = ExecutionRecords(self.account)
        self.faults = Faults()

    def run(self, kind: Failing, policies: Sequence[Any] = (), *, time_scale: float = 1000) -> PipelineEngine:
        step = {"Name": "S", "Type": "Processing", "Arguments": ARGUMENTS, "RetryPolicies": list(policies)}
        execution = {
            "PipelineArn": ARN.partition("/execution")[0],
            "PipelineExecutionArn": ARN,
            "PipelineExecutionStatus": "Executing",
            "CreationTime": 0.0,
            "pipelineName": "p",
            "roleArn": "arn:aws:iam::000000000000:role/p",
        }
        text = json.dumps({"Version": "2020-12-01", "Steps": [step]})
        self.records.begin(execution, {"definition": text, "parameters": {}})
        return self.go_on(kind, time_scale=time_scale)

    def go_on(self, kind: Failing, *, time_scale: float = 1000) -> PipelineEngine:
        shop = Workshop(self.records, {"Processing": kind}, StepCache(self.account.store), time_scale, self.faults)
        engine = PipelineEngine(shop, cast("Transfers", SimpleNamespace(acting_as=lambda _: None)))
        engine.launch(ARN)
        return engine

    def ended(self) -> tuple[str, Shape]:
        eventually(lambda: self.records.execution(ARN)["PipelineExecutionStatus"] in TERMINAL)
        return self.records.execution(ARN)["PipelineExecutionStatus"], self.step()

    def step(self) -> Shape:
        return self.records.step(ARN, "S") or {}


ARGUMENTS = {
    "AppSpecification": {"ImageUri": "i"},
    "ProcessingResources": {"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}},
}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.account.store.close()


def policy(*types: str, **members: Any) -> dict[str, Any]:
    return {"ExceptionType": list(types), **members}


def test_a_listed_failure_is_retried_with_a_new_job_each_time(bench: Bench) -> None:
    kind = Failing([INTERNAL, INTERNAL])
    bench.run(kind, [policy("SageMaker.JOB_INTERNAL_ERROR", IntervalSeconds=10, MaxAttempts=2)])
    status, step = bench.ended()
    assert (status, step["StepStatus"], step["AttemptCount"]) == ("Succeeded", "Succeeded", 3)
    assert kind.found == [{}, {}, {}]
    assert step["Metadata"] == {"ProcessingJob": {"Arn": "job-3"}}
    assert "FailureReason" not in step


def test_more_failures_than_attempts_fail_the_step_with_the_last_reason(bench: Bench) -> None:
    bench.run(Failing([INTERNAL] * 3), [policy("SageMaker.JOB_INTERNAL_ERROR", MaxAttempts=1)])
    status, step = bench.ended()
    assert (status, step["AttemptCount"], step["FailureReason"]) == ("Failed", 2, INTERNAL)


@pytest.mark.parametrize(
    "reason", ["ClientError: AlgorithmError: no, exit code: 1", "ClientError: CapacityError: none"]
)
def test_what_no_policy_lists_is_not_retried(bench: Bench, reason: str) -> None:
    bench.run(Failing([reason]), [policy("SageMaker.JOB_INTERNAL_ERROR")])
    status, step = bench.ended()
    assert (status, step["AttemptCount"], step["FailureReason"]) == ("Failed", 1, reason)


@pytest.mark.parametrize("what", [kind for kind in AtStep if kind is not AtStep.ALGORITHM_ERROR])
def test_a_failure_on_demand_is_retried_under_the_policy_that_names_its_type(bench: Bench, what: AtStep) -> None:
    bench.faults.add("step:S", what, on="p", times=2)
    kind = Failing([])
    bench.run(kind, [policy(what, MaxAttempts=2)])
    status, step = bench.ended()
    assert (status, step["AttemptCount"], kind.found) == ("Succeeded", 3, [{}])


def test_a_failure_on_demand_of_the_script_is_not_retried(bench: Bench) -> None:
    bench.faults.add("step:S", "AlgorithmError")
    bench.run(Failing([]), [policy(*(kind for kind in AtStep if kind is not AtStep.ALGORITHM_ERROR))])
    status, step = bench.ended()
    assert (status, step["AttemptCount"]) == ("Failed", 1)
    assert step["FailureReason"].startswith("ClientError: AlgorithmError")


def test_expiry_counts_on_the_time_scale(bench: Bench) -> None:
    # Waits of 20 ms, one minute of 60 ms: no more than three retries fit, on a busy machine fewer.
    bench.run(
        Failing([INTERNAL] * 50),
        [policy("SageMaker.JOB_INTERNAL_ERROR", IntervalSeconds=20, BackoffRate=1, ExpireAfterMin=1)],
    )
    status, step = bench.ended()
    assert status == "Failed"
    assert step["AttemptCount"] <= 4


def test_a_wait_survives_a_restart_and_the_attempts_go_on_counting(bench: Bench) -> None:
    first = bench.run(Failing([INTERNAL]), [policy("SageMaker.JOB_INTERNAL_ERROR", IntervalSeconds=200)], time_scale=1)
    eventually(lambda: bench.step().get("AttemptCount") == 2)
    first.halt()
    assert bench.step()["StepStatus"] == "Executing"
    bench.account.store.change(Kind.STEP, f"{ARN}/S", attemptDue=0.0)
    bench.go_on(Failing([]))
    assert bench.ended()[1]["AttemptCount"] == 2


def test_a_stop_ends_the_wait(bench: Bench) -> None:
    engine = bench.run(
        Failing([INTERNAL]), [policy("SageMaker.JOB_INTERNAL_ERROR", IntervalSeconds=2000)], time_scale=1
    )
    eventually(lambda: bench.step().get("AttemptCount") == 2)
    bench.records.change(ARN, "Stopping")
    engine.stop(ARN)
    status, step = bench.ended()
    assert (status, step["StepStatus"]) == ("Stopped", "Stopped")
