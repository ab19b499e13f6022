"""A burst of objects: windows, invocations, requests, billed time, and what a million objects cost at list prices.

    python -m benchmarks.burst [--objects 1000 10000 100000]

The objects belong to five models and come mixed; the room gets them in batches of 100, as SQS hands them over, then one
tick closes the windows. The ledger is the real adapter on the embedded AWS, SageMaker and S3 are the fakes. CPU time is
measured; what Lambda would bill of it is reckoned: at 512 MB a function has 0.29 of a processor, and each request to
DynamoDB is taken to be 5 ms of waiting.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from io import StringIO
from itertools import batched
from typing import Any

from benchmarks.ledgers import NewLedger, embedded_ledgers
from benchmarks.report import machine, publish, table
from control_plane.events import ObjectCreated
from on_data_arrival.handler import handle as on_data_arrival
from on_tick.handler import handle as on_tick
from tests.fakes import FakeControlPlane
from tests.samples import model_spec, object_created
from tests.unit.world import NEVER, apply

MODELS, BATCH = 5, 100
MEMORY_GB, PROCESSOR_SHARE, REQUEST_SECONDS = 0.5, 512 / 1769, 0.005
LOG_LINE_BYTES = 500
"""What the line of an arrival holds beside the event."""
# USD in us-east-1 (Lambda: arm64), as published guides quoted AWS's price pages in 2026. S3's events to EventBridge are
# an opt-in that some call free: the dearer is taken.
PRICES = {
    "EventBridge events": 1.00e-6,
    "SQS requests": 0.40e-6,
    "Lambda requests": 0.20e-6,
    "Lambda GB-seconds": 1.33334e-5,
    "DynamoDB write units": 0.625e-6,
    "DynamoDB read units": 0.125e-6,
    "S3 listings and writes": 5.0e-6,
    "log bytes": 0.50e-9,
}
# A write goes to the table and to the index `due`; one in a transaction costs twice as much.
WRITE_UNITS = {"UpdateItem": 2, "TransactWriteItems": 2 * 2 * 3}
# A batch asks for the folders above each key, two a model; a query of an index that is mostly empty for half a unit.
READ_UNITS = {"BatchGetItem": 2 * MODELS, "GetItem": 1, "Query": 0.5}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.burst")
    parser.add_argument("--objects", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    given = parser.parse_args(arguments)
    where = machine()
    with embedded_ledgers() as (new_ledger, sent):
        found = [measured(objects, new_ledger, sent) for objects in given.objects]
    publish("burst", {"bursts": found, "prices": PRICES}, told(found), where)
    return 0


def measured(objects: int, new_ledger: NewLedger, sent: list[str]) -> dict[str, Any]:
    plane: Any = FakeControlPlane(ledger=new_ledger())  # type: ignore[arg-type]  # the port is all that rooms use
    for number in range(MODELS):
        apply(plane, model_spec(f"model-{number}"))
    sent.clear()
    begin = time.process_time()
    with redirect_stdout(StringIO()):
        for batch in batched(_bodies(plane, objects), BATCH, strict=False):
            on_data_arrival([ObjectCreated.parse(body) for body in batch], plane)
        arrivals = Counter(sent)
        plane.clock = NEVER
        started = list(on_tick(plane))
    requests = Counter(sent)
    seconds = time.process_time() - begin
    invocations = -(-objects // BATCH) + 1
    billed = seconds / PROCESSOR_SHARE + requests.total() * REQUEST_SECONDS
    used = _used(objects, invocations, billed, requests)
    return {
        "objects": objects,
        "runs": len(started),
        "invocations": invocations,
        "billed_milliseconds": round(1000 * billed),
        "cpu_seconds": seconds,
        "requests": dict(requests),
        "requests_per_batch": arrivals.total() / (invocations - 1),
        "usd_per_million_objects": {name: use * PRICES[name] * 1e6 / objects for name, use in used.items()},
    }


def _bodies(plane: FakeControlPlane, objects: int) -> Iterator[str]:
    for number in range(objects):
        key = f"model-{number % MODELS}/training/{number}.csv"
        plane.objects.write("landing", key, b"")
        yield json.dumps(object_created(key))


def _used(objects: int, invocations: int, billed_seconds: float, requests: Mapping[str, int]) -> dict[str, float]:
    """Of each thing that has a price. SQS takes an object's message alone, and hands ten over at a time."""
    log = objects * (len(json.dumps(object_created("model-0/training/0.csv"))) + LOG_LINE_BYTES)
    return {
        "EventBridge events": objects,
        "SQS requests": objects * 1.2,
        "Lambda requests": invocations,
        "Lambda GB-seconds": billed_seconds * MEMORY_GB,
        "DynamoDB write units": sum(WRITE_UNITS.get(name, 0) * times for name, times in requests.items()),
        "DynamoDB read units": sum(READ_UNITS.get(name, 0) * times for name, times in requests.items()),
        "S3 listings and writes": MODELS * 2 + objects / 1000,
        "log bytes": log,
    }


def told(found: Sequence[Mapping[str, Any]]) -> str:
    head = ["objects", "windows", "invocations", "DynamoDB requests", "a batch", "billed ms", "USD per million objects"]
    rows = [
        [
            f"{burst['objects']:,}",
            burst["runs"],
            f"{burst['invocations']:,}",
            f"{sum(burst['requests'].values()):,}",
            f"{burst['requests_per_batch']:.1f}",
            f"{burst['billed_milliseconds']:,}",
            f"{sum(burst['usd_per_million_objects'].values()):.2f}",
        ]
        for burst in found
    ]
    parts = found[-1]["usd_per_million_objects"]
    split = ", ".join(f"{name} {usd:.2f}" for name, usd in sorted(parts.items(), key=lambda part: -part[1]))
    return f"{table(head, rows)}\nOf the last: {split}.\n"


if __name__ == "__main__":
    sys.exit(main())
