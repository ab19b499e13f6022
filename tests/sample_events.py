"""The events under `events/`, as AWS sends them."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "events"


def sample_event(name: str) -> dict[str, Any]:
    """`endpoint_failed` is `events/endpoint_failed.json`."""
    event: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return event
