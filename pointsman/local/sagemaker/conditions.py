"""Conditions of a Condition step: comparisons, `In`, `Not`, `Or`; a list of them is their conjunction."""

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pointsman.local.sagemaker.errors import Problem, StepFailedError
from pointsman.local.sagemaker.shapes import Shape

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
}
_MEMBERS = {
    **dict.fromkeys(_COMPARISONS, ("LeftValue", "RightValue")),
    "In": ("QueryValue", "Values"),
    "Not": ("Condition",),
    "Or": ("Conditions",),
}


def problems(conditions: Any, path: str) -> Iterator[Problem]:
    """What is malformed in a list of conditions, nested ones included."""
    if not isinstance(conditions, list):
        yield Problem(path, "expected a list of conditions")
        return
    for position, condition in enumerate(conditions):
        yield from _problems_of_one(condition, f"{path}[{position}]")


def _problems_of_one(condition: Any, path: str) -> Iterator[Problem]:
    kind = condition.get("Type") if isinstance(condition, dict) else None
    if kind not in _MEMBERS:
        yield Problem(f"{path}.Type", f"'{kind}' is not a condition type; expected one of {', '.join(_MEMBERS)}")
        return
    for member in _MEMBERS[kind]:
        if member not in condition:
            yield Problem(path, f"{kind} needs {member}")
    if kind == "In" and not isinstance(condition.get("Values", []), list):
        yield Problem(f"{path}.Values", "expected a list")
    if kind == "Not" and "Condition" in condition:
        yield from _problems_of_one(condition["Condition"], f"{path}.Condition")
    if kind == "Or" and "Conditions" in condition:
        yield from problems(condition["Conditions"], f"{path}.Conditions")


def holds(conditions: Sequence[Shape], resolve: Callable[[Any], Any]) -> bool:
    """Whether all hold. Raises StepFailedError where two values cannot be compared."""
    return all(_holds(condition, resolve) for condition in conditions)


def _holds(condition: Shape, resolve: Callable[[Any], Any]) -> bool:
    kind = condition["Type"]
    if kind == "Not":
        return not _holds(condition["Condition"], resolve)
    if kind == "Or":
        return any(_holds(nested, resolve) for nested in condition["Conditions"])
    if kind == "In":
        query = resolve(condition["QueryValue"])
        return any(_compared("Equals", query, resolve(value)) for value in condition["Values"])
    return _compared(kind, resolve(condition["LeftValue"]), resolve(condition["RightValue"]))


def _compared(kind: str, left: Any, right: Any) -> bool:
    """Numbers by value (6 equals 6.0), strings by characters ("10" is less than "9"), booleans only for equality."""
    families = _family(left), _family(right)
    comparable = families[0] == families[1] and (families[0] in {"number", "string"} or kind == "Equals")
    if not comparable:
        raise StepFailedError(
            f"ClientError: Cannot evaluate condition {kind}: {left!r} is a {families[0]}, {right!r} a {families[1]}"
        )
    return _COMPARISONS[kind](left, right)


def _family(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "string" if isinstance(value, str) else type(value).__name__
