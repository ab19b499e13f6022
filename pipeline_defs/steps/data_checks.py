"""A dataset against a baseline: what Model Monitor writes into constraint_violations.json, with its thresholds.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-violations.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from columns import NUMERIC, STRING, UNKNOWN, Column
from data_quality import Columns
from drift import Drift, drift

Document = Mapping[str, Any]


def drifts(columns: Columns, statistics: Document | None, constraints: Document) -> dict[str, Drift]:
    """By column, for those that can be compared with the baseline's."""
    known, rules = _by_name(statistics or {}), _by_name(constraints)
    compared = {
        name: drift(column, known[name], _config(constraints, rules.get(name, {})).get("distribution_constraints", {}))
        for name, column in columns.items()
        if name in known
    }
    return {name: found for name, found in compared.items() if found is not None}


def violations(columns: Columns, found: Mapping[str, Drift], constraints: Document) -> list[dict[str, str]]:
    """`found`: the columns' drifts. There are none where the constraints are not to be evaluated."""
    if (constraints.get("monitoring_config") or {}).get("evaluate_constraints", "Enabled") != "Enabled":
        return []
    rules = _by_name(constraints)
    missing, extra = [name for name in rules if name not in columns], [name for name in columns if name not in rules]
    return [
        *(_one(name, "missing_column_check", "The column is in the baseline only.") for name in missing),
        *(_one(name, "extra_column_check", "The column is not in the baseline.") for name in extra),
        *(
            violation
            for name, rule in rules.items()
            if name in columns
            for violation in _of_column(name, columns[name], rule, _config(constraints, rule))
        ),
        *(
            _one(name, "baseline_drift_check", each.violation)
            for name, each in found.items()
            if each.violation and name in rules
        ),
    ]


def _of_column(name: str, column: Column, rule: Document, config: Document) -> Iterator[dict[str, str]]:
    threshold = config.get("datatype_check_threshold", 1.0)
    yield from _type_check(name, column, rule.get("inferred_type", UNKNOWN), threshold)
    required = rule.get("completeness", 0.0)
    if column.completeness < required:
        share = f"{column.completeness:.4f} where {required:.4f} is required"
        yield _one(name, "completeness_check", f"The share of values that are present is {share}.")
    domain = (rule.get("string_constraints") or {}).get("domains")
    if domain is not None and column.inferred_type == STRING:
        known = sum(column.counts[value] for value in set(domain)) / len(column.present)
        if known < config.get("domain_content_threshold", 1.0):
            new = ", ".join(sorted(column.counts.keys() - set(domain))[:5])
            yield _one(
                name,
                "categorical_values_check",
                f"{1 - known:.2%} of the values are not in the baseline's domain: {new}",
            )
    is_non_negative = (rule.get("num_constraints") or {}).get("is_non_negative")
    if is_non_negative and column.inferred_type in NUMERIC and column.numbers[0] < 0:
        yield _one(name, "non_negative_check", f"Negative values were found, down to {column.numbers[0]}.")


def _type_check(name: str, column: Column, wanted: str, threshold: float) -> Iterator[dict[str, str]]:
    share = column.share_of(wanted)
    if UNKNOWN not in {wanted, column.inferred_type} and share < threshold:
        yield _one(
            name,
            "data_type_check",
            f"Data type match requirement is not met. Expected data type: {wanted}, Expected match: {threshold * 100}%."
            f" Observed: Only {share * 100}% of data is {wanted}.",
        )


def _config(constraints: Document, rule: Document) -> dict[str, Any]:
    """The baseline's `monitoring_config`, with what a feature says otherwise in place of it."""
    common, own = constraints.get("monitoring_config") or {}, rule.get("monitoringConfigOverrides") or {}
    distributions = [each.get("distribution_constraints") or {} for each in (common, own)]
    return {**common, **own, "distribution_constraints": {**distributions[0], **distributions[1]}}


def _by_name(document: Document) -> dict[str, Document]:
    return {feature["name"]: feature for feature in document.get("features") or ()}


def _one(name: str, check: str, description: str) -> dict[str, str]:
    return {"feature_name": name, "constraint_check_type": check, "description": description}
