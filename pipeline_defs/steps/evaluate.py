"""Measure a model on held-out rows, and say whether one metric meets a bar.

The report is the one that SageMaker Model Monitor writes for regression, with a verdict added.
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
"""

import argparse
import json
import os
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from metrics import regression_metrics

BASE = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
MODEL = BASE / "processing/input/model/model.tar.gz"
TEST = BASE / "processing/input/test"
OUTPUT = BASE / "processing/output/evaluation"
MESSAGE = BASE / "output/message"


def verdict(metric: str, value: float, bar: float, direction: str) -> dict[str, Any]:
    """`margin` is how much better than the bar the value is, in the metric's direction: negative means worse."""
    margin = bar - value if direction == "minimize" else value - bar
    passed = margin >= 0
    return {
        "metric": metric,
        "direction": direction,
        "value": value,
        "bar": bar,
        "margin": margin,
        "passed": passed,
        "summary": f"{metric} {value:.4g} {'meets' if passed else 'misses'} the bar of {bar:g} by {abs(margin):.4g}",
    }


def load(archive: Path) -> tuple[Any, list[str]]:
    """The model in `model.tar.gz`, and the columns that its rows have, target last."""
    with tempfile.TemporaryDirectory() as folder, tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
        description = json.loads(Path(folder, "model.json").read_text(encoding="utf-8"))
        return joblib.load(Path(folder, "model.joblib")), [*description["features"], description["target"]]


def read_test(path: Path, columns: list[str]) -> np.ndarray:
    """These columns, in this order, of the rows of a file that `prepare` wrote."""
    with path.open(encoding="utf-8") as file:
        header = file.readline().strip().split(",")
        if not set(columns) <= set(header):
            raise ValueError(f"{path.name} has the columns {header}, but the model was trained on {columns}")
        return np.loadtxt(file, delimiter=",", ndmin=2, usecols=[header.index(name) for name in columns])


def evaluate(
    archive: Path,
    data: Path,
    output: Path,
    *,
    metric: str,
    direction: str,
    bar: float,
    about: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    """Write `evaluation.json`; returns its content. `about`: what it should say besides, by name."""
    model, columns = load(archive)
    rows = read_test(data / "test.csv", columns)
    measured = regression_metrics(rows[:, -1], model.predict(rows[:, :-1]))
    report = {
        "version": 0.0,
        "dataset": {"item_count": len(rows)},
        "regression_metrics": measured,
        "verdict": verdict(metric, measured[metric]["value"], bar, direction),
    }
    if about:
        report["about"] = dict(about)
    output.mkdir(parents=True, exist_ok=True)
    (output / "evaluation.json").write_text(json.dumps(report, indent=2), encoding="utf-8")
    return report


def fact(text: str) -> tuple[str, str]:
    """Name and value out of `name=value`."""
    name, _, value = text.partition("=")
    return name, value


def main() -> int:
    """Run as SageMaker does. Missing the bar is a result, not a failure. What goes wrong becomes the exit message."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--metric", required=True, choices=["rmse", "mse", "mae", "r2"])
    parser.add_argument("--direction", required=True, choices=["minimize", "maximize"])
    parser.add_argument("--bar", required=True, type=float)
    parser.add_argument("--about", nargs="*", default=[], type=fact, metavar="NAME=VALUE", help="for the report")
    try:
        report = evaluate(MODEL, TEST, OUTPUT, **vars(parser.parse_args()))
    except Exception as error:
        MESSAGE.parent.mkdir(parents=True, exist_ok=True)
        MESSAGE.write_text(f"{type(error).__name__}: {error}", encoding="utf-8")
        raise
    print(report["verdict"]["summary"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
