"""The events under `events/`, as AWS sends them."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parents[1] / "events"
_ROW = re.compile(r"^\| (\w+)\.json \| .+ \| (\w+|-) \| ([\w-]+) \| (\w+) \| (\w+|-) \| .+ \|$", re.MULTILINE)


class Expected(NamedTuple):
    """All but the state are `-` for an event that no room wants; `state` is a file under `events/states/`."""

    room: str
    rule: str
    state: str
    outcome: str


def sample_event(name: str) -> dict[str, Any]:
    """`endpoint_failed` is `events/endpoint_failed.json`."""
    event: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return event


@cache
def index() -> dict[str, Expected]:
    """What should become of each event."""
    return {name: Expected(*rest) for name, *rest in _ROW.findall((FOLDER / "README.md").read_text())}
