"""Run every part of the proof, and write what was tried: `proof-report.json`, and `proof-report.md` to read.

A part is a command that is told by `--counts FILE` where to write what it tried, as JSON: `tried`, numbers by what they
count, `violations`, what broke, and perhaps `details`. Further parts go into `PARTS`.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).parents[2]
_PYTEST = ("-m", "pytest", "--numprocesses", "auto", "--dist", "loadgroup", "-q")


@dataclass(frozen=True)
class Part:
    """`command` are Python's arguments."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """What a part tried and found. One that ended otherwise than by finding nothing has a violation at least."""

    part: str
    seconds: int
    tried: Mapping[str, int]
    violations: list[str]
    details: object = None


PARTS = (
    Part("crash points, the simulation, mutated input and a storm", (*_PYTEST, "tests/proof", "--proof")),
    Part("seeded bugs", ("-m", "tests.proof.seeded")),
    Part("mutants of what decides", ("-m", "tests.proof.mutants")),
)


def run(part: Part) -> Result:
    since = monotonic()
    with tempfile.TemporaryDirectory() as folder:
        counts = Path(folder) / "counts.json"
        ended = subprocess.run([sys.executable, *part.command, "--counts", str(counts)], cwd=ROOT, check=False)
        told = json.loads(counts.read_text()) if counts.exists() else {"tried": {}, "violations": []}
    broken = told["violations"] or ([f"it ended with {ended.returncode}"] if ended.returncode else [])
    return Result(part.name, round(monotonic() - since), told["tried"], broken, told.get("details"))


def page(results: list[Result]) -> str:
    """In Markdown."""
    violations = [f"- {result.part}: {each}" for result in results for each in result.violations]
    rows = [
        f"| {result.part} | {', '.join(f'{number:,} {what}' for what, number in sorted(result.tried.items()))} "
        f"| {len(result.violations)} | {result.seconds} s |"
        for result in results
    ]
    verdict = "\n".join(["These promises were broken:", "", *violations] if violations else ["No promise was broken."])
    table = "\n".join(["| part | tried | violations | took |", "| --- | --- | --- | --- |", *rows])
    return f"# What was tried to break the promises\n\n{verdict}\n\n{table}\n\nWhat that means: docs/proof.md.\n"


def main() -> int:
    results = [run(part) for part in PARTS]
    broken = sum(len(result.violations) for result in results)
    report = {"violations": broken, "parts": [asdict(result) for result in results]}
    (ROOT / "proof-report.json").write_text(json.dumps(report, indent=2) + "\n")
    (ROOT / "proof-report.md").write_text(page(results))
    print(f"\n{page(results)}\nwritten to proof-report.json and proof-report.md")
    return min(broken, 1)


if __name__ == "__main__":
    sys.exit(main())
