"""What the local SageMaker itself costs per pipeline step, beyond the steps' own processes.

    python -m benchmarks.engine [--rounds N] [--json FILE]

A pipeline of 50 trivial Processing steps, ten side by side in five layers, on a whole embedded AWS of its own; and the
same scripts started directly, ten at once, layer after layer. The difference, divided by 50, is the engine's own cost:
scheduling, the container's layout, its guardian and file system, S3, logs, events, the store. Rounds of both alternate,
so that whatever else the machine does meets both. Prints a table in Markdown, writes JSON.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import boto3

from pointsman.local.process import start_detached, stop
from pointsman.local.settings import LocalSettings

LAYERS, WIDTH = 5, 10
STEPS = LAYERS * WIDTH
SCRIPT = "print('done')\n"
CODE = "/opt/ml/processing/input/code"
BUCKET, KEY = "benchmark", "code/step.py"
ROLE = "arn:aws:iam::000000000000:role/benchmark"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
TARGET_MILLISECONDS = 50.0


@dataclass(frozen=True)
class Result:
    """Seconds for all 50 steps, a round each; milliseconds of the engine's own per step, likewise."""

    direct_seconds: list[float]
    pipeline_seconds: list[float]
    own_milliseconds_per_step: list[float]
    machine: str
    processors: int
    python: str
    load_before: float


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", type=Path, default=Path("benchmarks/results/engine.json"))
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        result = measured(Path(scratch), given.rounds)
    given.json.parent.mkdir(parents=True, exist_ok=True)
    given.json.write_text(json.dumps(asdict(result), indent=2) + "\n")
    sys.stdout.write(table(result))
    return 0


def measured(scratch: Path, rounds: int) -> Result:
    load = os.getloadavg()[0]
    state, script = scratch / "state", scratch / "step.py"
    script.write_text(SCRIPT)
    running = start_detached(LocalSettings(state=state))
    try:
        run = prepared(running.endpoint_url)
        pairs = [(_timed(lambda: start_directly(script)), run()) for _ in range(rounds + 1)][1:]  # the first warms up
    finally:
        stop(state)
    direct, pipeline = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    own = [1000 * (whole - alone) / STEPS for alone, whole in pairs]
    machine = f"{platform.system()} {platform.machine()}"
    return Result(direct, pipeline, own, machine, os.cpu_count() or 1, platform.python_version(), load)


def prepared(endpoint_url: str, layers: int = LAYERS, width: int = WIDTH) -> Callable[[], float]:
    """What runs the pipeline once, and returns its seconds as the service says them."""
    s3, sagemaker = _client("s3", endpoint_url), _client("sagemaker", endpoint_url)
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=SCRIPT.encode())
    sagemaker.create_pipeline(PipelineName="benchmark", PipelineDefinition=definition(layers, width), RoleArn=ROLE)

    def run() -> float:
        arn = sagemaker.start_pipeline_execution(PipelineName="benchmark")["PipelineExecutionArn"]
        while True:
            found = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
            if found["PipelineExecutionStatus"] == "Succeeded":
                return float((found["LastModifiedTime"] - found["CreationTime"]).total_seconds())
            if found["PipelineExecutionStatus"] != "Executing":
                raise RuntimeError(f"the pipeline has not succeeded: {found}")
            time.sleep(0.2)

    return run


def definition(layers: int = LAYERS, width: int = WIDTH) -> str:
    steps = [
        _step(f"Step-{layer}-{place}", [f"Step-{layer - 1}-{before}" for before in range(width)] if layer else [])
        for layer in range(layers)
        for place in range(width)
    ]
    return json.dumps({"Version": "2020-12-01", "Steps": steps})


def start_directly(script: Path) -> None:
    """As many at once as the pipeline has side by side, and a layer only after the one before."""
    for _ in range(LAYERS):
        layer = [
            subprocess.Popen([sys.executable, script], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            for _ in range(WIDTH)
        ]
        if any(process.wait() for process in layer):
            raise RuntimeError("a script failed")


def table(result: Result) -> str:
    rows = [
        (f"{STEPS} processes started directly", result.direct_seconds, "s", 2),
        (f"{STEPS} steps in a pipeline, fan-out {WIDTH}", result.pipeline_seconds, "s", 2),
        ("**the engine's own, per step**", result.own_milliseconds_per_step, "ms", 1),
    ]
    lines = ["| | median | min | max |", "| --- | --- | --- | --- |"]
    for name, values, unit, digits in rows:
        shown = (f"{pick(values):.{digits}f} {unit}" for pick in (statistics.median, min, max))
        lines.append(f"| {name} | {' | '.join(shown)} |")
    lines.append("")
    lines.append(
        f"{len(result.direct_seconds)} rounds; {result.processors} processors, {result.machine}, Python"
        f" {result.python}, load before {result.load_before:.1f}; target: below {TARGET_MILLISECONDS:.0f} ms a step"
    )
    return "\n".join(lines) + "\n"


def _step(name: str, dependencies: list[str]) -> dict[str, Any]:
    source = {
        "S3Uri": f"s3://{BUCKET}/{KEY}",
        "LocalPath": CODE,
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
    }
    arguments = {
        "ProcessingResources": {
            "ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30}
        },
        "AppSpecification": {"ImageUri": IMAGE, "ContainerEntrypoint": ["python3", f"{CODE}/step.py"]},
        "ProcessingInputs": [{"InputName": "code", "S3Input": source}],
    }
    return {"Name": name, "Type": "Processing", "Arguments": arguments, "DependsOn": dependencies}


def _client(service: str, endpoint_url: str) -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 -- the embedded AWS knows no other
    )


def _timed(work: Callable[[], None]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


if __name__ == "__main__":
    sys.exit(main())
