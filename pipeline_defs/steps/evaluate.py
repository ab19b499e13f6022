"""Measure a model, and the champion where it is given, on the same held-out rows, and say whether the model may go on.

The report is Model Monitor's for the model's problem type, with a verdict and the champion's metrics added.
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
"""

import argparse
import csv
import json
import math
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import prepared_set
from metrics import quality
from sample_request import write_sample
from tables import BadDataError
from trained_model import TrainedModel
from verdict import Asked, verdict

READS = ("model", "test", "champion")
WRITES = {
    "evaluation": {
        "evaluation.json": {
            "verdict.margin": "number",
            "verdict.passed": "boolean",
            "verdict.summary": "string",
        }
    },
    "predictions": {"predictions.csv": None},
    "sample": {"sample.tar.gz": None},
}

BASE = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
MODEL = BASE / "processing/input/model/model.tar.gz"
CHAMPION = BASE / "processing/input/champion/model.tar.gz"
"""Not there where there is no champion to compare with."""
TEST = BASE / "processing/input/test/test.csv"
OUTPUT = BASE / "processing/output/evaluation"
PREDICTIONS = BASE / "processing/output/predictions/predictions.csv"
SAMPLE = BASE / "processing/output/sample/sample.tar.gz"
MESSAGE = BASE / "output/message"

OF_CLASSES = ("accuracy", "precision", "recall", "f0_5", "f1", "f2")
METRICS = {
    "Regression": ("rmse", "mse", "mae", "r2"),
    "BinaryClassification": (*OF_CLASSES, "auc"),
    "MulticlassClassification": tuple(name if name == "accuracy" else f"weighted_{name}" for name in OF_CLASSES),
}
"""What a model can be judged by, by its problem type, in Model Monitor's names."""


@dataclass(frozen=True)
class Measured:
    """How well a model predicted the rows."""

    features: np.ndarray
    target: np.ndarray
    predicted: np.ndarray
    probability: np.ndarray | None
    """Of the positive class; None unless there are two."""
    section: dict[str, Any]
    """Of the report, by its name, such as `regression_metrics`."""
    value: float
    """Of the metric that decides."""

    def write_predictions(self, path: Path) -> None:
        """Row by row what came true and what was predicted, for whoever measures that again, such as `analyze.py`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as file:
            columns = {"label": self.target, "prediction": self.predicted, "probability": self.probability}
            there = {name: column.tolist() for name, column in columns.items() if column is not None}
            rows = csv.writer(file)
            rows.writerow(there)
            rows.writerows(zip(*there.values(), strict=True))


def measure(model: TrainedModel, test: Path, metric: str) -> Measured:
    """Raises BadDataError that names file, line and column; ValueError for a metric of other problems."""
    if metric not in METRICS[model.problem_type]:
        offered = ", ".join(METRICS[model.problem_type])
        raise ValueError(f"a {model.problem_type} model is not judged by {metric}, but by one of {offered}")
    features, target = prepared_set.read(test, model.columns, model.problem_type)
    if model.problem_type == "BinaryClassification":
        check_labels(test, target, model)
    predicted, probability = model.estimator.predict(features), model.probability(features)
    section = quality(model.problem_type, target, predicted, probability)
    (measured,) = section.values()
    return Measured(features, target, predicted, probability, section, measured[metric]["value"])


def check_labels(test: Path, target: np.ndarray, model: TrainedModel) -> None:
    """Raises BadDataError at a third class, or where there is only one.

    Of many classes, one that the model doesn't know is merely never right.
    """
    if len(set(target.tolist())) == 1:
        only = f"all rows are {target[0]!s}; it takes rows of both classes to judge"
        raise BadDataError(f"{test.name}: column {model.target}: {only}")
    for line, label in enumerate(target.tolist(), start=2):
        if label not in model.classes:
            known = " and ".join(model.classes)
            raise BadDataError(
                f"{test.name}, line {line}: column {model.target}: {label!r} is none of the model's classes, {known}"
            )


def measure_champion(archive: Path, test: Path, like: TrainedModel, metric: str) -> Measured | str:
    """How well the champion does, or why that can't be said: its faults say nothing against another model."""
    try:
        champion = TrainedModel.load(archive)
        if (champion.problem_type, champion.target) != (like.problem_type, like.target):
            return f"it is a {champion.problem_type} model of {champion.target}"
        return measure(champion, test, metric)
    except Exception as error:  # noqa: BLE001  unpickling the file of another version may raise anything
        return f"{type(error).__name__}: {error}"


def evaluate(
    archive: Path,
    champion: Path,
    test: Path,
    output: Path,
    *,
    asked: Asked,
    about: Sequence[tuple[str, str]] = (),
    predictions: Path | None = None,
    sample: Path | None = None,
) -> dict[str, Any]:
    """Write `evaluation.json`, the predictions and a sample request; returns the first's content.

    `about`: what it should say besides.

    `champion` need not exist. Raises BadDataError, ValueError.
    """
    model = TrainedModel.load(archive)
    measured = measure(model, test, asked.metric)
    if predictions:
        measured.write_predictions(predictions)
    if sample:
        write_sample(measured.features, sample)
    compared = measure_champion(champion, test, model, asked.metric) if champion.is_file() else None
    report = {
        "version": 0.0,
        "dataset": {"item_count": len(measured.target)},
        **measured.section,
        "verdict": verdict(asked, measured.value, champion=compared.value if isinstance(compared, Measured) else None),
    }
    if isinstance(compared, Measured):
        report["champion"] = compared.section
    elif compared is not None:
        report["champion"] = {"not_compared": compared}
        report["verdict"]["summary"] += f"; it could not be compared with the champion: {compared}"
    if about:
        report["about"] = dict(about)
    output.mkdir(parents=True, exist_ok=True)
    (output / "evaluation.json").write_text(json.dumps(report, indent=2), encoding="utf-8")
    return report


def fact(text: str) -> tuple[str, str]:
    """Name and value out of `name=value`."""
    name, _, value = text.partition("=")
    return name, value


def not_negative(text: str) -> float:
    """A finite number that is at least 0."""
    if 0 <= (value := float(text)) < math.inf:
        return value
    raise argparse.ArgumentTypeError(f"{text} is not a number of at least 0")


def main() -> int:
    """Run as SageMaker does. Missing the bar is a result, not a failure. What goes wrong becomes the exit message."""
    parser = argparse.ArgumentParser()
    every = dict.fromkeys(name for names in METRICS.values() for name in names)
    parser.add_argument("--metric", required=True, choices=every)
    parser.add_argument("--direction", required=True, choices=["minimize", "maximize"])
    parser.add_argument("--bar", required=True, type=float, help="the worst value that passes")
    parser.add_argument("--tolerance", default=0.0, type=not_negative, help="how much worse than the champion passes")
    parser.add_argument("--about", nargs="*", default=[], type=fact, metavar="NAME=VALUE", help="for the report")
    said = vars(parser.parse_args())
    about = said.pop("about")
    try:
        report = evaluate(
            MODEL,
            CHAMPION,
            TEST,
            OUTPUT,
            asked=Asked(**said),
            about=about,
            predictions=PREDICTIONS,
            sample=SAMPLE,
        )
    except Exception as error:
        told = str(error) if isinstance(error, BadDataError) else f"{type(error).__name__}: {error}"
        MESSAGE.parent.mkdir(parents=True, exist_ok=True)
        MESSAGE.write_text(told, encoding="utf-8")
        raise
    print(report["verdict"]["summary"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
