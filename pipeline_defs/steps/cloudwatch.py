"""Metrics of a monitoring job, in the file that Model Monitor publishes to CloudWatch.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-cloudwatch.html and …-interpreting-cloudwatch.html
One object a line, as PutMetricData takes them; the namespace is the service's to choose, by the kind of monitor.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from columns import NUMERIC
from data_quality import Columns
from drift import Drift
from monitoring_contract import Request

Metric = tuple[str, dict[str, Any]]
"""Its name, and its value in the words of PutMetricData."""


def of_data(columns: Columns, drifts: Mapping[str, Drift]) -> Iterable[Metric]:
    """For each column its numbers, how many of its values are present (0 to 1), and its distance from the baseline."""
    for name, column in columns.items():
        if column.inferred_type in NUMERIC:
            numbers = column.numbers
            summary = {"SampleCount": float(len(numbers)), "Sum": float(numbers.sum())}
            bounds = {"Minimum": float(numbers[0]), "Maximum": float(numbers[-1])}
            yield f"feature_data_{name}", {"StatisticValues": {**summary, **bounds}}
        yield f"feature_non_null_{name}", {"Value": column.completeness}
        if name in drifts:
            yield f"feature_baseline_drift_{name}", {"Value": drifts[name].distance}


def of_model(values: Mapping[str, float]) -> Iterable[Metric]:
    """Each metric under its own name."""
    return ((name, {"Value": value}) for name, value in values.items())


def write(folder: Path, metrics: Iterable[Metric], request: Request) -> None:
    """Write `cloudwatch_metrics.jsonl`, with one time for all of the metrics."""
    time = (request.metric_time or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    dimensions = [
        {"Name": name, "Value": value}
        for name, value in (("Endpoint", request.endpoint), ("MonitoringSchedule", request.schedule))
        if value
    ]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "cloudwatch_metrics.jsonl").open("w", encoding="utf-8") as file:
        for name, value in metrics:
            line = {"MetricName": name, "Timestamp": time, "Dimensions": dimensions, **value}
            file.write(json.dumps(line) + "\n")
