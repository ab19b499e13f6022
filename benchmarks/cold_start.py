"""CPU time from a function's process start to its being ready to decide, and the size of what is deployed.

    python -m benchmarks.cold_start [--rounds N]

Ready is: the handler is imported, and the clients that the room's usual first event takes are made. Beside each room:
an empty handler, and the same room written the usual way, with a module-level client of every service that it may call
and Powertools' Logger, Metrics, Tracer, Idempotency and Parser. Both rooms are measured in the artefact as `sam build`
leaves it and as it is deployed (`pointsman/artefact.py`). Bare processes of the interpreter that Lambda runs, tracing
on, as the template has it.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import boto3
import botocore

from benchmarks.report import cpu_seconds, interleaved, machine, publish, ratio, spread, table
from pointsman.artefact import compile_all
from pointsman.local import deployment


class Room(NamedTuple):
    """`first` are the ports that its usual first event takes, `services` all that it may call."""

    first: Sequence[str]
    services: Sequence[str]


ROOMS: Mapping[str, Room] = {
    "on_data_arrival": Room(["ledger"], ["dynamodb"]),
    "on_drift": Room(["ledger", "monitors", "objects"], ["dynamodb", "sagemaker", "s3"]),
    "on_endpoint": Room(["ledger", "endpoints"], ["dynamodb", "sagemaker", "sagemaker-runtime", "s3", "cloudwatch"]),
    "on_model_package": Room(["ledger", "registry"], ["dynamodb", "sagemaker", "cloudwatch"]),
    "on_pipeline_execution": Room(["ledger", "pipelines"], ["dynamodb", "sagemaker", "s3", "cloudwatch"]),
    "on_record": Room(["notices"], ["sns"]),
    "on_request": Room(["ledger"], ["dynamodb", "sagemaker", "cloudwatch"]),
    "on_tick": Room(["ledger"], ["dynamodb", "sagemaker", "s3", "events", "cloudwatch"]),
}
EMPTY = "def handler(event, context): return {}"
OURS = """
import {room}.handler
from control_plane.telemetry import logger, metrics, tracer
from control_plane.wiring import control_plane
logger(), metrics(), tracer()
for port in {ports}: getattr(control_plane(), port)
"""
USUAL = """
import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent
from aws_lambda_powertools.utilities.parser import BaseModel, envelopes, event_parser
clients = [boto3.client(service) for service in {services}]
logger, metrics, tracer = Logger(service="usual"), Metrics(namespace="usual"), Tracer(service="usual")
persistence = DynamoDBPersistenceLayer(table_name="idempotency")
import {room}.handler
"""
VARIABLES = {
    **dict.fromkeys(("TABLE_NAME", "ARTIFACT_BUCKET", "ENDPOINT_ROLE_ARN", "TOPIC_ARN", "JOB_ROLE_ARN"), "given"),
    "PATIENCE_SECONDS": "60",
    "LOOK_AFTER_SECONDS": "900",
    "TRACING": "Active",
    "LAMBDA_TASK_ROOT": "/var/task",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
}


type Folders = Sequence[Path]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cold_start")
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args(arguments)
    where = machine()
    deployment.build()
    prepared = deployment.built("OnTick")
    with tempfile.TemporaryDirectory() as scratch:
        plain = as_sam_leaves_it(prepared, Path(scratch) / "plain")
        theirs = Path(scratch) / "boto3-plain", Path(scratch) / "boto3-prepared"
        for folder in theirs:
            bring_boto3(folder)
        compile_all(theirs[1])
        found = {room: measured(room, (plain, theirs[0]), (prepared, theirs[1]), given.rounds) for room in ROOMS}
        sizes = {"as sam build leaves it": size(plain), "as deployed": size(prepared)}
    publish("cold_start", {"seconds": found, "bytes": sizes}, told(found, sizes), where)
    return 0


def as_sam_leaves_it(prepared: Path, plain: Path) -> Path:
    """Undo what `pointsman/artefact.py` does."""
    shutil.copytree(prepared, plain, ignore=shutil.ignore_patterns("__pycache__", "data"))
    shutil.copytree(Path(botocore.__file__).parent / "data", plain / "botocore" / "data")
    return plain


def bring_boto3(folder: Path) -> None:
    """For those who write the usual way; what is deployed here has none."""
    installed = Path(boto3.__file__).parents[1]
    for package in ("boto3", "s3transfer"):
        shutil.copytree(installed / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))


def measured(room: str, plain: Folders, prepared: Folders, rounds: int) -> dict[str, list[float]]:
    cases = ways(room, plain, prepared)
    return interleaved({name: partial(start, *case) for name, case in cases.items()}, rounds)


def ways(room: str, plain: Folders, prepared: Folders) -> dict[str, tuple[str, Folders]]:
    """The code to run, and where its packages lie."""
    return {
        "empty": (EMPTY, prepared),
        "ours, as sam build leaves it": (ours(room), plain),
        "ours": (ours(room), prepared),
        "usual": (usual(room), plain),
        "usual, prepared as ours is": (usual(room), prepared),
    }


def ours(room: str) -> str:
    return OURS.format(room=room, ports=list(ROOMS[room].first))


def usual(room: str) -> str:
    return USUAL.format(room=room, services=list(ROOMS[room].services))


def start(code: str, folders: Folders) -> float:
    """On a Python with nothing installed, which writes no bytecode, as Lambda's can't."""
    path = os.pathsep.join(map(str, folders))
    python = Path(sys.base_prefix) / "bin" / "python3"
    return cpu_seconds([str(python), "-B", "-S", "-c", code], env={**VARIABLES, "PYTHONPATH": path})


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def told(found: Mapping[str, Mapping[str, list[float]]], sizes: Mapping[str, int]) -> str:
    def shown(values: Sequence[float]) -> str:
        return spread([1000 * value for value in values])

    names = [*next(iter(found.values()))]
    head = ["CPU milliseconds", *names, "ours / usual", "ours / usual, prepared"]
    rows = [
        [room, *map(shown, times.values()), f"{ratio(times['ours'], times['usual']):.2f}", f"{_prepared(times):.2f}"]
        for room, times in found.items()
    ]
    unzipped = ", ".join(f"{name} {bytes_ / 1e6:.1f} MB" for name, bytes_ in sizes.items())
    return f"{table(head, rows)}\nUnzipped: {unzipped}.\n"


def _prepared(times: Mapping[str, list[float]]) -> float:
    return ratio(times["ours"], times["usual, prepared as ours is"])


if __name__ == "__main__":
    sys.exit(main())
