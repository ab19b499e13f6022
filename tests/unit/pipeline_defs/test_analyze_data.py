"""Data quality as `analyze.py` computes it: statistics, constraints, and what violates a baseline."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import ks_2samp
from sklearn.datasets import load_diabetes

from analyze import analyze
from columns import Column, sketch
from data_checks import drifts, violations
from data_quality import constraints, statistics
from drift import drift
from monitoring_contract import read_request

Documents = dict[str, Any]
DIABETES = load_diabetes(scaled=False)


def column(*values: Any) -> Column:
    return Column([str(value) for value in values])


def baseline(**columns: Column) -> tuple[Documents, Documents]:
    """Statistics and constraints."""
    return statistics(columns), constraints(columns)


def checked(known: tuple[Documents, Documents], **columns: Column) -> set[tuple[str, str]]:
    found = drifts(columns, *known)
    return {(each["feature_name"], each["constraint_check_type"]) for each in violations(columns, found, known[1])}


def kll(numbers: np.ndarray) -> Documents:
    feature: Documents = statistics({"x": column(*numbers)})["features"][0]
    return feature


def test_a_numeric_column_is_described_as_numpy_does() -> None:
    bmi = DIABETES.data[:, 2]
    described = kll(bmi)["numerical_statistics"]
    assert described["common"] == {"num_present": 442, "num_missing": 0}
    for name, expected in (("mean", bmi.mean()), ("sum", bmi.sum()), ("std_dev", bmi.std()), ("max", bmi.max())):
        assert described[name] == pytest.approx(expected)
    buckets = described["distribution"]["kll"]["buckets"]
    assert (len(buckets), sum(bucket["count"] for bucket in buckets)) == (10, 442)
    assert (buckets[0]["lower_bound"], buckets[-1]["upper_bound"]) == (bmi.min(), bmi.max())
    assert described["distribution"]["kll"]["sketch"]["data"] == [sorted(bmi.tolist())]


def test_a_sketch_of_many_numbers_is_small_and_knows_their_ranks() -> None:
    numbers = np.arange(100_001.0)
    levels = sketch(numbers)["data"]
    assert sum(map(len, levels)) <= 2048 + len(levels)
    assert sum(len(level) * 2**power for power, level in enumerate(levels)) == 100_001
    below_half = sum(2**power * sum(item <= 50_000 for item in level) for power, level in enumerate(levels))
    assert below_half == pytest.approx(50_000, rel=0.002)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "-2", "+3"], "Integral"), (["1", ""], "Integral"), (["1", "2.5", "1e3"], "Fractional"),
        (["", ""], "Unknown"),
        (["1", "x"], "String"), (["1_000"], "String"), (["nan"], "String"), (["²"], "String"),
        (["1", "9" * 400], "String"),
    ],
)  # fmt: skip
def test_types_are_inferred_of_what_is_present(values: list[str], kind: str) -> None:
    assert Column(values).inferred_type == kind


def test_the_distance_is_that_of_kolmogorov_and_smirnov() -> None:
    young, old = DIABETES.data[:221, 3], DIABETES.data[221:, 3] + 5
    found = drift(column(*old), kll(young), {"comparison_method": "Simple"})
    assert found is not None
    assert found.distance == pytest.approx(ks_2samp(young, old).statistic)
    robust = drift(column(*old), kll(young), {"comparison_method": "Robust"})
    assert robust is not None
    assert robust.distance == pytest.approx(found.distance - 1.8 * (2 / 221) ** 0.5)


def test_a_baseline_without_a_sketch_is_compared_at_its_buckets() -> None:
    known = kll(np.arange(100.0))
    del known["numerical_statistics"]["distribution"]["kll"]["sketch"]
    near, far = (drift(column(*numbers), known, {}) for numbers in (np.arange(100.0), np.arange(50.0, 150.0)))
    assert near is not None
    assert near.violation is None
    assert far is not None
    assert far.distance == pytest.approx(0.5 - 1.8 * (2 / 100) ** 0.5, abs=0.02)


def test_a_few_rows_are_no_drift_unless_simply_compared() -> None:
    known = baseline(x=column(*range(1000)))
    assert checked(known, x=column(100, 200, 300)) == set()
    known[1]["monitoring_config"]["distribution_constraints"]["comparison_method"] = "Simple"
    assert checked(known, x=column(100, 200, 300)) == {("x", "baseline_drift_check")}


def test_categories_drift_by_their_shares_or_by_chi_squared() -> None:
    known, now = column(*"ab" * 500), column(*"aab" * 300)
    feature = statistics({"x": known})["features"][0]
    by_share = drift(now, feature, {"comparison_method": "Simple"})
    assert by_share is not None
    assert by_share.distance == pytest.approx(2 / 3 - 1 / 2)
    chance = {"categorical_drift_method": "ChiSquared", "categorical_comparison_threshold": 0.05}
    by_chance = drift(now, feature, chance)
    assert by_chance is not None
    assert by_chance.distance == pytest.approx(1.5e-23, rel=0.1)  # chi-squared 100 with one degree of freedom
    assert "p-value" in str(by_chance.violation)
    same = drift(known, feature, chance)
    assert same is not None
    assert (same.distance, same.violation) == (1.0, None)


def test_rare_categories_are_merged_for_chi_squared() -> None:
    feature = statistics({"x": column(*"a" * 96, *"bcd")})["features"][0]
    assert drift(column(*"a" * 60, "b"), feature, {"categorical_drift_method": "ChiSquared"}) is None


@pytest.mark.parametrize(
    ("known", "now", "check"),
    [
        (column(1, 2, 3), column(1, 2.5, 3), "data_type_check"),
        (column("a", "b"), column(1, 2), "data_type_check"),
        (column(1, 2, 3), column(1, "", 3), "completeness_check"),
        (column("a", "b"), column("a", "c"), "categorical_values_check"),
        (column(1, 2), column(1, -2), "non_negative_check"),
        (column(1.5, 2), column(1, 2), None),
        (column(-1, 2), column(1, -2), None),
        (column("", ""), column(1, 2), None),
    ],
)
def test_a_column_is_held_to_its_constraints(known: Column, now: Column, check: str | None) -> None:
    assert checked(baseline(x=known), x=now) == ({("x", check)} if check else set())


def test_a_new_category_among_very_many_is_found() -> None:
    known = baseline(x=column(*"ab" * 50))
    assert ("x", "categorical_values_check") in checked(known, x=column(*(f"v{each}" for each in range(100))))


def test_columns_come_and_go() -> None:
    known = baseline(a=column(1), b=column(1))
    assert checked(known, a=column(1), c=column(1)) == {("b", "missing_column_check"), ("c", "extra_column_check")}


def test_thresholds_are_the_baselines_or_the_features_own() -> None:
    statistics_of, rules = baseline(x=column(*"ab" * 50), y=column(*range(100)))
    now = {"x": column(*"ab" * 45, *"c" * 10), "y": column(*range(99), "?")}
    assert checked((statistics_of, rules), **now) == {("x", "categorical_values_check"), ("y", "data_type_check")}
    rules["monitoring_config"]["domain_content_threshold"] = 0.85
    rules["features"][1]["monitoringConfigOverrides"] = {"datatype_check_threshold": 0.9}
    assert checked((statistics_of, rules), **now) == set()


@pytest.mark.parametrize(
    ("place", "value"),
    [("evaluate_constraints", "Disabled"), ("distribution_constraints", {"perform_comparison": "Disabled"})],
)
def test_checks_can_be_turned_off(place: str, value: Any) -> None:
    statistics_of, rules = baseline(x=column(*range(1000)))
    rules["monitoring_config"][place] = value
    assert checked((statistics_of, rules), x=column(*range(500, 1500))) == set()


def test_the_type_check_is_worded_as_model_monitors() -> None:
    _, rules = baseline(x=column(1, 2, 3, 4))
    [violation] = violations({"x": column(1, 2, 3, 0.5)}, {}, rules)
    assert violation["description"] == (
        "Data type match requirement is not met. Expected data type: Integral, Expected match: 100.0%."
        " Observed: Only 75.0% of data is Integral."
    )


def test_the_older_half_of_the_patients_has_drifted_from_the_younger(tmp_path: Path) -> None:
    order = DIABETES.data[:, 0].argsort()
    for name, rows in (("young", order[:221]), ("old", order[221:])):
        (tmp_path / name).mkdir()
        lines = [",".join(DIABETES.feature_names), *(",".join(map(str, row)) for row in DIABETES.data[rows])]
        (tmp_path / name / "rows.csv").write_text("\n".join(lines))
    asked = {"dataset_format": '{"csv": {"header": true}}'}
    young = {**asked, "dataset_source": str(tmp_path / "young"), "output_path": str(tmp_path / "baseline")}
    first = analyze(read_request(young), tmp_path)
    assert first.message == "Completed: Job completed successfully with no violations."
    assert not (tmp_path / "baseline/constraint_violations.json").exists()
    known = {f"baseline_{name}": str(tmp_path / f"baseline/{name}.json") for name in ("statistics", "constraints")}
    old = {**asked, **known, "dataset_source": str(tmp_path / "old"), "output_path": str(tmp_path / "now")}
    again = analyze(read_request(old), tmp_path)
    drifted = {each["feature_name"]: each for each in again.violations or ()}
    assert drifted["age"]["constraint_check_type"] == "baseline_drift_check"
    assert "bmi" not in drifted
    assert again.message == f"CompletedWithViolations: Job completed successfully with {len(drifted)} violations."
    written = json.loads((tmp_path / "now/constraint_violations.json").read_text())
    assert written == {"version": 0.0, "violations": again.violations}
