"""Where the time of `pointsman demo` goes, and how long the embedded AWS takes to answer.

    python -m benchmarks.demo [--first-lap] [--rounds N]

The demo tells what happens as it happens; each line is given the seconds since the one before. It runs in a state
folder of its own. The start of the embedded AWS is that of `pointsman up`, in turn with the demo's rounds.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.report import machine, publish, spread, table

SHOWN_SECONDS = 0.1
POINTSMAN = str(Path(sys.executable).parent / "pointsman")


class Part(NamedTuple):
    """What was told, and the seconds that it took."""

    told: str
    seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.demo")
    parser.add_argument("--rounds", type=int, default=3, help="starts of the embedded AWS; the demo runs once")
    parser.add_argument("--first-lap", action="store_true")
    given = parser.parse_args(arguments)
    where = machine()
    starts = [started() for _ in range(given.rounds)]
    with tempfile.TemporaryDirectory() as scratch:
        parts = demonstrated(Path(scratch) / "state", ["--first-lap"] if given.first_lap else [])
    publish("demo", {"start_seconds": starts, "parts": [part._asdict() for part in parts]}, told(starts, parts), where)
    return 0


def started() -> float:
    """Seconds until an empty embedded AWS answers."""
    with tempfile.TemporaryDirectory() as scratch:
        surroundings = os.environ | {"POINTSMAN_STATE": str(Path(scratch) / "state")}
        begin = time.perf_counter()
        subprocess.run([POINTSMAN, "up", "--detach"], env=surroundings, check=True, capture_output=True)
        seconds = time.perf_counter() - begin
        subprocess.run([POINTSMAN, "down"], env=surroundings, check=True, capture_output=True)
    return seconds


def demonstrated(state: Path, options: Sequence[str]) -> list[Part]:
    surroundings = os.environ | {"POINTSMAN_STATE": str(state), "COLUMNS": "200"}
    command = [POINTSMAN, "demo", *options]
    with subprocess.Popen(
        command, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as demo:
        parts = list(timed(demo.stdout or ()))
    subprocess.run([POINTSMAN, "down"], env=surroundings, check=False, capture_output=True)
    if demo.returncode:
        raise RuntimeError(f"the demo failed: {parts[-3:]}")
    return parts


def timed(lines: Iterator[str] | Sequence[str]) -> Iterator[Part]:
    last = time.perf_counter()
    for line in lines:
        now = time.perf_counter()
        if line.strip():
            yield Part(line.strip(), now - last)
            last = now


def told(starts: Sequence[float], parts: Sequence[Part]) -> str:
    rows = [
        [part.told.replace("|", "/")[:90], f"{part.seconds:.1f} s"] for part in parts if part.seconds >= SHOWN_SECONDS
    ]
    whole = sum(part.seconds for part in parts)
    return f"`pointsman up`: {spread(starts, 's', 1)}. The demo: {whole:.0f} s.\n\n{table(['until', 'took'], rows)}"


if __name__ == "__main__":
    sys.exit(main())
