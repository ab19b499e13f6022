"""What `train.py` left in `model.tar.gz`, as something that predicts."""

import importlib.util
import json
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import joblib
import numpy as np

ESTIMATOR = "code/estimator.py"
"""The script that fitted the model, in the archive."""


def estimator_module(path: Path) -> ModuleType:
    """An estimator's script, as the module `estimator` whatever its file is called.

    A pickled model names the module of its classes, and it finds that one where it is served, too.
    """
    spec = importlib.util.spec_from_file_location("estimator", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} is not a Python script")
    module = sys.modules["estimator"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class TrainedModel:
    """A fitted estimator and what its `model.json` says."""

    estimator: Any
    problem_type: str
    """Regression, BinaryClassification or MulticlassClassification."""
    features: list[str]
    target: str
    classes: list[str]
    """Of a classification; the second of two is the positive one."""

    @classmethod
    def load(cls, archive: Path) -> Self:
        """Raises whatever a broken archive or another version's file leads to."""
        with tempfile.TemporaryDirectory() as folder, tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
            said = json.loads(Path(folder, "model.json").read_text(encoding="utf-8"))
            if (script := Path(folder, ESTIMATOR)).is_file():
                estimator_module(script)
            estimator = joblib.load(Path(folder, "model.joblib"))
        return cls(estimator, said["problem_type"], said["features"], said["target"], said.get("classes", []))

    @property
    def columns(self) -> list[str]:
        """Those of labelled rows, the target last."""
        return [*self.features, self.target]

    def probability(self, features: np.ndarray) -> np.ndarray | None:
        """Of the positive class, in each row; None where there is none."""
        if self.problem_type != "BinaryClassification":
            return None
        probabilities: np.ndarray = self.estimator.predict_proba(features)[:, 1]
        return probabilities
