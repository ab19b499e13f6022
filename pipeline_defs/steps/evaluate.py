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

READS = ("model", "test", "champion")
WRITES = {
    "evaluation": {
        "evaluation.json": {
            "verdict.margin": "number",
            "verdict.passed": "boolean",
            "verdict.summary": "string",
        }
    }
}

BASE = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
MODEL = BASE / "processing/input/model/model.tar.gz"
CHAMPION = BASE / "processing/input/champion/model.tar.gz"
"""Not there where there is none to compare with."""
TEST = BASE / "processing/input/test"
OUTPUT = BASE / "processing/output/evaluation"
MESSAGE = BASE / "output/message"


def verdict(
    metric: str, value: float, bar: float, direction: str, *, champion: float | None = None, tolerance: float = 0.0
) -> dict[str, Any]:
    """`margin` is how much better than it must be the value is, in the metric's direction: negative means worse.

    It must meet the bar, and be no worse than the champion's by more than the tolerance.
    """
    sign = -1 if direction == "minimize" else 1
    to_bar = sign * (value - bar)
    summary = f"{metric} {value:.4g} {'meets' if to_bar >= 0 else 'misses'} the bar of {bar:g} by {abs(to_bar):.4g}"
    margin = to_bar
    if champion is not None:
        to_champion = sign * (value - champion) + tolerance
        kept = "keeps up with" if to_champion >= 0 else "falls behind"
        summary += f", and {kept} the champion's {champion:.4g} (tolerance {tolerance:g}) by {abs(to_champion):.4g}"
        margin = min(to_bar, to_champion)
    return {
        "metric": metric,
        "direction": direction,
        "value": value,
        "bar": bar,
        "margin": margin,
        "passed": margin >= 0,
        "summary": summary,
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


def measure_champion(archive: Path, data: Path) -> dict[str, Any]:
    """Its section of the report, or `not_compared` with the reason: what is wrong with it ends no training."""
    try:
        model, columns = load(archive)
        rows = read_test(data / "test.csv", columns)
        return {"regression_metrics": regression_metrics(rows[:, -1], model.predict(rows[:, :-1]))}
    except Exception as error:  # noqa: BLE001  unpickling what another version wrote may raise anything
        return {"not_compared": f"{type(error).__name__}: {error}"}


def evaluate(
    archive: Path,
    data: Path,
    output: Path,
    *,
    metric: str,
    direction: str,
    bar: float,
    tolerance: float = 0.0,
    champion: Path | None = None,
    about: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    """Write `evaluation.json`; returns its content. `about`: what it should say besides, by name."""
    model, columns = load(archive)
    rows = read_test(data / "test.csv", columns)
    measured = regression_metrics(rows[:, -1], model.predict(rows[:, :-1]))
    beside = measure_champion(champion, data) if champion and champion.is_file() else None
    rival = beside["regression_metrics"][metric]["value"] if beside and "regression_metrics" in beside else None
    judged = verdict(metric, measured[metric]["value"], bar, direction, champion=rival, tolerance=tolerance)
    if beside and "not_compared" in beside:
        judged["summary"] += f"; it could not be compared with the champion: {beside['not_compared']}"
    report = {
        "version": 0.0,
        "dataset": {"item_count": len(rows)},
        "regression_metrics": measured,
        "verdict": judged,
    }
    if beside:
        report["champion"] = beside
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
    parser.add_argument("--tolerance", default=0.0, type=float, help="how much worse than the champion it may be")
    parser.add_argument("--about", nargs="*", default=[], type=fact, metavar="NAME=VALUE", help="for the report")
    try:
        report = evaluate(MODEL, TEST, OUTPUT, champion=CHAMPION, **vars(parser.parse_args()))
    except Exception as error:
        MESSAGE.parent.mkdir(parents=True, exist_ok=True)
        MESSAGE.write_text(f"{type(error).__name__}: {error}", encoding="utf-8")
        raise
    print(report["verdict"]["summary"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
