"""Metrics in Model Monitor's names, against its documentation's own numbers and scikit-learn's."""

from typing import Any

import numpy as np
import pytest
from sklearn import metrics as theirs
from sklearn.datasets import load_breast_cancer, load_wine

from metrics import binary_classification_metrics, multiclass_classification_metrics, quality, regression_metrics


def values(measured: dict[str, Any]) -> dict[str, float]:
    return {name: metric["value"] for name, metric in measured.items() if "value" in metric}


def test_regression_metrics_and_their_spread() -> None:
    target, predicted = np.array([0.0, 2.0, 4.0]), np.array([0.0, 2.0, 7.0])
    measured = regression_metrics(target, predicted)
    assert values(measured) == pytest.approx({"mae": 1.0, "mse": 3.0, "rmse": 3**0.5, "r2": 1 - 3 / (8 / 3)})
    assert all(metric["standard_deviation"] > 0 for metric in measured.values())
    assert regression_metrics(target, predicted) == measured


def test_metrics_of_a_single_row_are_numbers() -> None:
    assert regression_metrics(np.array([5.0]), np.array([4.0]))["r2"] == {"value": 0.0, "standard_deviation": 0.0}


def test_the_spread_is_the_standard_error() -> None:
    right = np.random.default_rng(1).random(1000) < 0.8
    accuracy = binary_classification_metrics(np.ones(1000, int), right.astype(int))["accuracy"]
    assert accuracy["standard_deviation"] == pytest.approx((0.8 * 0.2 / 1000) ** 0.5, rel=0.15)


def test_binary_metrics_are_those_of_model_monitors_example() -> None:
    target, predicted = np.array([0, 0, 0, 1]), np.array([0, 1, 1, 1])
    measured = binary_classification_metrics(target, predicted, np.array([0.1, 0.6, 0.7, 0.9]))
    assert measured["confusion_matrix"] == {"0": {"0": 1, "1": 2}, "1": {"0": 0, "1": 1}}
    assert values(measured) == pytest.approx({
        "recall": 1.0, "precision": 1 / 3, "accuracy": 0.5,
        "true_positive_rate": 1.0, "true_negative_rate": 1 / 3, "false_positive_rate": 2 / 3,
        "false_negative_rate": 0.0, "auc": 1.0,
        "f0_5": 0.3846153846153846, "f1": 0.5, "f2": 0.7142857142857143,
        "recall_best_constant_classifier": 1.0, "precision_best_constant_classifier": 0.25,
        "accuracy_best_constant_classifier": 0.25, "f0_5_best_constant_classifier": 0.29411764705882354,
        "f1_best_constant_classifier": 0.4, "f2_best_constant_classifier": 0.625,
    })  # fmt: skip


def test_binary_metrics_are_scikit_learns() -> None:
    data = load_breast_cancer()
    probability = 1 - data.data[:, 0] / data.data[:, 0].max()
    predicted = (probability > 0.5).astype(int)
    measured = binary_classification_metrics(data.target, predicted, probability)
    assert measured["auc"]["value"] == pytest.approx(theirs.roc_auc_score(data.target, probability))
    assert measured["recall"]["value"] == pytest.approx(theirs.recall_score(data.target, predicted))
    assert measured["precision"]["value"] == pytest.approx(theirs.precision_score(data.target, predicted))
    assert measured["f2"]["value"] == pytest.approx(theirs.fbeta_score(data.target, predicted, beta=2))
    assert 0.005 < measured["auc"]["standard_deviation"] < 0.02


def test_curves_are_scikit_learns() -> None:
    target, score = load_breast_cancer().target[:40], np.tile([0.1, 0.9, 0.5, 0.5, 0.3], 8)
    measured = binary_classification_metrics(target, (score > 0.5).astype(int), score)
    false_positive_rates, true_positive_rates, _ = theirs.roc_curve(target, score, drop_intermediate=False)
    assert measured["receiver_operating_characteristic_curve"] == {
        "false_positive_rates": pytest.approx(false_positive_rates),
        "true_positive_rates": pytest.approx(true_positive_rates),
    }
    precisions, recalls, _ = theirs.precision_recall_curve(target, score)
    assert measured["precision_recall_curve"] == {
        "precisions": pytest.approx(precisions[::-1]), "recalls": pytest.approx(recalls[::-1]),
    }  # fmt: skip


def test_long_curves_are_thinned_to_their_ends() -> None:
    score = np.random.default_rng(1).random(5000)
    curve = binary_classification_metrics(score > 0.5, score > 0.4, score)["receiver_operating_characteristic_curve"]
    rates = curve["false_positive_rates"], curve["true_positive_rates"]
    assert [len(rate) for rate in rates] == [101, 101]
    assert [(rate[0], rate[-1]) for rate in rates] == [(0.0, 1.0), (0.0, 1.0)]


def test_multiclass_metrics_are_those_of_model_monitors_example() -> None:
    target = np.repeat(["0", "0", "1", "1"], [1180, 510, 268, 138])
    predicted = np.repeat(["0", "1", "0", "1"], [1180, 510, 268, 138])
    measured = multiclass_classification_metrics(target, predicted)
    assert measured["confusion_matrix"] == {"0": {"0": 1180, "1": 510}, "1": {"0": 268, "1": 138}}
    found = values(measured)
    assert {name: found[name] for name in found if "constant" not in name} == pytest.approx({
        "accuracy": 0.6288167938931297, "weighted_recall": 0.6288167938931297,
        "weighted_precision": 0.6983172269629505, "weighted_f0_5": 0.6803947317178771,
        "weighted_f1": 0.6571162346664904, "weighted_f2": 0.6384024354394601,
    })  # fmt: skip
    assert found["accuracy_best_constant_classifier"] == pytest.approx(1690 / 2096)


def test_multiclass_metrics_are_scikit_learns() -> None:
    target = load_wine().target
    predicted = np.roll(target, 20)
    found = values(multiclass_classification_metrics(target, predicted))
    precision, recall, f2, _ = theirs.precision_recall_fscore_support(target, predicted, beta=2, average="weighted")
    assert (found["weighted_precision"], found["weighted_recall"]) == pytest.approx((precision, recall))
    assert found["weighted_f2"] == pytest.approx(f2)


def test_large_labels_are_told_apart() -> None:
    labels = np.array([1_000_001.0, 1_000_002.0, 2.5])
    matrix = multiclass_classification_metrics(labels, labels)["confusion_matrix"]
    assert list(matrix) == ["2.5", "1000001", "1000002"]


def test_one_class_alone_has_no_curve() -> None:
    measured = binary_classification_metrics(
        np.zeros(4), np.array([0.0, 0.0, 0.0, 1.0]), np.array([0.1, 0.2, 0.3, 0.9])
    )
    assert measured["true_negative_rate"]["value"] == 0.75
    assert measured["confusion_matrix"] == {"0": {"0": 3, "1": 1}, "1": {"0": 0, "1": 0}}
    assert not {"auc", "precision_recall_curve"} & set(measured)


def test_one_class_that_was_always_right_is_known_by_its_name() -> None:
    measured = binary_classification_metrics(np.zeros(3), np.zeros(3))
    assert measured["confusion_matrix"] == {"0": {"0": 3, "1": 0}, "1": {"0": 0, "1": 0}}
    assert binary_classification_metrics(np.ones(3), np.ones(3))["recall"]["value"] == 1.0


@pytest.mark.parametrize(
    ("problem_type", "labels", "reason"),
    [
        ("BinaryClassification", ["a", "b", "c"], "but there are 3: a, b, c"),
        ("BinaryClassification", ["a", "a"], "but there are 1: a"),
        ("Regression", [], "no rows"),
        ("Ranking", ["a"], "'Ranking' is not Regression"),
    ],
)
def test_labels_that_do_not_suit_are_refused(problem_type: str, labels: list[str], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        quality(problem_type, np.array(labels), np.array(labels))
