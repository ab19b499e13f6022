"""Text for people, JSON for programs."""

import json
import sys

from rich.console import Console, RenderableType

_UNBOUNDED = 10_000


def show(value: object, picture: RenderableType, *, as_json: bool) -> None:
    if as_json:
        print_json(value)
    else:
        console().print(picture)


def console() -> Console:
    """A pipe or a file has no width to fit into."""
    return Console() if sys.stdout.isatty() else Console(width=_UNBOUNDED)


def say(text: str) -> None:
    Console().print(text, markup=False, highlight=False, soft_wrap=True)


def print_json(value: object) -> None:
    print(json.dumps(value, indent=2))
