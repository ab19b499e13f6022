"""How far a column's distribution is from a baseline's: the distances of Deequ, which Model Monitor is built on.

https://github.com/awslabs/deequ/blob/master/src/main/scala/com/amazon/deequ/analyzers/Distance.scala
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from columns import NUMERIC, STRING, Column

CRITICAL = 1.8
"""Of the two-sample Kolmogorov-Smirnov test, at a level of 0.003: what Robust allows for chance."""
FEWEST_EXPECTED, FEWEST_EXPECTED_OF_TWO = 5, 10
"""In each category, for the chi-squared test to be one; with two categories it takes more."""


@dataclass(frozen=True)
class Drift:
    """`distance`: between 0 and 1, or with `ChiSquared` the probability of so great a difference by chance."""

    distance: float
    threshold: float
    is_probability: bool = False

    @property
    def violation(self) -> str | None:
        """What is wrong, if it is too far."""
        if self.is_probability and self.distance < self.threshold:
            return f"Baseline drift p-value: {self.distance} is below threshold: {self.threshold}"
        if not self.is_probability and self.distance > self.threshold:
            return f"Baseline drift distance: {self.distance} exceeds threshold: {self.threshold}"
        return None


def drift(column: Column, baseline: Mapping[str, Any], config: Mapping[str, Any]) -> Drift | None:
    """None where the two can't be compared. `baseline`: its statistics; `config`: `distribution_constraints`."""
    if config.get("perform_comparison", "Enabled") != "Enabled":
        return None
    robust = config.get("comparison_method", "Robust") in {"Robust", "linf_robust"}
    threshold = config.get("comparison_threshold", 0.1)
    if column.inferred_type in NUMERIC:
        kll = _distribution(baseline, "numerical_statistics").get("kll")
        return Drift(_numeric(column.numbers, kll, robust=robust), threshold) if kll else None
    categorical = _distribution(baseline, "string_statistics").get("categorical") or {}
    theirs = {each["value"]: each["count"] for each in categorical.get("buckets", ())}
    if column.inferred_type != STRING or not theirs:
        return None
    threshold = config.get("categorical_comparison_threshold", threshold)
    if config.get("categorical_drift_method") == "ChiSquared":
        probability = _chi_squared(column.counts, theirs)
        return None if probability is None else Drift(probability, threshold, is_probability=True)
    return Drift(_categorical(column.counts, theirs, robust=robust), threshold)


def _numeric(numbers: np.ndarray, kll: Mapping[str, Any], *, robust: bool) -> float:
    """The greatest difference of the cumulative shares, wherever either of them steps."""
    levels = (kll.get("sketch") or {}).get("data")
    if levels:
        items = np.concatenate([np.asarray(level, float) for level in levels])
        weights = np.concatenate([np.full(len(level), 2.0**power) for power, level in enumerate(levels)])
        at = np.union1d(items, numbers)
    else:  # only the shares at the buckets' bounds are known
        items = np.array([bucket["upper_bound"] for bucket in kll["buckets"]])
        weights = np.array([bucket["count"] for bucket in kll["buckets"]])
        at = items
    order = np.argsort(items, kind="stable")
    cumulative = np.concatenate([[0.0], np.cumsum(weights[order])])
    theirs = cumulative[np.searchsorted(items[order], at, side="right")] / cumulative[-1]
    ours = np.searchsorted(numbers, at, side="right") / len(numbers)
    return _corrected(float(np.max(np.abs(ours - theirs))), len(numbers), float(cumulative[-1]), robust=robust)


def _categorical(ours: Mapping[str, float], theirs: Mapping[str, float], *, robust: bool) -> float:
    """The greatest difference of a category's shares."""
    mine, base = sum(ours.values()), sum(theirs.values())
    greatest = max(abs(ours.get(key, 0) / mine - theirs.get(key, 0) / base) for key in ours.keys() | theirs)
    return _corrected(greatest, mine, base, robust=robust)


def _corrected(distance: float, ours: float, theirs: float, *, robust: bool) -> float:
    return max(0.0, distance - CRITICAL * ((ours + theirs) / (ours * theirs)) ** 0.5) if robust else distance


def _chi_squared(ours: Mapping[str, float], theirs: Mapping[str, float]) -> float | None:
    """The p-value of the known categories' counts, the rarest merged; None if that leaves one category."""
    from scipy.stats import chisquare  # seconds, which few need to wait for

    known, base = sum(ours.get(key, 0) for key in theirs), sum(theirs.values())
    cells = sorted((count / base * known, float(ours.get(key, 0))) for key, count in theirs.items())
    while len(cells) > 1 and cells[0][0] < (FEWEST_EXPECTED if len(cells) > 2 else FEWEST_EXPECTED_OF_TWO):  # noqa: PLR2004
        (expected, observed), (next_expected, next_observed), *rest = cells
        cells = sorted([(expected + next_expected, observed + next_observed), *rest])
    if len(cells) < 2:  # noqa: PLR2004
        return None
    return float(chisquare([observed for _, observed in cells], [expected for expected, _ in cells]).pvalue)


def _distribution(feature: Mapping[str, Any], statistics: str) -> Mapping[str, Any]:
    return (feature.get(statistics) or {}).get("distribution") or {}
