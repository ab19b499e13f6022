"""Fit the estimator that the model's file names, and leave behind what serves it.

An estimator is a script beside this one with a function `fit(features, target, problem_type)`; see `linear.py`. It goes
into the archive, because the model may be of a class of its own, so it must do without its neighbours.
"""

import json
import os
import platform
import shutil
import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import sklearn

import prepared_set
from csv_rows import TARGETS
from tables import BadDataError
from trained_model import ESTIMATOR, estimator_module

READS = ("train",)
WRITES = {
    "model": {
        "model.joblib": None,
        "model.json": None,
        "code/serve.py": None,
        "code/request_rows.py": None,
        "code/estimator.py": None,
    }
}

BASE = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
HYPERPARAMETERS = BASE / "input/config/hyperparameters.json"
TRAIN = BASE / "input/data/train"
MODEL = BASE / "model"
FAILURE = BASE / "output/failure"
SERVING = ("serve.py", "request_rows.py")
STEPS = Path(__file__).parent
"""All steps' scripts lie together wherever they run: they come with the same channel."""


def fitted(estimator: str, features: np.ndarray, target: np.ndarray, problem_type: str) -> Any:
    """What the estimator's script makes of the rows. Raises ValueError where there is no such script."""
    if not (STEPS / f"{estimator}.py").is_file():
        raise ValueError(f"Estimator {estimator!r}: there is no {estimator}.py among the steps' scripts")
    module = estimator_module(STEPS / f"{estimator}.py")
    if not hasattr(module, "fit"):
        raise ValueError(f"Estimator {estimator!r}: {estimator}.py has no function `fit`")
    return module.fit(features, target, problem_type)


def describe(columns: list[str], rows: int, problem_type: str, estimator: str, model: Any) -> dict[str, Any]:
    """What someone who loads the model must know: what it predicts from which columns, and what it was made with."""
    classes = {} if problem_type == "Regression" else {"classes": [str(name) for name in model.classes_]}
    return {
        "problem_type": problem_type,
        "features": columns[:-1],
        "target": columns[-1],
        **classes,
        "rows": rows,
        "estimator": estimator,
        "versions": {
            "python": platform.python_version(),
            "scikit-learn": sklearn.__version__,
            "numpy": np.__version__,
            "joblib": joblib.__version__,
        },
    }


def train(data: Path, output: Path, *, target: str, problem_type: str, estimator: str) -> dict[str, Any]:
    """Write `model.joblib`, `model.json` and the scripts that serve them; returns what `model.json` says.

    Raises BadDataError, ValueError.
    """
    if problem_type not in TARGETS:
        raise ValueError(f"ProblemType {problem_type!r} is none of {', '.join(TARGETS)}")
    file = data / "train.csv"
    columns = prepared_set.columns_of(file)
    if columns[-1] != target:
        raise BadDataError(f"train.csv, line 1: the last column is {columns[-1]!r}, not the target {target!r}")
    features, targets = prepared_set.read(file, columns, problem_type)
    model = fitted(estimator, features, targets, problem_type)
    description = describe(columns, len(targets), problem_type, estimator, model)
    output.mkdir(parents=True, exist_ok=True)
    joblib.dump(model, output / "model.joblib")
    (output / "model.json").write_text(json.dumps(description, indent=2), encoding="utf-8")
    (output / "code").mkdir(exist_ok=True)
    for script in SERVING:
        shutil.copy(STEPS / script, output / "code")
    shutil.copy(STEPS / f"{estimator}.py", output / ESTIMATOR)
    return description


def main() -> int:
    """Run as SageMaker does. What goes wrong is also left where SageMaker takes the job's failure reason from."""
    try:
        said = json.loads(HYPERPARAMETERS.read_text(encoding="utf-8"))
        description = train(TRAIN, MODEL, **{name: said[name] for name in ("target", "problem_type", "estimator")})
    except Exception as error:
        told = str(error) if isinstance(error, BadDataError) else f"{type(error).__name__}: {error}"
        FAILURE.parent.mkdir(parents=True, exist_ok=True)
        FAILURE.write_text(told, encoding="utf-8")
        raise
    print(json.dumps(description))
    return 0


if __name__ == "__main__":
    sys.exit(main())
