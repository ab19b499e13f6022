"""Pipeline definitions that others wrote: not part of the project, but tried wherever they lie beside it.

`../shared/facts/pipelines/definitions`, or the folder that POINTSMAN_DEFINITIONS names.
"""

import os
from pathlib import Path
from typing import Any

import pytest

from pointsman.checkout import project_root

FOLDER = Path(
    os.environ.get("POINTSMAN_DEFINITIONS")
    or project_root(Path(__file__).parent).parent / "shared/facts/pipelines/definitions"
)
_FOUND = sorted(FOLDER.rglob("*.json")) if FOLDER.is_dir() else []
_MISSING = pytest.param(FOLDER, marks=pytest.mark.skip(reason=f"no definitions in {FOLDER}"))

# For parametrize: one skipped case with the reason where there are none.
DEFINITIONS: list[Any] = [*_FOUND] or [_MISSING]
