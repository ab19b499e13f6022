"""Conditions: which hold, which cannot be compared, which are malformed."""

from typing import Any

import pytest

from pointsman.local.sagemaker import conditions
from pointsman.local.sagemaker.errors import StepFailedError


def compare(kind: str, left: Any, right: Any) -> dict[str, Any]:
    return {"Type": kind, "LeftValue": left, "RightValue": right}


def as_it_is(value: Any) -> Any:
    return value


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (compare("Equals", 6, 6.0), True),
        (compare("Equals", "6", "6.0"), False),
        (compare("Equals", *[True, True]), True),
        (compare("GreaterThan", "1", "3"), False),
        (compare("GreaterThan", "1", "0"), True),
        (compare("LessThan", "10", "9"), True),
        (compare("LessThan", 10, 9), False),
        (compare("GreaterThanOrEqualTo", 0.5, 0.5), True),
        (compare("LessThanOrEqualTo", 0.6, 0.5), False),
        ({"Type": "In", "QueryValue": 1, "Values": [2, 1.0]}, True),
        ({"Type": "In", "QueryValue": 1, "Values": []}, False),
        ({"Type": "Not", "Condition": compare("Equals", 1, 2)}, True),
        ({"Type": "Or", "Conditions": [compare("Equals", 1, 2), compare("LessThan", 1, 2)]}, True),
        ({"Type": "Or", "Conditions": []}, False),
        (compare("NotEquals", "a", "b"), True),
        (compare("NotEquals", *[True, True]), False),
        ({"Type": "In", "Value": "b", "In": ["a", "b"]}, True),
        ({"Type": "NotIn", "Value": "b", "In": ["a", "b"]}, False),
        ({"Type": "NotIn", "QueryValue": "c", "Values": ["a", "b"]}, True),
        ({"Type": "And", "Conditions": [compare("Equals", 1, 1), compare("LessThan", 2, 1)]}, False),
        ({"Type": "And", "Conditions": []}, True),
        ({"Type": "Not", "Condition": {"Type": "Or", "Conditions": [{"Type": "And", "Conditions": []}]}}, False),
    ],
)  # fmt: skip
def test_one_condition(condition: dict[str, Any], *, holds: bool) -> None:
    assert conditions.holds([condition], as_it_is) is holds


def test_a_list_is_a_conjunction() -> None:
    assert conditions.holds([], as_it_is)
    assert not conditions.holds([compare("Equals", 1, 1), compare("Equals", 1, 2)], as_it_is)


@pytest.mark.parametrize(
    "condition",
    [
        compare("Equals", 1, "1"),
        compare("Equals", *[1, True]),
        compare("GreaterThan", *[True, False]),
        compare("LessThan", None, 1),
        compare("LessThan", {"a": 1}, {"a": 2}),
    ],
)
def test_unlike_values_fail_the_step(condition: dict[str, Any]) -> None:
    with pytest.raises(StepFailedError, match="Cannot evaluate condition"):
        conditions.holds([condition], as_it_is)


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ("x", ["$: expected a list of conditions"]),
        ([{"Type": "Equals", "LeftValue": 1}], ["$[0]: Equals needs RightValue"]),
        ([{"Type": "In", "QueryValue": 1, "Values": 2}], ["$[0].Values: expected a list"]),
        (
            [{"Type": "Not", "Condition": {"Type": "Or", "Conditions": [{"Type": "X"}]}}],
            ["$[0].Condition.Conditions[0].Type: 'X' is not a condition type"],
        ),
        ([7], ["$[0].Type: 'None' is not a condition type"]),
    ],
)
def test_malformed_conditions_are_named_with_their_place(given: Any, problems: list[str]) -> None:
    found = [str(problem) for problem in conditions.problems(given, "$")]
    assert len(found) == len(problems)
    assert all(text.startswith(expected) for text, expected in zip(found, problems, strict=True))
