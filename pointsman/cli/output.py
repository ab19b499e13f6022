"""Text for people, JSON for programs."""

import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType

from control_plane.outcomes import Outcome, action_of
from control_plane.records import Decision, DecisionStatus
from pointsman.errors import BadRequest

_UNBOUNDED = 10_000
# Nothing was done because all was done: whoever asked has what was asked for.
_AS_ASKED = {Outcome.SKIPPED_ALREADY_CHAMPION, Outcome.SKIPPED_ALREADY_DEPLOYING}


def show(value: object, picture: RenderableType, *, as_json: bool) -> None:
    if as_json:
        print_json(value)
    else:
        console().print(picture)


def first[T](limit: int, found: Iterator[T]) -> list[T]:
    """The first of them; says on standard error, where it is in nobody's way, that there are more."""
    shown = list(islice(found, limit))
    if next(found, None) is not None:
        Console(stderr=True).print(f"there are more; --limit {2 * limit} shows twice as many", style="dim")
    return shown


def console() -> Console:
    """A pipe or a file has no width to fit into."""
    return Console() if sys.stdout.isatty() else Console(width=_UNBOUNDED)


def say(text: str) -> None:
    Console().print(text, markup=False, highlight=False, soft_wrap=True)


def write(file: Path, text: str) -> None:
    """Raises BadRequest where it can't be written."""
    try:
        file.write_text(text)
    except OSError as error:
        raise BadRequest(f"{file} can't be written: {error.strerror}") from error


def print_json(value: object) -> None:
    print(json.dumps(value, indent=2))


def as_document(decision: Decision) -> dict[str, Any]:
    """A decision as programs get it."""
    action = action_of(decision.outcome, decision.purpose)
    return decision.model_dump(mode="json") | {"action": action, "correlation_id": decision.root}


def came_to_nothing(decision: Decision) -> bool:
    """What was asked for isn't so, and won't be. What waits isn't lost."""
    nothing = decision.outcome.startswith("SKIPPED") or decision.outcome is Outcome.REFUSED
    return nothing and decision.status is DecisionStatus.DONE and decision.outcome not in _AS_ASKED
