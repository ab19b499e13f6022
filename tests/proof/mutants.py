"""Small changes to what decides, one at a time: does a unit test fail for each?

mutmut makes them and forks a pytest for each, of the tests that reach it. They are of the pure core: `control_plane/`
without its adapters and their wiring, which the contract and local levels hold to AWS, and without the log, which tells
lines of code by their depth in the stack; and each room's `decide*.py`.

`python -m tests.proof.mutants --every 1` tries all, which takes five minutes; `make proof` every fifth.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEAST_PERCENT = 85
# It expects code in `src`, where it changes a copy of it; the tests and what they read lie beside that.
COPIED = ("docs", "events", "functions", "pipeline_defs", "pointsman", "tests")
FILES = ("README.md", "pyproject.toml", "samconfig.toml", "template.yaml")
ROOMS = sorted(path.parent.name for path in (ROOT / "functions").glob("on_*/decide.py"))
TESTED_BY = ("control_plane", "test_correlation.py", *ROOMS)
SETTINGS = f"""
[tool.mutmut]
source_paths = ["src"]
only_mutate = ["src/control_plane/*", "src/on_*/decide*.py"]
do_not_mutate = ["src/control_plane/adapters/*", "src/control_plane/wiring.py", "src/control_plane/telemetry.py"]
also_copy = {json.dumps([*COPIED, *FILES])}
pytest_add_cli_args_test_selection = {json.dumps([f"tests/unit/{name}" for name in TESTED_BY])}
"""
# mutmut's own, by pytest's exit code: https://github.com/boxed/mutmut
_SURVIVED = {0, 33}  # the tests pass; no test reaches it


def results(every: int) -> Mapping[str, bool]:
    """By mutant, whether a test noticed."""
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder)
        for name in COPIED:
            shutil.copytree(ROOT / name, stage / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in FILES:
            shutil.copy(ROOT / name, stage)
        shutil.copytree(stage / "functions", stage / "src")
        (stage / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text() + SETTINGS)
        _mutmut(stage, "control_plane.clock.*")  # makes all, tries these, and learns which tests reach what
        _mutmut(stage, *sorted(_exit_codes(stage))[::every])
        tried = {name: code for name, code in _exit_codes(stage).items() if code is not None}
    return {name: code not in _SURVIVED for name, code in tried.items()}


def _mutmut(stage: Path, *names: str) -> None:
    mutmut = Path(sys.executable).with_name("mutmut")
    command = [str(mutmut), "run", "--max-children", str(os.cpu_count() or 1), *names]
    done = subprocess.run(command, cwd=stage, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"mutmut ended with {done.returncode}:\n{done.stdout[-2000:]}")


def _exit_codes(stage: Path) -> dict[str, int | None]:
    """By mutant; None for one that was not tried."""
    found: dict[str, int | None] = {}
    for meta in (stage / "mutants" / "src").rglob("*.meta"):
        found |= json.loads(meta.read_text())["exit_code_by_key"]
    return found


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=5)
    parser.add_argument("--counts", type=Path)
    given = parser.parse_args()
    found = results(given.every)
    survived = sorted(name for name, noticed in found.items() if not noticed)
    percent = 100 * (len(found) - len(survived)) / len(found)
    print("\n".join([*survived, f"{percent:.1f} % of {len(found):,} mutants were noticed; those above were not"]))
    broken = [f"only {percent:.1f} % of the mutants were noticed"] if percent < LEAST_PERCENT else []
    if given.counts:
        tried = {"mutants": len(found), "mutants noticed": len(found) - len(survived)}
        given.counts.write_text(json.dumps({"tried": tried, "violations": broken}))
    return len(broken)


if __name__ == "__main__":
    sys.exit(main())
