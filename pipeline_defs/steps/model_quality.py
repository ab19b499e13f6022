"""Model quality as Model Monitor documents it: predictions beside what came true, and the metrics' bounds.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
"""

from collections.abc import Mapping
from typing import Any

from metrics import BEST_CONSTANT, LOWER_IS_BETTER, quality
from monitoring_contract import BadRequestError
from predictions import Predictions
from tables import BadDataError

SECTIONS = {
    "Regression": "regression",
    "BinaryClassification": "binary_classification",
    "MulticlassClassification": "multiclass_classification",
}
TOO_HIGH, TOO_LOW = "GreaterThanThreshold", "LessThanThreshold"


def statistics(problem_type: str, found: Predictions) -> dict[str, Any]:
    """The content of statistics.json. Raises BadDataError."""
    try:
        measured = quality(problem_type, found.target, found.predicted, found.probability)
    except ValueError as error:
        raise BadDataError(f"the predictions can't be measured as {problem_type}: {error}") from None
    return {"version": 0.0, "dataset": {"item_count": len(found.target)}, **measured}


def constraints(problem_type: str, measured: Mapping[str, Any]) -> dict[str, Any]:
    """The content of constraints.json: each metric may not get worse than it is in these statistics."""
    bounds = {
        name: {"threshold": value, "comparison_operator": TOO_HIGH if name in LOWER_IS_BETTER else TOO_LOW}
        for name, value in values(problem_type, measured).items()
        if not name.endswith(BEST_CONSTANT)
    }
    return {"version": 0.0, f"{SECTIONS[problem_type]}_constraints": bounds}


def violations(problem_type: str, measured: Mapping[str, Any], rules: Mapping[str, Any]) -> list[dict[str, str]]:
    """`rules`: the baseline's constraints; raises BadRequestError if they are another problem's.

    Metrics that could not be measured, as an `auc` of one class, violate none.
    """
    bounds = rules.get(f"{SECTIONS[problem_type]}_constraints")
    if bounds is None:
        raise BadRequestError(f"baseline_constraints has no {SECTIONS[problem_type]}_constraints")
    found = values(problem_type, measured)
    return [
        {
            "constraint_check_type": bound["comparison_operator"],
            "description": f"Metric {name} with {found[name]} was {bound['comparison_operator']} {bound['threshold']}",
            "metric_name": name,
        }
        for name, bound in bounds.items()
        if name in found and _is_beyond(found[name], bound)
    ]


def values(problem_type: str, measured: Mapping[str, Any]) -> dict[str, float]:
    """The metrics that are one number, by name."""
    section = measured[f"{SECTIONS[problem_type]}_metrics"]
    return {name: metric["value"] for name, metric in section.items() if "value" in metric}


def _is_beyond(value: float, bound: Mapping[str, Any]) -> bool:
    threshold: float = bound["threshold"]
    return value > threshold if bound["comparison_operator"] == TOO_HIGH else value < threshold
