"""What all benchmarks share: where they ran, several rounds of a figure, and their results as JSON and Markdown."""

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def machine() -> dict[str, Any]:
    """Load is that before the benchmark, so a benchmark asks first."""
    return {
        "machine": f"{platform.system()} {platform.machine()}",
        "processors": os.cpu_count() or 1,
        "python": platform.python_version(),
        "botocore": version("botocore"),
        "pydantic": version("pydantic"),
        "load": round(os.getloadavg()[0], 1),
    }


def cpu_seconds(command: Sequence[str], **options: Any) -> float:
    """Of a process and its children, user and system. Raises CalledProcessError."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, **options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def interleaved[K](cases: Mapping[K, Callable[[], float]], rounds: int) -> dict[K, list[float]]:
    """Every case once a round, so that whatever else the machine does meets all of them."""
    found: dict[K, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, measure in cases.items():
            found[name].append(measure())
    return found


def spread(values: Sequence[float], unit: str = "", digits: int = 0) -> str:
    """`310 ms (290-350)`: the median, the least and the most."""
    low, middle, high = (f"{pick(values):,.{digits}f}" for pick in (min, statistics.median, max))
    return f"{middle}{unit and f' {unit}'} ({low}-{high})"


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the ratios within a round."""
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(str(cell) for cell in line)} |\n" for line in lines)


def publish(name: str, result: Mapping[str, Any], markdown: str, where: Mapping[str, Any]) -> None:
    """`results/NAME.json` and `.md`; the second is also told."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps({"where": where, **result}, indent=2, default=str) + "\n")
    place = f"{where['processors']} processors, {where['machine']}, Python {where['python']}, load {where['load']}"
    text = f"{markdown}\n{place}\n"
    (RESULTS / f"{name}.md").write_text(text)
    sys.stdout.write(f"## {name}\n\n{text}\n")
