"""A cold start in Lambda's image and runtime interface emulator, by `sam local invoke`.

    python -m benchmarks.emulator [--rounds N]

Takes Docker and Lambda's image (`make invoke` pulls it). The rooms, the empty handler and the usual way of writing them
come from `benchmarks/cold_start.py`. Each invocation has a container of its own; its time is the emulator's own word,
from the runtime's start to the answer of a handler that does nothing once all is imported and every client is made.
"""

import argparse
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from benchmarks.cold_start import EMPTY, ROOMS, VARIABLES, as_sam_leaves_it, bring_boto3, ours, usual
from benchmarks.report import interleaved, machine, publish, ratio, spread, table
from pointsman.artefact import compile_all
from pointsman.local import deployment
from pointsman.local.invocation import image_is_here

# Without credentials, so that SAM asks nobody whose they are.
NOBODY = {"AWS_DEFAULT_REGION": "us-east-1"}
ANSWERS = "\ndef handler(event, context): return {}\n"
# Lambda's runtime, or its emulator, sets them itself.
RESERVED = frozenset({"LAMBDA_TASK_ROOT", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"})
# How a room is written. The third lies in an artefact prepared as ours is.
WAYS = {"ours": ours, "usual": usual, "prepared": usual}
COMPARED = ("usual", "prepared")
_TOOK = re.compile(r"(?:Init )?Duration: ([\d.]+) ms")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.emulator")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args(arguments)
    if not image_is_here():
        print("left out: no Docker answers, or it has no image of Lambda's", file=sys.stderr)
        return 0
    where = machine()
    deployment.build()
    with tempfile.TemporaryDirectory() as scratch:
        template = functions(Path(scratch), deployment.built("OnTick"))
        found = {room: measured(room, template, given.rounds) for room in ROOMS}
    publish("emulator", {"milliseconds": found}, told(found), where)
    return 0


def functions(scratch: Path, prepared: Path) -> Path:
    """A template with a function for each room and way."""
    folders = {way: scratch / way for way in WAYS}
    for name in ("ours", "prepared"):
        shutil.copytree(prepared, folders[name])
    as_sam_leaves_it(prepared, folders["usual"])
    for name in COMPARED:
        bring_boto3(folders[name])
    (folders["ours"] / "empty.py").write_text(EMPTY)
    for room in ROOMS:
        for way, code in WAYS.items():
            (folders[way] / f"start_{room}.py").write_text(code(room) + ANSWERS)
    for name in ("ours", "prepared"):
        compile_all(folders[name])
    made = {"Empty": function(folders["ours"], "empty")} | {
        function_name(room, name): function(folder, f"start_{room}")
        for room in ROOMS
        for name, folder in folders.items()
    }
    template = scratch / "template.yaml"
    template.write_text(yaml.safe_dump({"Transform": "AWS::Serverless-2016-10-31", "Resources": made}))
    return template


def function(folder: Path, module: str) -> dict[str, Any]:
    properties = {
        "CodeUri": str(folder),
        "Handler": f"{module}.handler",
        "Runtime": "python3.13",
        "Architectures": [deployment.ARCHITECTURE],
        "MemorySize": 512,
        "Timeout": 60,
        "Environment": {"Variables": {name: value for name, value in VARIABLES.items() if name not in RESERVED}},
    }
    return {"Type": "AWS::Serverless::Function", "Properties": properties}


def function_name(room: str, way: str) -> str:
    return f"{way.title()}{room.title().replace('_', '')}"


def measured(room: str, template: Path, rounds: int) -> dict[str, list[float]]:
    names = {"empty": "Empty", **{way: function_name(room, way) for way in WAYS}}
    return interleaved({way: partial(start, name, template) for way, name in names.items()}, rounds)


def start(name: str, template: Path) -> float:
    """Milliseconds. Raises ToolMissing, ToolFailed, RuntimeError where the function failed."""
    log = template.with_suffix(".log")
    log.unlink(missing_ok=True)
    command = ("local", "invoke", name, "--template", str(template), "--event", "-", "--skip-pull-image")
    deployment.run_sam(*command, "--log-file", str(log), credentials=NOBODY, text="{}")
    return reported(log.read_text())


def reported(log: str) -> float:
    """Milliseconds of a function that answered `{}`. Raises RuntimeError."""
    lines = log.splitlines()
    report = next((line for line in lines if line.startswith("REPORT RequestId")), None)
    if report is None or "{}" not in lines:
        raise RuntimeError(f"the function didn't answer:\n{log}")
    return sum(map(float, _TOOK.findall(report.partition("Billed")[0])))


def told(found: Mapping[str, Mapping[str, list[float]]]) -> str:
    head = ["milliseconds", *next(iter(found.values())), *(f"ours / {way}" for way in COMPARED)]
    rows = [
        [
            room,
            *map(spread, times.values()),
            *(f"{ratio(times['ours'], times[way]):.2f}" for way in COMPARED),
        ]
        for room, times in found.items()
    ]
    return table(head, rows)


if __name__ == "__main__":
    sys.exit(main())
