"""Put one bug into a copy of `functions/`, run the tests that are to see it, and say which did."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from tests.proof.seeded.bugs import FUNCTIONS, Bug

ROOT = FUNCTIONS.parent
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Hunted:
    """`caught_by` is the first test that failed; None where none did."""

    bug: str
    caught_by: str | None
    seconds: float


def hunt(bug: Bug) -> Hunted:
    """In a process of its own, with the copy before the checkout's on the path; the checkout stays as it is."""
    since = monotonic()
    with tempfile.TemporaryDirectory() as folder:
        functions = Path(folder) / "functions"
        shutil.copytree(FUNCTIONS, functions, ignore=shutil.ignore_patterns("__pycache__"))
        bug.apply(functions)
        ran = _tests(bug, functions)
    found = _FAILED.search(ran.stdout)
    if ran.returncode not in {0, 1} or (ran.returncode == 1) != bool(found):
        raise RuntimeError(f"{bug.name}: pytest ended with {ran.returncode}\n{ran.stdout[-3000:]}{ran.stderr[-3000:]}")
    return Hunted(bug.name, found[1] if found else None, round(monotonic() - since, 1))


def _tests(bug: Bug, functions: Path) -> subprocess.CompletedProcess[str]:
    pytest = (sys.executable, "-m", "pytest", "-q", "-x", "--tb=no", "-p", "no:cacheprovider", "--no-shrinking")
    path = {"PYTHONPATH": str(functions), "PYTHONDONTWRITEBYTECODE": ""}
    return subprocess.run(
        [*pytest, *bug.tests], cwd=ROOT, env=os.environ | path, capture_output=True, text=True, check=False
    )
