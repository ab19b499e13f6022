"""The built-in XGBoost's training: `python -m … pickle|native`, how its model file is to be written.

https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost_hyperparameters.html
"""

import json
import os
import pickle
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import xgboost

from pointsman.local.containers.xgboost_data import UnreadableDataError, channel, kind_of

_NOT_THE_BOOSTERS = {
    "num_round", "early_stopping_rounds", "csv_weights", "eval_metric", "silent", "save_model_on_termination",
    "_tuning_objective_metric",
}  # fmt: skip
_NEW_NAMES = {"reg:linear": "reg:squarederror", "gpu_hist": "hist"}


class ProgressReport(xgboost.callback.TrainingCallback):  # type: ignore[misc]  # xgboost ships no types
    """A line for each round, as CloudWatch shows those of the image; ends early when the job is stopped."""

    def __init__(self) -> None:
        super().__init__()
        self.stopped = False
        signal.signal(signal.SIGTERM, lambda *_: setattr(self, "stopped", True))

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002 -- xgboost's signature
        scores = [
            f"{data}-{metric}:{values[-1]:.5f}"
            for data, metrics in evals_log.items()
            for metric, values in metrics.items()
        ]
        print("#011".join([f"[{epoch}]", *scores]), flush=True)
        return self.stopped


def main(base: Path, form: str) -> None:
    given = json.loads((base / "input/config/hyperparameters.json").read_text())
    channels = json.loads((base / "input/config/inputdataconfig.json").read_text())
    if "num_round" not in given:
        raise UnreadableDataError("Missing required hyperparameter: num_round")
    if "train" not in channels:
        raise UnreadableDataError("Missing required channel: train")
    sets = [(_matrix(base, channels, name, given), name) for name in ("train", "validation") if name in channels]
    for matrix, name in sets:
        print(f"[INFO] {name} matrix has {matrix.num_row()} rows and {matrix.num_col()} columns", flush=True)
    metrics, custom = _metrics(given)
    booster = xgboost.train(
        {**_parameters(given), **({"eval_metric": metrics} if metrics else {})},
        sets[0][0],
        num_boost_round=int(given["num_round"]),
        evals=sets,
        custom_metric=custom,
        early_stopping_rounds=int(given["early_stopping_rounds"]) if "early_stopping_rounds" in given else None,
        callbacks=[ProgressReport()],
        verbose_eval=False,
    )
    _save(booster, base / "model/xgboost-model", form)


def _matrix(base: Path, channels: dict[str, Any], name: str, given: dict[str, str]) -> xgboost.DMatrix:
    kind = kind_of(channels[name].get("ContentType"))
    weights = name == "train" and given.get("csv_weights") == "1"
    return xgboost.DMatrix(**channel(base / "input/data" / name, kind, weights=weights))


def _parameters(given: dict[str, str]) -> dict[str, str]:
    own = {name: value for name, value in given.items() if name not in _NOT_THE_BOOSTERS and name[:10] != "sagemaker_"}
    return {name: _NEW_NAMES.get(value, value) for name, value in own.items()}


def _metrics(given: dict[str, str]) -> tuple[list[str], Any]:
    """Names for XGBoost, and a function for those that are SageMaker's own."""
    asked = re.findall(r"[^\s,\"'\[\]]+", given.get("eval_metric", ""))
    objective = given.get("_tuning_objective_metric", "").partition(":")[2]
    names = [*asked, *([objective] if objective and objective not in asked else [])]
    own = [name for name in names if name in _OWN_METRICS]
    if not own:
        return names, None

    def custom(predictions: Any, data: xgboost.DMatrix) -> list[tuple[str, float]]:
        return [(name, float(_OWN_METRICS[name](predictions, data.get_label()))) for name in own]

    return [name for name in names if name not in own], custom


def _classes(predictions: Any) -> Any:
    return predictions.argmax(axis=1) if predictions.ndim > 1 else np.rint(predictions)


def _f1(predictions: Any, labels: Any) -> float:
    """The mean over the classes."""
    found, scores = _classes(predictions), []
    for each in np.unique(labels):
        right = np.sum((found == each) & (labels == each))
        scores.append(2 * right / (np.sum(found == each) + np.sum(labels == each)))
    return float(np.mean(scores))


_OWN_METRICS: dict[str, Callable[[Any, Any], Any]] = {
    "accuracy": lambda predictions, labels: np.mean(_classes(predictions) == labels),
    "f1": _f1,
    "mse": lambda predictions, labels: np.mean((predictions - labels) ** 2),
    "r2": lambda predictions, labels: 1 - np.sum((labels - predictions) ** 2) / np.sum((labels - labels.mean()) ** 2),
}


def _save(booster: xgboost.Booster, path: Path, form: str) -> None:
    if form == "pickle":  # images before 1.3: scripts that evaluate their models unpickle them
        path.write_bytes(pickle.dumps(booster))
        return
    named = path.with_suffix(".ubj")
    booster.save_model(named)
    named.rename(path)


if __name__ == "__main__":
    root = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
    try:
        main(root, sys.argv[1])
    except (UnreadableDataError, ValueError, xgboost.core.XGBoostError) as error:
        print(error, file=sys.stderr)
        (root / "output/failure").write_text(str(error))
        sys.exit(1)
