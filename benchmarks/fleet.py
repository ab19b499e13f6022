"""How the pure core and the ledger in memory grow with the fleet, on one core.

    python -m benchmarks.fleet [--events N]

A day is drops of data, spread over the models: 49 objects and the marker that completes them, whose events come in
batches of 100; a tick a minute, which closes the windows and starts runs; the event of each run's end. The rooms' own
`handle` acts on fakes, a process for each size. Parsing the events is counted in; logging is not.
"""

import argparse
import json
import logging
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import timedelta
from io import StringIO
from typing import Any

from benchmarks.counting import Counted
from benchmarks.report import machine, publish, table
from control_plane.events import ObjectCreated, PipelineExecutionStatusChange
from control_plane.manifests import DataObject
from control_plane.telemetry import logger, metrics
from on_data_arrival.handler import handle as on_data_arrival
from on_pipeline_execution.handler import handle as on_pipeline_execution
from on_tick.handler import handle as on_tick
from tests.fakes import FakeControlPlane, FakeObjects
from tests.samples import MORNING, execution_ended, model_spec, object_created

FLEETS = (10, 100, 1_000, 10_000)
TARGET = 10_000
DROP, BATCH, DROPS_A_MINUTE = 50, 100, 4


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fleet")
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--models", type=int, help="measure one size, and print it as JSON")
    given = parser.parse_args(arguments)
    if given.models:
        sys.stdout.write(json.dumps(measured(given.models, given.events)))
        return 0
    where = machine()
    found = [_in_a_process(models, given.events) for models in FLEETS]
    publish("fleet", {"fleets": found}, told(found), where)
    return 0


def _in_a_process(models: int, events: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.fleet", "--models", str(models), "--events", str(events)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def measured(models: int, events: int) -> dict[str, float]:
    """CPU seconds of this process, those for making the fleet and the events left out; megabytes at the most."""
    day = Day(models)
    arrivals = [_arrivals(day.model(drop), drop) for drop in range(events // (DROP + 1))]
    with _in_silence():
        before = time.process_time()
        day.pass_(arrivals)
        seconds = time.process_time() - before
    handled = len(arrivals) * DROP + day.ended
    return {
        "models": models,
        "events": handled,
        "events_per_cpu_second": round(handled / seconds),
        "ledger_calls_per_event": round(day.calls.total() / handled, 3),
        "megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "runs": day.ended,
    }


@dataclass
class Day:
    """One fleet, and what its ledger was asked. `ended` counts the ends of runs, each an event as well."""

    models: int
    plane: Any = None
    calls: Counter[str] = field(default_factory=Counter)
    ended: int = 0

    def __post_init__(self) -> None:
        self.plane = FakeControlPlane(objects=Dropped())
        for number in range(self.models):
            spec = model_spec(self.model(number))
            self.plane.ledger.apply(spec, MORNING)
            tomorrow = MORNING + timedelta(days=1)  # a look is no event
            self.plane.ledger.looked_after(self.plane.ledger.model(spec.model), {}, heard_until=MORNING, again=tomorrow)
        self.plane.ledger = Counted(self.plane.ledger, self.calls)

    def model(self, drop: int) -> str:
        return f"model-{drop % self.models}"

    def pass_(self, arrivals: Sequence[Sequence[str]]) -> None:
        for first in range(0, len(arrivals), DROPS_A_MINUTE):
            bodies = [body for drop in arrivals[first : first + DROPS_A_MINUTE] for body in drop]
            for start in range(0, len(bodies), BATCH):
                on_data_arrival([ObjectCreated.parse(body) for body in bodies[start : start + BATCH]], self.plane)
            self.plane.objects.drop += 1
            self.plane.wait(timedelta(minutes=1))
            list(on_tick(self.plane))
            self._end_runs()

    def _end_runs(self) -> None:
        for started in self.plane.pipelines.started[self.ended :]:
            self.plane.pipelines.end(started.arn)
            event = PipelineExecutionStatusChange.parse(execution_ended(started.arn))
            on_pipeline_execution(event.detail.execution_arn, self.plane)
            self.ended += 1


@dataclass
class Dropped(FakeObjects):
    """Every listing of a folder tells one object, other data than the last time; a bucket's growth is S3's business."""

    drop: int = 0

    def list(self, bucket: str, prefix: str) -> Iterator[DataObject]:  # noqa: ARG002  one bucket
        yield DataObject(f"{prefix}data.csv", 1, f"{prefix}{self.drop}", "v1")


def _arrivals(model: str, drop: int) -> list[str]:
    names = [*(f"{number}.csv" for number in range(DROP - 1)), "_SUCCESS"]
    return [json.dumps(object_created(f"{model}/training/{name}", version=f"v{drop}")) for name in names]


@contextmanager
def _in_silence() -> Iterator[None]:
    """The rooms log and count what they decide."""
    logger(), metrics()
    logging.disable(logging.CRITICAL)
    with redirect_stdout(StringIO()):
        yield
    logging.disable(logging.NOTSET)


def told(found: Sequence[dict[str, float]]) -> str:
    head = ["models", "events", "events per CPU second", "ledger calls per event", "most memory", "runs"]
    rows = [
        [
            f"{size['models']:,}",
            f"{size['events']:,}",
            f"{size['events_per_cpu_second']:,}",
            size["ledger_calls_per_event"],
            f"{size['megabytes']:,} MB",
            f"{size['runs']:,}",
        ]
        for size in found
    ]
    return f"{table(head, rows)}\nTarget: {TARGET:,} events a second.\n"


if __name__ == "__main__":
    sys.exit(main())
