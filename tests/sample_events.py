"""The events under `events/`, as AWS sends them."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "events"
_ROW = re.compile(r"^\| (\w+)\.json \| .+ \| (\w+|-) \| .+ \|$", re.MULTILINE)


def sample_event(name: str) -> dict[str, Any]:
    """`endpoint_failed` is `events/endpoint_failed.json`."""
    event: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return event


@cache
def index() -> dict[str, str]:
    """The room that each event is for, `-` for none."""
    return dict(_ROW.findall((FOLDER / "README.md").read_text()))
