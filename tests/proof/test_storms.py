"""The deployed stack in a storm: a burst of objects and a fleet at once, every arrival told twice, SageMaker's events
dropped, DynamoDB throttled, functions killed. Nothing is lost, nothing is doubled, memory is bounded.

Numbers in names are the design's invariants. What is trained is not the point here: the pipeline has nothing to do.
"""

import json
import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from control_plane.models import ModelSpec
from control_plane.policies import Purpose
from pipeline_defs.compile import COMPILED
from tests.local.instances import eventually
from tests.local.stack import Stack, sample_spec
from tests.proof.conftest import Count

PIPELINE = "storm"
# The burst fits into one window, which ends with the manifest.
CLOSE = {"manifest": "_SUCCESS", "quiet": "1h", "at_most": "12h"}
WITHIN = 600.0
BYTES = 2 * 1024**3


@dataclass(frozen=True)
class Size:
    objects: int
    models: int


@dataclass
class Killer:
    """Kills a function's process now and then."""

    pid: int
    chance: random.Random = field(default_factory=lambda: random.Random(9))  # noqa: S311  no secret
    kills: int = 0

    @contextmanager
    def at_work(self) -> Iterator[None]:
        over = threading.Event()
        thread = threading.Thread(target=self._kill, args=(over,))
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _kill(self, over: threading.Event) -> None:
        while not over.wait(self.chance.uniform(0.5, 2.0)):
            if functions := children(self.pid):
                os.kill(self.chance.choice(functions), signal.SIGKILL)
                self.kills += 1


@pytest.mark.usefixtures("minutes_long")
@pytest.mark.timeout(3 * WITHIN)
def test_a_storm_loses_nothing_doubles_nothing_and_leaves_nothing_behind_1_2_3_4_6_7(
    failing_stack: Stack, count: Count
) -> None:
    stack, size = failing_stack, Size(objects=10_000, models=100)
    storm = ["burst", *(f"fleet-{number}" for number in range(size.models))]
    set_up(stack, storm)
    stack.deliver_twice()
    stack.give_arrivals_back_after(seconds=30)
    stack.drop_sagemakers_events()
    stack.faults.add("dynamodb:*", "throttle", times=None, share=0.02, seed=9)

    killer = Killer(stack.instance.running.pid)
    with killer.at_work():
        land(stack, {f"burst/training/{number:05}.csv": b"1,2\n" for number in range(size.objects)})
        land(stack, {f"{model}/training/part.csv": f"{model}\n".encode() for model in storm[1:]})
        land(stack, {f"{model}/training/_SUCCESS": b"" for model in storm})
        eventually(lambda: all(has_run(stack, model) for model in storm), within=WITHIN, every=1.0)
    eventually(lambda: has_come_to_rest(stack, storm), within=WITHIN, every=3.0)

    runs = {model: stack.runs(model) for model in storm}
    assert {model: len(found) for model, found in runs.items() if len(found) != 1} == {}
    assert executions(stack) == Counter({found[0].arn: 1 for found in runs.values()})
    assert len(objects_of(stack, runs["burst"][0].decision)) == size.objects
    assert stack.instance.messages(stack.environment.output("DeadLetters")) == 0
    assert killer.kills > 0
    peak = peak_bytes(stack.instance.running.pid)
    assert peak < BYTES
    count(objects=size.objects, models=size.models, kills=killer.kills)


def set_up(stack: Stack, models: list[str]) -> None:
    """The models, on a pipeline with the parameters of ours and nothing to do."""
    environment = stack.environment
    definition = json.loads((COMPILED / "pointsman-training.json").read_text())
    always = {"Type": "Equals", "LeftValue": 1, "RightValue": 1}
    nothing = {"Conditions": [always], "IfSteps": [], "ElseSteps": []}
    definition["Steps"] = [{"Name": "Nothing", "Type": "Condition", "Arguments": nothing}]
    environment.sagemaker.create_pipeline(
        PipelineName=PIPELINE,
        PipelineDefinition=json.dumps(definition),
        RoleArn=environment.output("JobRoleArn"),
        ClientRequestToken="x" * 32,
    )
    for model in models:
        spec = sample_spec(model)
        spec["data"] = {
            "bucket": environment.output("DataBucket"),
            "training": {"prefix": f"{model}/training/", "close": CLOSE},
        }
        spec["pipelines"] = {"training": {"name": PIPELINE}}
        environment.ledger.apply(ModelSpec.model_validate(spec), datetime.now(UTC))


def land(stack: Stack, objects: dict[str, bytes]) -> None:
    put = partial(stack.environment.s3.put_object, Bucket=stack.environment.output("DataBucket"))
    with ThreadPoolExecutor(8) as people:
        for done in [people.submit(put, Key=key, Body=body) for key, body in objects.items()]:
            done.result()


def has_run(stack: Stack, model: str) -> bool:
    return any(run.status for run in stack.environment.history.runs(model))


def has_come_to_rest(stack: Stack, models: list[str]) -> bool:
    """No message waits, no window is open, no slot is held, nothing is pending. A window that a late delivery opened is
    closed without waiting for its quiet period.
    """
    ledger = stack.environment.ledger
    late = [model for model in models if ledger.window(model, Purpose.TRAINING)]
    land(stack, {f"{model}/training/_SUCCESS": b"" for model in late})
    found = [ledger.model(model) for model in models]
    return not late and not stack.arrivals_wait() and all(not model.slot and not model.pending for model in found)


def executions(stack: Stack) -> Counter[str]:
    """By SageMaker's own count, whatever the ledger believes."""
    pages = stack.environment.sagemaker.get_paginator("list_pipeline_executions").paginate(PipelineName=PIPELINE)
    return Counter(each["PipelineExecutionArn"] for page in pages for each in page["PipelineExecutionSummaries"])


def objects_of(stack: Stack, decision: str) -> list[str]:
    """The keys that a run's manifest names."""
    made = stack.environment.ledger.decision(decision)
    assert made
    uri = made.start.parameters["DataManifest"]
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    listed = json.loads(stack.environment.s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    return [str(name) for name in listed[1:]]


def children(pid: int) -> list[int]:
    """The processes of functions."""
    return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def peak_bytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (kilobytes,) = (line.split()[1] for line in lines if line.startswith("VmHWM"))
    return int(kilobytes) * 1024
