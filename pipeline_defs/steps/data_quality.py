"""Data quality as Model Monitor documents it: a dataset's statistics, and the constraints that they suggest.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-statistics.html and …-byoc-constraints.html
"""

from collections.abc import Mapping
from typing import Any

from columns import NUMERIC, STRING, Column, buckets, sketch

Columns = Mapping[str, Column]

MOST_CATEGORIES = 20


def statistics(columns: Columns) -> dict[str, Any]:
    """The content of statistics.json."""
    count = max((len(column.values) for column in columns.values()), default=0)
    features = [_feature(name, column) for name, column in columns.items()]
    return {"version": 0.0, "dataset": {"item_count": count}, "features": features}


def constraints(columns: Columns, categorical_drift_method: str | None = None) -> dict[str, Any]:
    """The content of constraints.json: what these columns hold to, and Model Monitor's defaults for comparing."""
    return {
        "version": 0.0,
        "features": [_constraint(name, column) for name, column in columns.items()],
        "monitoring_config": {
            "evaluate_constraints": "Enabled",
            "emit_metrics": "Enabled",
            "datatype_check_threshold": 1.0,
            "domain_content_threshold": 1.0,
            "distribution_constraints": {
                "perform_comparison": "Enabled",
                "comparison_threshold": 0.1,
                "comparison_method": "Robust",
                "categorical_comparison_threshold": 0.1,
                "categorical_drift_method": categorical_drift_method or "LInfinity",
            },
        },
    }


def _feature(name: str, column: Column) -> dict[str, Any]:
    common = {"num_present": len(column.present), "num_missing": column.missing}
    described: dict[str, Any] = {"name": name, "inferred_type": column.inferred_type}
    if column.inferred_type in NUMERIC:
        numbers = column.numbers
        described["numerical_statistics"] = {
            "common": common,
            "mean": float(numbers.mean()),
            "sum": float(numbers.sum()),
            "std_dev": float(numbers.std()),
            "min": float(numbers[0]),
            "max": float(numbers[-1]),
            "distribution": {"kll": {"buckets": buckets(numbers), "sketch": sketch(numbers)}},
        }
        return described
    described["string_statistics"] = {"common": common, "distinct_count": float(len(column.counts))}
    if len(column.counts) <= MOST_CATEGORIES:
        categories = [{"value": value, "count": count} for value, count in sorted(column.counts.items())]
        described["string_statistics"]["distribution"] = {"categorical": {"buckets": categories}}
    return described


def _constraint(name: str, column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": name, "inferred_type": column.inferred_type, "completeness": column.completeness,
    }  # fmt: skip
    if column.inferred_type in NUMERIC:
        found["num_constraints"] = {"is_non_negative": bool(column.numbers[0] >= 0)}
    elif column.inferred_type == STRING and len(column.counts) <= MOST_CATEGORIES:
        found["string_constraints"] = {"domains": sorted(column.counts)}
    return found
