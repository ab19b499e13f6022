"""How long the three pipelines take to compile, with and without what only the first compilation of a process does.

    python -m benchmarks.compiling [--rounds N]

Most of the first is the import of the sagemaker SDK. CPU seconds of fresh processes: one that compiles once, one that
imports the SDK and compiles nothing, and within a process the second compilation.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence

from benchmarks.report import cpu_seconds, interleaved, machine, publish, spread, table

COMPILE = "from pipeline_defs.compile import NEUTRAL, compile_pipelines; compile_pipelines(NEUTRAL)"
IMPORT = """
from pipeline_defs.offline_sdk import sdk_imports
with sdk_imports("us-east-1"):
    from pipeline_defs import evaluation, monitoring, training
"""
AGAIN = f"""
{COMPILE}
import time
begin = time.process_time()
compile_pipelines(NEUTRAL)
print(time.process_time() - begin)
"""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compiling")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args(arguments)
    where = machine()
    found = measured(given.rounds)
    rows = [[name, spread(times, "s", 2)] for name, times in found.items()]
    publish("compiling", {"cpu_seconds": found}, table(["the three pipelines", "CPU"], rows), where)
    return 0


def measured(rounds: int) -> dict[str, list[float]]:
    cases = {
        "compiled in a new process": lambda: cpu_seconds([sys.executable, "-c", COMPILE]),
        "of which the SDK is imported": lambda: cpu_seconds([sys.executable, "-c", IMPORT]),
        "compiled again in the same process": _again,
    }
    return interleaved(cases, rounds)


def _again() -> float:
    done = subprocess.run([sys.executable, "-c", AGAIN], check=True, capture_output=True, text=True)
    return float(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.exit(main())
