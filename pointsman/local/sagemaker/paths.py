"""Paths into JSON as pipeline definitions write them: `a.b[0].c`, `a['b']`, `Outputs['train'].S3Output.S3Uri`.

SageMaker's documentation points to https://github.com/json-path/JsonPath for the notation. Of that, what names one
value is read, a leading `$` and indices from the end (`[-1]`) included; what finds several (`*`, `..`, filters,
slices) has no single value for a condition or an argument, and is refused when the pipeline is created: our choice.
"""

import re
from typing import Any

type Path = tuple[str | int, ...]

_SEGMENT = re.compile(r"""\.?(?P<name>[^.*\[\]'"\s]+)|\[(?P<index>-?\d+)\]|\[(?P<quote>['"])(?P<key>.*?)(?P=quote)\]""")

# Describe* answers hold lists whose items have names; property references select from them by that name.
_NAME_MEMBERS = ("OutputName", "InputName", "ChannelName", "MetricName", "Name", "Key")


def parse(text: str) -> Path:
    """Raises ValueError where the text is no path. A leading `$` (JSONPath's root) may be left out."""
    rest = text.removeprefix("$")
    segments: list[str | int] = []
    while rest:
        match = _SEGMENT.match(rest)
        if match is None or (segments and match["name"] and not rest.startswith(".")):
            raise ValueError(f"'{text}' is not a path: cannot read '{rest}'")
        segments.append(int(match["index"]) if match["index"] else match["name"] or match["key"] or "")
        rest = rest[match.end() :]
    if not segments:
        raise ValueError("the path is empty")
    return tuple(segments)


def follow(document: Any, path: Path) -> Any:
    """Raises KeyError with the first segment that leads nowhere."""
    here = document
    for segment in path:
        here = _step(here, segment)
    return here


def _step(here: Any, segment: str | int) -> Any:
    found = _in_list(here, segment) if isinstance(here, list) else _in_object(here, segment)
    if not found:
        raise KeyError(segment)
    return found[0]


def _in_list(items: list[Any], segment: str | int) -> list[Any]:
    if isinstance(segment, int):
        return [items[segment]] if -len(items) <= segment < len(items) else []
    named = (item for item in items if isinstance(item, dict))
    return [item for item in named if segment in (item.get(member) for member in _NAME_MEMBERS)]


def _in_object(here: Any, segment: str | int) -> list[Any]:
    # A key made of digits may have been read as an index.
    return [here[key] for key in (segment, str(segment)) if key in here] if isinstance(here, dict) else []
