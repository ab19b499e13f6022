import json
from pathlib import Path

import joblib
import numpy as np
import pytest

from pipeline_defs.step_code import STEPS
from train import train


def written(folder: Path) -> Path:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(80, 2))
    rows = np.column_stack([features, features @ [3.0, -2.0] + 10])
    folder.mkdir()
    np.savetxt(folder / "train.csv", rows, delimiter=",", header="a,b,y", comments="")
    return folder


def test_the_model_predicts_from_features_in_their_own_units(tmp_path: Path) -> None:
    train(written(tmp_path / "data"), tmp_path / "model", "y")
    model = joblib.load(tmp_path / "model/model.joblib")
    assert model.predict([[1.0, 1.0]]) == pytest.approx([11.0], abs=0.1)


def test_the_model_comes_with_what_it_expects(tmp_path: Path) -> None:
    description = train(written(tmp_path / "data"), tmp_path / "model", "y")
    assert json.loads((tmp_path / "model/model.json").read_text()) == description
    assert (description["features"], description["target"], description["rows"]) == (["a", "b"], "y", 80)
    assert set(description["versions"]) == {"python", "scikit-learn", "numpy", "joblib"}


def test_the_model_comes_with_the_script_that_serves_it(tmp_path: Path) -> None:
    train(written(tmp_path / "data"), tmp_path / "model", "y")
    assert (tmp_path / "model/code/serve.py").read_bytes() == (STEPS / "serve.py").read_bytes()


def test_another_target_than_the_prepared_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'y', not the target 'z'"):
        train(written(tmp_path / "data"), tmp_path / "model", "z")
