"""Conditions of a Condition step; a list of them is their conjunction.

Two spellings are in use: the SDK writes `In` with `QueryValue` and `Values`, and negates by `Not`; the published schema
(https://aws-sagemaker-mlops.github.io/sagemaker-model-building-pipeline-definition-JSON-schema/) has `NotEquals`, and
`In` and `NotIn` with `Value` and `In`. Both are read. `And` is in neither: our choice, as the other half of `Or`.
"""

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pointsman.local.sagemaker.errors import Problem, StepFailedError
from pointsman.local.sagemaker.shapes import Shape

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "NotEquals": operator.ne,
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
}
_EQUALITIES = {"Equals", "NotEquals"}
_MEMBERSHIPS = {"In", "NotIn"}
_JUNCTIONS: dict[str, Callable[[Iterator[bool]], bool]] = {"Or": any, "And": all}
# Each kind's members; those of a membership come in one spelling or the other.
_MEMBERS: dict[str, tuple[tuple[str, ...], ...]] = {
    **dict.fromkeys(_COMPARISONS, (("LeftValue", "RightValue"),)),
    **dict.fromkeys(_MEMBERSHIPS, (("QueryValue", "Values"), ("Value", "In"))),
    "Not": (("Condition",),),
    **dict.fromkeys(_JUNCTIONS, (("Conditions",),)),
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
    if not isinstance(kind, str) or kind not in _MEMBERS:
        yield Problem(f"{path}.Type", f"'{kind}' is not a condition type; expected one of {', '.join(_MEMBERS)}")
        return
    members = _spelling(condition)
    yield from _member_problems(condition, members, path)
    if kind in _MEMBERSHIPS and not isinstance(condition.get(members[1], []), list):
        yield Problem(f"{path}.{members[1]}", "expected a list")
    if kind == "Not" and "Condition" in condition:
        yield from _problems_of_one(condition["Condition"], f"{path}.Condition")
    if kind in _JUNCTIONS and "Conditions" in condition:
        yield from problems(condition["Conditions"], f"{path}.Conditions")


def _member_problems(condition: Shape, members: tuple[str, ...], path: str) -> Iterator[Problem]:
    for member in members:
        if member not in condition:
            yield Problem(path, f"{condition['Type']} needs {member}")
    for member, value in condition.items():
        if member not in {"Type", *members} and value is not None:  # null is how the SDK writes what is unset
            # In the words of the service: https://github.com/aws/sagemaker-python-sdk/issues/2746
            yield Problem(path, f"Cannot parse object, unknown property '{member}'.")


def holds(conditions: Sequence[Shape], resolve: Callable[[Any], Any]) -> bool:
    """Whether all hold. Raises StepFailedError where two values cannot be compared."""
    return all(_holds(condition, resolve) for condition in conditions)


def _holds(condition: Shape, resolve: Callable[[Any], Any]) -> bool:
    kind = condition["Type"]
    if kind == "Not":
        return not _holds(condition["Condition"], resolve)
    if kind in _JUNCTIONS:
        return _JUNCTIONS[kind](_holds(nested, resolve) for nested in condition["Conditions"])
    first, second = (condition[member] for member in _spelling(condition))
    if kind in _MEMBERSHIPS:
        query = resolve(first)
        found = any(_compared("Equals", query, resolve(value)) for value in second)
        return found is (kind == "In")
    return _compared(kind, resolve(first), resolve(second))


def _spelling(condition: Shape) -> tuple[str, ...]:
    """The members that this condition has or, where it has none of any spelling, should have."""
    spellings = _MEMBERS[condition["Type"]]
    return next((members for members in spellings if any(name in condition for name in members)), spellings[0])


def _compared(kind: str, left: Any, right: Any) -> bool:
    """Numbers by value (6 equals 6.0), strings by characters ("10" is less than "9"), booleans only for equality."""
    families = _family(left), _family(right)
    ordered = families[0] in {"number", "string"}
    if families[0] != families[1] or not (ordered or kind in _EQUALITIES):
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
