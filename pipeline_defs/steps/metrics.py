"""How well predictions match what came true, in Model Monitor's names and shapes.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
Every metric comes with its standard deviation over bootstrap resamples, which are the same every time. Model Monitor
takes five samples of 80 % without replacement and gives none below 200 rows, which says less about less data.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

RESAMPLES = 300
SEED = 20_201_201
CURVE_POINTS = 101
BETAS = {"f0_5": 0.5, "f1": 1.0, "f2": 2.0}

BEST_CONSTANT = "_best_constant_classifier"
LOWER_IS_BETTER = {"mae", "mse", "rmse", "false_positive_rate", "false_negative_rate"}

Values = dict[str, float]


def quality(
    problem_type: str, target: np.ndarray, predicted: np.ndarray, probability: np.ndarray | None = None
) -> dict[str, Any]:
    """One section of a report, by its name: `regression_metrics` and so on.

    `problem_type`: Regression, BinaryClassification or MulticlassClassification. Labels are numbers or text; of two
    labels the greater one is the positive class, as in scikit-learn. `probability`, of that class: for the curves.
    Raises ValueError where the labels don't suit the problem type, or there are no rows.
    """
    if not len(target):
        raise ValueError("there are no rows to measure")
    if problem_type == "Regression":
        return {"regression_metrics": regression_metrics(target, predicted)}
    if problem_type == "BinaryClassification":
        return {"binary_classification_metrics": binary_classification_metrics(target, predicted, probability)}
    if problem_type == "MulticlassClassification":
        return {"multiclass_classification_metrics": multiclass_classification_metrics(target, predicted)}
    raise ValueError(f"{problem_type!r} is not Regression, BinaryClassification or MulticlassClassification")


def regression_metrics(target: np.ndarray, predicted: np.ndarray) -> dict[str, Any]:
    """Where the target does not vary, r2 is 1 for perfect predictions and 0 for others, as in scikit-learn."""

    def measure(rows: np.ndarray) -> Values:
        error = predicted[rows] - target[rows]
        mse = float(np.mean(error**2))
        variance = float(np.var(target[rows]))
        unexplained = mse / variance if variance else float(mse > 0)
        return {"mae": float(np.mean(np.abs(error))), "mse": mse, "rmse": math.sqrt(mse), "r2": 1 - unexplained}

    return _with_spread(measure, len(target))


def binary_classification_metrics(
    target: np.ndarray, predicted: np.ndarray, probability: np.ndarray | None = None
) -> dict[str, Any]:
    """`auc` and the curves need `probability`, and both classes among the targets.

    The best constant classifier always says positive, as in Model Monitor's example: its recall alone isn't 0.
    """
    labels, actual, said = _codes(target, predicted)
    if set(labels.tolist()) <= {0, 1} and len(labels) < 2:  # noqa: PLR2004 -- one class of the two, known by its name
        actual, said, labels = actual + int(labels[0]), said + int(labels[0]), np.array([0, 1])
    if len(labels) != 2:  # noqa: PLR2004
        raise ValueError(f"two classes make a binary problem, but there are {_shown(labels)}")
    scored = None
    if probability is not None and len(np.unique(actual)) > 1:
        scored = np.unique(probability, return_inverse=True)[1]

    def measure(rows: np.ndarray) -> Values:
        values = _binary(_confusion(actual[rows], said[rows], 2))
        constant = _binary(_confusion(actual[rows], np.ones_like(actual[rows]), 2))
        if scored is not None:
            values["auc"] = _auc(actual[rows], scored[rows])
        compared = ("recall", "precision", "accuracy", *BETAS)
        return {**values, **{f"{name}{BEST_CONSTANT}": constant[name] for name in compared}}

    curves = {} if scored is None else _curves(actual, scored)
    spread = _with_spread(measure, len(actual))
    return {"confusion_matrix": _named(_confusion(actual, said, 2), labels), **spread, **curves}


def multiclass_classification_metrics(target: np.ndarray, predicted: np.ndarray) -> dict[str, Any]:
    """Weighted by how often each class came true. The best constant classifier always says the most frequent class."""
    labels, actual, said = _codes(target, predicted)
    most_frequent = np.full_like(actual, np.bincount(actual).argmax())

    def measure(rows: np.ndarray) -> Values:
        values = _weighted(_confusion(actual[rows], said[rows], len(labels)))
        constant = _weighted(_confusion(actual[rows], most_frequent[rows], len(labels)))
        return {**values, **{f"{name}{BEST_CONSTANT}": value for name, value in constant.items()}}

    matrix = _confusion(actual, said, len(labels))
    return {"confusion_matrix": _named(matrix, labels), **_with_spread(measure, len(actual))}


def _with_spread(measure: Callable[[np.ndarray], Values], rows: int) -> dict[str, Any]:
    rng = np.random.default_rng(SEED)
    resampled = [measure(rng.integers(rows, size=rows)) for _ in range(RESAMPLES)]
    return {
        name: {"value": value, "standard_deviation": float(np.nanstd([again[name] for again in resampled]))}
        for name, value in measure(np.arange(rows)).items()
    }


def _codes(target: np.ndarray, predicted: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The labels in order, and either array as positions among them."""
    labels, codes = np.unique(np.concatenate([target, predicted]), return_inverse=True)
    return labels, codes[: len(target)], codes[len(target) :]


def _confusion(actual: np.ndarray, said: np.ndarray, classes: int) -> np.ndarray:
    """How often a class (row) was predicted to be another (column)."""
    return np.bincount(actual * classes + said, minlength=classes**2).reshape(classes, classes)


def _binary(matrix: np.ndarray) -> Values:
    (true_negatives, false_positives), (false_negatives, true_positives) = matrix.tolist()
    recall = _ratio(true_positives, true_positives + false_negatives)
    precision = _ratio(true_positives, true_positives + false_positives)
    specificity = _ratio(true_negatives, true_negatives + false_positives)
    return {
        "recall": recall,
        "precision": precision,
        "accuracy": _ratio(true_positives + true_negatives, matrix.sum()),
        "true_positive_rate": recall,
        "true_negative_rate": specificity,
        "false_positive_rate": _ratio(false_positives, true_negatives + false_positives),
        "false_negative_rate": _ratio(false_negatives, true_positives + false_negatives),
        **{name: _f(beta, precision, recall) for name, beta in BETAS.items()},
    }


def _weighted(matrix: np.ndarray) -> Values:
    came_true, predicted, right = matrix.sum(axis=1), matrix.sum(axis=0), np.diag(matrix)
    share = came_true / matrix.sum()
    recalls = [_ratio(hit, all_) for hit, all_ in zip(right, came_true, strict=True)]
    precisions = [_ratio(hit, all_) for hit, all_ in zip(right, predicted, strict=True)]
    fs = {
        name: [_f(beta, precision, recall) for precision, recall in zip(precisions, recalls, strict=True)]
        for name, beta in BETAS.items()
    }
    per_class = {"recall": recalls, "precision": precisions, **fs}
    return {
        "accuracy": _ratio(right.sum(), matrix.sum()),
        **{f"weighted_{name}": float(share @ values) for name, values in per_class.items()},
    }


def _ratio(part: float, whole: float) -> float:
    """0 where there is nothing to divide by, as in scikit-learn."""
    return float(part / whole) if whole else 0.0


def _f(beta: float, precision: float, recall: float) -> float:
    return _ratio((1 + beta**2) * precision * recall, beta**2 * precision + recall)


def _thresholds(actual: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """True and false positives, counted from none to all, as each distinct score in turn becomes the threshold.

    `score`: ranks from 0. Scikit-learn has all that is made of these counts, but takes seconds for as many resamples.
    """
    per_score = np.bincount(score * 2 + actual, minlength=2 * (score.max() + 1)).reshape(-1, 2)[::-1]
    false_positives, true_positives = np.vstack([[0, 0], per_score.cumsum(axis=0)]).T
    return true_positives, false_positives


def _auc(actual: np.ndarray, score: np.ndarray) -> float:
    """NaN where only one class is there."""
    true_positives, false_positives = _thresholds(actual, score)
    rectangle = float(true_positives[-1]) * float(false_positives[-1])
    area = float(np.diff(false_positives) @ (true_positives[1:] + true_positives[:-1])) / 2
    return area / rectangle if rectangle else math.nan


def _curves(actual: np.ndarray, score: np.ndarray) -> dict[str, Any]:
    """From the strictest threshold, at which nothing is positive, to the most lenient."""
    true_positives, false_positives = _thresholds(actual, score)
    recalls = true_positives / true_positives[-1]
    precisions = np.concatenate([[1.0], true_positives[1:] / (true_positives + false_positives)[1:]])
    return {
        "receiver_operating_characteristic_curve": {
            "false_positive_rates": _thinned(false_positives / false_positives[-1]),
            "true_positive_rates": _thinned(recalls),
        },
        "precision_recall_curve": {"precisions": _thinned(precisions), "recalls": _thinned(recalls)},
    }


def _thinned(curve: np.ndarray) -> list[float]:
    """At most `CURVE_POINTS` of its points, both ends among them."""
    kept = np.unique(np.linspace(0, len(curve) - 1, CURVE_POINTS).round().astype(int))
    found: list[float] = curve[kept].tolist()
    return found


def _named(matrix: np.ndarray, labels: np.ndarray) -> dict[str, dict[str, int]]:
    names = [f"{label:.15g}" if isinstance(label, int | float) else str(label) for label in labels.tolist()]
    return {name: dict(zip(names, row, strict=True)) for name, row in zip(names, matrix.tolist(), strict=True)}


def _shown(labels: np.ndarray) -> str:
    return f"{len(labels)}: {', '.join(str(label) for label in labels.tolist()[:5])}"
