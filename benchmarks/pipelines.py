"""Pipelines of 1, 5 and 50 trivial steps on the local SageMaker: as run, and as a whole command; and what it accepts.

    python -m benchmarks.pipelines [--rounds N]

A whole command is a process that starts an embedded AWS, makes the pipeline, runs it and stops everything: what one
would type who has nothing running. Accepted is a public definition that the local SageMaker can read and plan; those
lie beside the checkout, or in the folder that POINTSMAN_DEFINITIONS names.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmarks.engine import prepared
from benchmarks.report import interleaved, machine, publish, spread, table
from pointsman.local.process import start_detached, stop
from pointsman.local.sagemaker.definition_parser import parse
from pointsman.local.sagemaker.errors import DefinitionError
from pointsman.local.sagemaker.planning import plan
from pointsman.local.settings import LocalSettings
from tests.others_definitions import FOLDER

type Timings = Mapping[int, Sequence[float]]

# Layers and steps side by side.
SIZES = {1: (1, 1), 5: (5, 1), 50: (5, 10)}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pipelines")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--once", type=int, help="run a pipeline of so many steps, and print its seconds")
    given = parser.parse_args(arguments)
    if given.once:
        sys.stdout.write(f"{once(*SIZES[given.once])}\n")
        return 0
    where = machine()
    as_run = interleaved({steps: partial(once, *size) for steps, size in SIZES.items()}, given.rounds)
    whole = interleaved({steps: partial(_whole, steps) for steps in SIZES}, given.rounds)
    accepted = acceptance(FOLDER)
    found = {"as_run_seconds": as_run, "whole_command_seconds": whole, "definitions": accepted}
    publish("pipelines", found, told(as_run, whole, accepted), where)
    return 0


def once(layers: int, width: int) -> float:
    """Seconds of the run, as the service tells its beginning and its end."""
    with tempfile.TemporaryDirectory() as scratch:
        state = Path(scratch) / "state"
        running = start_detached(LocalSettings(state=state))
        try:
            return prepared(running.endpoint_url, layers, width)()
        finally:
            stop(state)


def _whole(steps: int) -> float:
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "benchmarks.pipelines", "--once", str(steps)], check=True, capture_output=True
    )
    return time.perf_counter() - begin


def acceptance(folder: Path) -> dict[str, int]:
    """How many definitions there are, and how many can be read."""
    found = sorted(folder.rglob("*.json")) if folder.is_dir() else []
    return {"found": len(found), "accepted": sum(_is_read(path.read_text()) for path in found)}


def _is_read(definition: str) -> bool:
    try:
        plan(parse(definition))
    except DefinitionError:
        return False
    return True


def told(as_run: Timings, whole: Timings, accepted: Mapping[str, int]) -> str:
    rows = [[steps, spread(as_run[steps], "s", 2), spread(whole[steps], "s", 1)] for steps in as_run]
    public = f"{accepted['accepted']} of {accepted['found']} public definitions are accepted."
    return f"{table(['steps', 'as run', 'as a whole command'], rows)}\n{public}\n"


if __name__ == "__main__":
    sys.exit(main())
