"""A request against SageMaker's service model: types, required members, lengths, ranges, patterns and enums.

botocore's own validator leaves patterns, maximum lengths and enums to the service; this is the service. The wording is
AWS's: "1 validation error detected: Value 'x' at 'pipelineName' failed to satisfy constraint: Member must …".
"""

import math
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, StringShape, StructureShape
from botocore.model import Shape as ModelShape

from pointsman.local.sagemaker import times
from pointsman.local.sagemaker.errors import SerializationError, ValidationError

# Java's Unicode classes, as far as Python's `re` has an equivalent inside a character class.
_JAVA_CLASSES = {
    r"\p{L}": r"\w",
    r"\p{N}": r"\d",
    r"\p{Z}": r"\s",
    r"\p{M}": r"\u0300-\u036f",
    r"\p{P}": r"!-/:-@\[-`{-~\u2010-\u205e\u3001-\u303f",
    r"\p{S}": r"$+<=>^`|~\u00a2-\u00b4\u2044-\u2bff",
    r"\p{Alnum}": r"A-Za-z0-9",
}
_SHOWN_LENGTH = 200
_NUMBER_TYPES = {"integer", "long", "float", "double"}


def check_request(shape: StructureShape, request: Any) -> None:
    """Raises SerializationError where a type is wrong, ValidationError naming every other violated constraint."""
    violations = [str(violation) for violation in _violations(shape, request, "")]
    if violations:
        noun = "error" if len(violations) == 1 else "errors"
        raise ValidationError(f"{len(violations)} validation {noun} detected: {'; '.join(violations)}")


def _violations(shape: ModelShape, value: Any, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        yield from _structure(shape, value, path)
    elif isinstance(shape, ListShape):
        if not isinstance(value, list):
            raise SerializationError(f"Expected list at '{path}'")
        yield from _size(shape, len(value), value, path, "length")
        for position, item in enumerate(value, start=1):
            yield from _violations(shape.member, item, f"{path}.{position}.member")
    elif isinstance(shape, MapShape):
        if not isinstance(value, Mapping):
            raise SerializationError(f"Expected map at '{path}'")
        yield from _size(shape, len(value), dict(value), path, "length")
        for key, item in value.items():
            yield from _violations(shape.key, key, f"{path}.key")
            yield from _violations(shape.value, item, f"{path}.{key}.member")
    else:
        yield from _scalar(shape, value, path)


def _structure(shape: StructureShape, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        raise SerializationError(f"Expected structure at '{path or 'the request body'}'")
    for name, member in shape.members.items():
        place = f"{path}.{_wire_case(name)}" if path else _wire_case(name)
        if value.get(name) is not None:
            yield from _violations(member, value[name], place)
        elif name in shape.required_members:
            yield f"Value null at '{place}' failed to satisfy constraint: Member must not be null"


def _scalar(shape: ModelShape, value: Any, path: str) -> Iterator[str]:
    _check_type(shape.type_name, value, path)
    if isinstance(shape, StringShape):
        yield from _string(shape, value, path)
    elif shape.type_name in _NUMBER_TYPES:
        yield from _size(shape, value, value, path, "value")


def _check_type(type_name: str, value: Any, path: str) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    fits = {
        "string": isinstance(value, str),
        "character": isinstance(value, str),
        "blob": isinstance(value, str),
        "boolean": isinstance(value, bool),
        "integer": number and float(value).is_integer(),
        "long": number and float(value).is_integer(),
        "float": number,
        "double": number,
        "timestamp": number or _is_instant(value),
    }
    if not fits.get(type_name, True):
        raise SerializationError(f"Expected {type_name} at '{path}', found {type(value).__name__}")


def _is_instant(value: Any) -> bool:
    try:
        return isinstance(value, str) and math.isfinite(times.from_wire(value))
    except ValueError:
        return False


def _string(shape: StringShape, value: str, path: str) -> Iterator[str]:
    if shape.enum and value not in shape.enum:
        yield _violation(value, path, f"satisfy enum value set: [{', '.join(shape.enum)}]")
    yield from _size(shape, len(value), value, path, "length")
    pattern = shape.metadata.get("pattern")
    if pattern and not _compiled(pattern).fullmatch(value):
        yield _violation(value, path, f"satisfy regular expression pattern: {pattern}")


def _size(shape: ModelShape, size: float, value: Any, path: str, noun: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield _violation(value, path, f"have {noun} greater than or equal to {least}")
    if most is not None and size > most:
        yield _violation(value, path, f"have {noun} less than or equal to {most}")


def _violation(value: Any, path: str, rule: str) -> str:
    return f"Value '{_shortened(value)}' at '{path}' failed to satisfy constraint: Member must {rule}"


def _shortened(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN_LENGTH else f"{text[:_SHOWN_LENGTH]}…"


def _wire_case(name: str) -> str:
    """AWS names the members in these messages with a lower-case first letter."""
    return name[0].lower() + name[1:]


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    translated = pattern.replace("*)${1,", "){1,")  # two of the model's patterns put their quantifier on `$`
    for java, python in _JAVA_CLASSES.items():
        translated = translated.replace(java, python)
    try:
        # AWS's `.` spans lines in descriptions: they are accepted with newlines by the service.
        return re.compile(translated, re.DOTALL)
    except re.error:
        return re.compile(r".*", re.DOTALL)
