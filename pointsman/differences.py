"""What differs between two documents, field by field. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_SHOWN = 160


class _Absent:
    """The value of a field that isn't there: None is a value that a field may have."""


ABSENT = _Absent()


@dataclass(frozen=True)
class FieldChange:
    """A field by its path, such as `Steps.Train.Arguments.ResourceConfig.InstanceCount`, with both its values."""

    path: str
    old: Any
    new: Any

    @property
    def sign(self) -> str:
        return "+" if self.old is ABSENT else "-" if self.new is ABSENT else "~"

    def as_document(self) -> dict[str, Any]:
        """A value that isn't there has no member."""
        values = {"old": self.old, "new": self.new}
        return {"field": self.path} | {name: value for name, value in values.items() if value is not ABSENT}

    def __str__(self) -> str:
        values = [_shown(value) for value in (self.old, self.new) if value is not ABSENT]
        return f"{self.sign} {self.path}  {' → '.join(values)}"


def differences(old: Any, new: Any, path: str = "") -> Iterator[FieldChange]:
    """Depth first. Items of a list that have names are told apart by them, so that a new step isn't a change of all
    that follow; other lists are compared place by place.
    """
    before, after = _members(old), _members(new)
    if before is None or after is None or isinstance(old, Mapping) != isinstance(new, Mapping):
        if type(old) is not type(new) or old != new:
            yield FieldChange(path, old, new)
        return
    for name in dict.fromkeys((*before, *after)):
        inner = f"{path}.{name}" if path else name
        yield from differences(before.get(name, ABSENT), after.get(name, ABSENT), inner)


def _members(value: Any) -> Mapping[str, Any] | None:
    """By name or by number; None of what has none."""
    if isinstance(value, Mapping):
        return value
    if not isinstance(value, Sequence) or isinstance(value, str):
        return None
    named = {str(item["Name"]): item for item in value if isinstance(item, Mapping) and "Name" in item}
    if len(named) == len(value):
        return named
    return {str(number): item for number, item in enumerate(value)}


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} … ({len(text)} characters)"
