"""InputFilter and OutputFilter: the JSONPath expressions that batch transform knows.

https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html
`$`, `$.a.b`, `$['a']`, `$[0]`, `$[-1]`, `$[1:]`, `$[0,-1]`.
"""

import re
from typing import Any

type Part = str | list[int] | slice

_PART = re.compile(
    r"\.(?P<name>[^.\[\]]+)|\['(?P<key>[^']*)'\]|\[(?P<slice>-?\d*:-?\d*)\]|\[(?P<list>-?\d+(,\s*-?\d+)*)\]"
)


def parse(text: str) -> list[Part]:
    """Raises ValueError."""
    rest, parts = text.strip() or "$", list[Part]()
    if not rest.startswith("$"):
        raise ValueError(f"'{text}' does not start with $")
    rest = rest[1:]
    while rest:
        match = _PART.match(rest)
        if match is None:
            raise ValueError(f"cannot read '{rest}' in '{text}'")
        parts.append(_part(match))
        rest = rest[match.end() :]
    return parts


def select(value: Any, parts: list[Part]) -> Any:
    """Raises LookupError or TypeError where the value has no such part."""
    for part in parts:
        if isinstance(part, list):
            value = value[part[0]] if len(part) == 1 else [value[index] for index in part]
        else:
            value = value[part]
    return value


def _part(match: re.Match[str]) -> Part:
    if match["slice"] is not None:
        start, end = match["slice"].split(":")
        return slice(int(start) if start else None, int(end) if end else None)
    if match["list"] is not None:
        return [int(index) for index in match["list"].split(",")]
    return str(match["name"] if match["name"] is not None else match["key"])
