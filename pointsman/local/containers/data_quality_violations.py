"""A dataset's statistics against a baseline's: what Model Monitor writes into constraint_violations.json."""

from collections.abc import Iterator
from typing import Any

type Document = dict[str, Any]

_NUMERIC = {"Integral", "Fractional"}


def of(statistics: Document, found: Document, known: Document, rules: Document) -> list[Document]:
    """`found` and `rules` are constraints: the dataset's own, and those that it must hold."""
    ours, theirs = _by_name(found), _by_name(rules)
    measured, expected = _by_name(statistics), _by_name(known)
    config = rules.get("monitoring_config") or {}
    violations = [
        *(_one(name, "missing_column_check", "The column is in the baseline only.") for name in theirs.keys() - ours),
        *(_one(name, "extra_column_check", "The column is not in the baseline.") for name in ours.keys() - theirs),
    ]
    for name in sorted(theirs.keys() & ours):
        violations.extend(_of_constraint(name, ours[name], theirs[name], measured[name], config))
        if name in expected:
            violations.extend(_of_distribution(name, measured[name], expected[name], config))
    return violations


def _of_constraint(
    name: str, ours: Document, rule: Document, measured: Document, config: Document
) -> Iterator[Document]:
    kind, wanted = ours["inferred_type"], rule["inferred_type"]
    if kind != wanted and not (wanted == "Fractional" and kind == "Integral") and "Unknown" not in {kind, wanted}:
        yield _one(name, "data_type_check", f"Data type {wanted} is expected, {kind} was found.")
    if ours["completeness"] < rule["completeness"]:
        share = f"{ours['completeness']:.4f} where {rule['completeness']:.4f} is required"
        yield _one(name, "completeness_check", f"The share of values that are present is {share}.")
    domain = (rule.get("string_constraints") or {}).get("domains")
    if domain is not None and kind == "String":
        seen = _categories(measured)
        known = sum(count for value, count in seen.items() if value in set(domain))
        if seen and known / sum(seen.values()) < config.get("domain_content_threshold", 1.0):
            yield _one(name, "categorical_values_check", "Values were found that are not of the baseline's domain.")
    negative = (measured.get("numerical_statistics") or {}).get("min", 0) < 0
    if (rule.get("num_constraints") or {}).get("is_non_negative") and negative:
        yield _one(name, "non_negative_check", "Negative values were found.")


def _of_distribution(name: str, ours: Document, theirs: Document, config: Document) -> Iterator[Document]:
    """The greatest difference of shares: of the cumulated ones for numbers, of each for categories."""
    given = config.get("distribution_constraints") or {}
    if given.get("perform_comparison", "Enabled") != "Enabled":
        return
    if ours["inferred_type"] in _NUMERIC and theirs["inferred_type"] in _NUMERIC:
        distance, threshold = _numeric_distance(ours, theirs), given.get("comparison_threshold", 0.1)
    elif ours["inferred_type"] == theirs["inferred_type"] == "String" and _categories(theirs) and _categories(ours):
        distance = _categorical_distance(_categories(ours), _categories(theirs))
        threshold = given.get("categorical_comparison_threshold", 0.1)
    else:
        return
    if distance > threshold:
        yield _one(name, "baseline_drift_check", f"Baseline drift distance: {distance} exceeds threshold: {threshold}")


def _numeric_distance(ours: Document, theirs: Document) -> float:
    mine, base = _buckets(ours), _buckets(theirs)
    edges = sorted({each["upper_bound"] for each in (*mine, *base)} | {each["lower_bound"] for each in (*mine, *base)})
    return max(abs(_share_below(mine, edge) - _share_below(base, edge)) for edge in edges)


def _share_below(buckets: list[Document], edge: float) -> float:
    """Values are taken to lie evenly within a bucket."""
    total, below = sum(each["count"] for each in buckets), 0.0
    for each in buckets:
        width = each["upper_bound"] - each["lower_bound"]
        below += each["count"] * min(1.0, max(0.0, (edge - each["lower_bound"]) / width))
    return float(below / total)


def _categorical_distance(ours: dict[str, float], theirs: dict[str, float]) -> float:
    mine, base = sum(ours.values()), sum(theirs.values())
    return max(abs(ours.get(key, 0) / mine - theirs.get(key, 0) / base) for key in ours.keys() | theirs)


def _buckets(feature: Document) -> list[Document]:
    found: list[Document] = feature["numerical_statistics"]["distribution"]["kll"]["buckets"]
    return found


def _categories(feature: Document) -> dict[str, float]:
    distribution = (feature.get("string_statistics") or {}).get("distribution") or {}
    return {each["value"]: each["count"] for each in (distribution.get("categorical") or {}).get("buckets", ())}


def _by_name(document: Document) -> dict[str, Document]:
    return {feature["name"]: feature for feature in document["features"]}


def _one(name: str, check: str, description: str) -> Document:
    return {"feature_name": name, "constraint_check_type": check, "description": description}
