"""Metrics that functions write into their log, which MiniStack leaves there.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pointsman.local.aws.ministack import MiniStack


@dataclass(frozen=True)
class Measured:
    """One value of one metric, for one set of its dimensions."""

    namespace: str
    name: str
    value: float
    unit: str
    dimensions: Mapping[str, str]


def record(ministack: MiniStack, log: str) -> None:
    """Hand what the log measures to CloudWatch, which evaluates the alarms on it."""
    for found in measured(log):
        ministack.cloudwatch.record_metric(found.namespace, found.name, found.value, found.unit, dict(found.dimensions))


def measured(log: str) -> Iterator[Measured]:
    """Of the log's lines that are in the format. Others, and broken ones, are only log."""
    for line in log.splitlines():
        if line.startswith("{") and '"_aws"' in line:
            try:
                yield from _of_document(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError):
                continue


def _of_document(document: Mapping[str, Any]) -> Iterator[Measured]:
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            dimensions = {name: document[name] for name in names}
            for metric in directive["Metrics"]:
                values = document[metric["Name"]]
                for value in values if isinstance(values, list) else [values]:
                    unit = metric.get("Unit", "None")
                    yield Measured(directive["Namespace"], metric["Name"], float(value), unit, dimensions)
