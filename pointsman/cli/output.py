"""Text for people, JSON for programs."""

import json
import sys
from collections.abc import Iterator
from itertools import islice

from rich.console import Console, RenderableType

_UNBOUNDED = 10_000


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


def print_json(value: object) -> None:
    print(json.dumps(value, indent=2))
