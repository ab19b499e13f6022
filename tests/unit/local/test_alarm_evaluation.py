"""An alarm's state by its periods: the tables of CloudWatch's page on missing data."""

import pytest

from pointsman.local.aws.alarm_evaluation import verdict

TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")


def states(periods: str, needed: int) -> str:
    """Of each treatment, by its first letter; `periods`: oldest first, X breaches, 0 doesn't, - is missing."""
    values = [{"X": 2.0, "0": 0.0, "-": None}[each] for each in reversed(periods)]
    alarm = {"ComparisonOperator": "GreaterThanThreshold", "Threshold": 1.0, "DatapointsToAlarm": needed}
    found = [verdict({**alarm, "TreatMissingData": treatment}, values) for treatment in TREATMENTS]
    return "".join(each.state[0] if each else "." for each in found)


@pytest.mark.parametrize(
    ("periods", "needed", "expected"),
    [
        ("-", 1, "I.AO"),
        ("X", 1, "AAAA"),
        ("0", 1, "OOOO"),
        ("---", 3, "I.AO"),
        ("0--", 3, "OOOO"),
        ("XX-", 3, "A.AO"),
        ("X--", 3, "A.AO"),
        ("-X-", 3, "OOAO"),
        ("X0X", 3, "OOOO"),
        ("X0X", 2, "AAAA"),
        ("0X-", 2, "A.AO"),
        ("-X-", 2, "A.AO"),
        ("--X", 2, "OOAO"),
    ],
)
def test_missing_data_count_as_the_alarm_says(periods: str, needed: int, expected: str) -> None:
    assert states(periods, needed) == expected


@pytest.mark.parametrize(
    ("comparison", "crossed"),
    [
        ("GreaterThanThreshold", [2.0]),
        ("GreaterThanOrEqualToThreshold", [1.0, 2.0]),
        ("LessThanThreshold", [0.0]),
        ("LessThanOrEqualToThreshold", [0.0, 1.0]),
    ],
)
def test_the_threshold_itself_counts_as_the_comparison_says(comparison: str, crossed: list[float]) -> None:
    alarm = {"ComparisonOperator": comparison, "Threshold": 1.0}
    found = {value: verdict(alarm, [value]) for value in (0.0, 1.0, 2.0)}
    assert [value for value, each in found.items() if each and each.state == "ALARM"] == crossed
