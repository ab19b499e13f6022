"""What monitors leave in S3, in all the shapes that they document."""

import json
from typing import Any

import pytest

from control_plane.errors import UnreadableReport
from control_plane.policies import DriftKind
from control_plane.violations import Violation, count_features, read_violations, share_of_features

URI = "s3://amzn-s3-demo-bucket1/monitoring/constraint_violations.json"


def violation(check: str, **members: Any) -> dict[str, Any]:
    return {"constraint_check_type": check, "description": "in words", **members}


def read(*violations: dict[str, Any]) -> list[Violation]:
    return list(read_violations(json.dumps({"version": "1.0", "violations": violations}).encode(), URI))


@pytest.mark.parametrize(
    ("written", "kind", "told"),
    [
        (
            violation("baseline_drift_check", feature_name="tenure"),
            DriftKind.DATA_QUALITY,
            "tenure (baseline_drift_check)",
        ),
        (violation("missing_column_check", feature_name=None), DriftKind.DATA_QUALITY, "(missing_column_check)"),
        (violation("LessThanThreshold", metric_name="f2"), DriftKind.MODEL_QUALITY, "f2 (LessThanThreshold)"),
        (violation("GreaterThanThreshold", metric_name="rmse"), DriftKind.MODEL_QUALITY, "rmse (GreaterThanThreshold)"),
        (
            violation("bias_drift_check", facet="Age", facet_value="40", metric_name="CI"),
            DriftKind.BIAS,
            "Age CI (bias_drift_check)",
        ),
        (
            violation("feature_attribution_drift_check", label="label0", metric_name="shap"),
            DriftKind.FEATURE_ATTRIBUTION,
            "label0 shap (feature_attribution_drift_check)",
        ),
        (violation("a_check_of_ours", feature_name="tenure"), DriftKind.DATA_QUALITY, "tenure (a_check_of_ours)"),
        ({"feature_name": "tenure"}, DriftKind.DATA_QUALITY, "tenure (unnamed check)"),
    ],
)
def test_a_violation_says_what_was_checked_of_what(written: dict[str, Any], kind: DriftKind, told: str) -> None:
    (found,) = read(written)
    assert (found.kind, str(found)) == (kind, told)


@pytest.mark.parametrize("report", [b'{"violations": []}', b'{"violations": null, "version": 0.0}'])
def test_a_report_may_list_nothing(report: bytes) -> None:
    assert read_violations(report, URI) == ()


@pytest.mark.parametrize("report", [b"", b"[]", b"{}", b'{"violations": {}}', b'{"violations": ["age"]}', b"\xff"])
def test_what_is_no_report_is_an_error_and_not_the_absence_of_violations(report: bytes) -> None:
    with pytest.raises(UnreadableReport, match=URI):
        read_violations(report, URI)


@pytest.mark.parametrize(
    ("report", "count"),
    [
        ({"version": 0.0, "features": [{"name": "tenure"}, {"name": "charges"}], "monitoring_config": {}}, 2),
        ({"version": 0, "dataset": {"item_count": 2333}, "features": [{"name": "tenure"}]}, 1),
        ({"version": 0.0, "binary_classification_constraints": {"recall": {"threshold": 1.0}}}, None),
        ({"features": []}, None),
    ],
    ids=["constraints", "statistics", "of a model's quality", "of nothing"],
)
def test_constraints_and_statistics_list_the_features(report: dict[str, Any], count: int | None) -> None:
    assert count_features(json.dumps(report).encode()) == count


def test_what_lists_no_features_leaves_their_number_unknown() -> None:
    assert count_features(b"not JSON") is None


@pytest.mark.parametrize(
    ("features", "of", "share"),
    [
        (["a"], 4, 0.25),
        (["a", "a", "b"], 4, 0.5),
        (["a", "b", "c"], 2, 1.0),
        (["a"], None, None),
        ([None], 4, None),
        ([], 4, None),
    ],
)
def test_the_share_counts_each_feature_once(features: list[str | None], of: int | None, share: float | None) -> None:
    violations = read(*(violation("baseline_drift_check", feature_name=feature) for feature in features))
    assert share_of_features(violations, of) == share
