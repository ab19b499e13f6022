"""What a function's log measures, and what alarms make of several metrics."""

import json
from typing import Any

import pytest

from pointsman.local.aws.embedded_metrics import Measured, measured
from pointsman.local.aws.metric_math import combined, watched

LINE = {
    "_aws": {
        "Timestamp": 1,
        "CloudWatchMetrics": [
            {
                "Namespace": "stack",
                "Dimensions": [[], ["model"]],
                "Metrics": [{"Name": "Runs", "Unit": "Count"}, {"Name": "Seconds"}],
            }
        ],
    },
    "model": "churn",
    "Runs": [1.0, 2.0],
    "Seconds": 7,
}


def test_each_value_counts_for_each_set_of_dimensions() -> None:
    log = "\n".join(["START", json.dumps(LINE), '{"message": "_aws"}', '{"_aws": {}}', '{"_aws" broken'])
    assert list(measured(log)) == [
        Measured("stack", name, value, unit, dimensions)
        for dimensions in ({}, {"model": "churn"})
        for name, value, unit in (("Runs", 1.0, "Count"), ("Runs", 2.0, "Count"), ("Seconds", 7.0, "None"))
    ]


def alarm(expression: str) -> dict[str, Any]:
    stats = [
        {"Id": name, "MetricStat": {"Metric": {"Namespace": "n", "MetricName": name}, "Period": 300, "Stat": "Sum"}}
        for name in ("a", "b")
    ]
    return {"AlarmName": "both", "Metrics": [{"Id": "all", "Expression": expression}, *stats]}


@pytest.mark.parametrize(
    ("expression", "expected"), [("SUM(METRICS())", [3.0, 2.0, None]), ("MAX( METRICS() )", [2.0, 2.0, None])]
)
def test_metrics_are_combined_by_period_and_one_without_data_does_not_count(
    expression: str, expected: list[float | None]
) -> None:
    both = alarm(expression)
    assert [(each["MetricName"], each["Statistic"], each["Period"]) for each in watched(both)] == [
        ("a", "Sum", 300),
        ("b", "Sum", 300),
    ]
    assert combined(both, [[1.0, 2.0, None], [2.0, None, None]]) == expected
