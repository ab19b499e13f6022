"""Two documents, field by field."""

from typing import Any

import pytest

from pointsman.differences import FieldChange, differences

TRAIN = {"Name": "Train", "Type": "Training", "Arguments": {"ResourceConfig": {"InstanceCount": 1}}}
JUDGE = {"Name": "Judge", "Type": "Processing"}


def told(old: Any, new: Any) -> list[str]:
    return [str(change) for change in differences(old, new)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, ["~ a  1 → 2"]),
        ({"a": 1}, {"a": None}, ["~ a  1 → null"]),
        ({"a": 1}, {"a": True}, ["~ a  1 → true"]),
        ({"a": 1}, {}, ["- a  1"]),
        ({}, {"a": {"b": 1}}, ['+ a  {"b": 1}']),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, ["~ a.c  2 → 3"]),
        ({"a": {"b": 1}}, {"a": "b"}, ['~ a  {"b": 1} → "b"']),
        ({"a": [1, 2]}, {"a": [1, 3, 4]}, ["~ a.1  2 → 3", "+ a.2  4"]),
        ({"a": []}, {"a": ""}, ['~ a  [] → ""']),
        ({"a": []}, {"a": {}}, ["~ a  [] → {}"]),
        ({"a": [1]}, {"a": []}, ["- a.0  1"]),
    ],
)
def test_each_field_that_differs_is_told_with_both_values(old: Any, new: Any, expected: list[str]) -> None:
    assert told(old, new) == expected


def test_what_has_a_name_is_told_apart_by_it() -> None:
    """As steps and parameters of a pipeline's definition have."""
    larger = TRAIN | {"Arguments": {"ResourceConfig": {"InstanceCount": 2}}}
    assert told({"Steps": [TRAIN]}, {"Steps": [JUDGE, larger]}) == [
        "~ Steps.Train.Arguments.ResourceConfig.InstanceCount  1 → 2",
        '+ Steps.Judge  {"Name": "Judge", "Type": "Processing"}',
    ]


def test_items_of_one_name_are_told_apart_by_their_place() -> None:
    assert told({"a": [JUDGE, JUDGE]}, {"a": [JUDGE, TRAIN | {"Name": "Judge"}]}) == [
        '~ a.1.Type  "Processing" → "Training"',
        '+ a.1.Arguments  {"ResourceConfig": {"InstanceCount": 1}}',
    ]


def test_a_program_is_told_which_value_is_not_there() -> None:
    (removed, added) = differences({"a": None}, {"b": 1})
    assert (removed.as_document(), added.as_document()) == ({"field": "a", "old": None}, {"field": "b", "new": 1})


def test_long_values_are_cut_for_people_alone() -> None:
    (change,) = differences({"a": "x" * 500}, {})
    assert str(change).endswith(" … (502 characters)")
    assert change == FieldChange("a", "x" * 500, change.new)
