import json
import shutil
import sys
import tarfile
from pathlib import Path

import joblib
import numpy as np
import pytest

from pipeline_defs.step_code import STEPS
from tables import BadDataError
from train import train
from trained_model import TrainedModel


def written(folder: Path) -> Path:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(80, 2))
    rows = np.column_stack([features, features @ [3.0, -2.0] + 10])
    folder.mkdir()
    np.savetxt(folder / "train.csv", rows, delimiter=",", header="a,b,y", comments="")
    return folder


def labelled(folder: Path) -> Path:
    """Yes where `a` is positive."""
    rows = [(n / 10, n % 3, "yes" if n > 0 else "no") for n in range(-20, 20)]
    folder.mkdir()
    (folder / "train.csv").write_text("a,b,y\n" + "".join(f"{a},{b},{label}\n" for a, b, label in rows))
    return folder


def regression(data: Path, output: Path, **changed: str) -> dict[str, object]:
    return train(data, output, **({"target": "y", "problem_type": "Regression", "estimator": "linear"} | changed))


def test_the_model_predicts_from_features_in_their_own_units(tmp_path: Path) -> None:
    regression(written(tmp_path / "data"), tmp_path / "model")
    model = joblib.load(tmp_path / "model/model.joblib")
    assert model.predict([[1.0, 1.0]]) == pytest.approx([11.0], abs=0.1)


def test_a_classifier_tells_labels_and_their_probabilities(tmp_path: Path) -> None:
    description = regression(labelled(tmp_path / "data"), tmp_path / "model", problem_type="BinaryClassification")
    assert description["classes"] == ["no", "yes"]
    model = joblib.load(tmp_path / "model/model.joblib")
    assert model.predict([[-1.5, 0], [1.5, 0]]).tolist() == ["no", "yes"]
    assert model.predict_proba([[1.5, 0]])[0, 1] > 0.9


def test_the_model_comes_with_what_it_expects(tmp_path: Path) -> None:
    description = regression(written(tmp_path / "data"), tmp_path / "model")
    assert json.loads((tmp_path / "model/model.json").read_text()) == description
    assert (description["features"], description["target"], description["rows"]) == (["a", "b"], "y", 80)
    assert (description["problem_type"], description["estimator"]) == ("Regression", "linear")
    assert isinstance(description["versions"], dict)
    assert set(description["versions"]) == {"python", "scikit-learn", "numpy", "joblib"}


def test_the_model_comes_with_the_scripts_that_serve_it(tmp_path: Path) -> None:
    regression(written(tmp_path / "data"), tmp_path / "model")
    code = {path.name: path.read_bytes() for path in (tmp_path / "model/code").iterdir()}
    scripts = {"serve.py": "serve.py", "request_rows.py": "request_rows.py", "estimator.py": "linear.py"}
    assert code == {name: (STEPS / script).read_bytes() for name, script in scripts.items()}


CONSTANT = """
class Constant:
    def predict(self, rows):
        return [7.0] * len(rows)


def fit(features, target, problem_type):
    return Constant()
"""


def test_a_model_may_be_of_a_class_that_its_estimators_script_defines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(STEPS, scripts := tmp_path / "steps")
    (scripts / "constant.py").write_text(CONSTANT)
    monkeypatch.setattr("train.STEPS", scripts)
    regression(written(tmp_path / "data"), tmp_path / "model", estimator="constant")
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "model", ".")
    monkeypatch.delitem(sys.modules, "estimator")
    trained = TrainedModel.load(tmp_path / "model.tar.gz")
    assert trained.estimator.predict([[1, 2], [3, 4]]) == [7.0, 7.0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "train.csv: there is no such file"),
        ("", "train.csv: the file is empty"),
        ("a,y\n", "train.csv: a header but no rows"),
        ("a,z\n1,2\n", "train.csv, line 1: the last column is 'z', not the target 'y'"),
        ("a,y\n1,2\n1,nan\n", "train.csv, line 3: column y: 'nan' is not a finite number"),
        ("a,y\nabc,2\n", "train.csv, line 2: column a: 'abc' is not a number"),
    ],
)
def test_bad_rows_are_told_by_file_line_and_column(tmp_path: Path, text: str | None, reason: str) -> None:
    if text is not None:
        (tmp_path / "train.csv").write_text(text)
    with pytest.raises(BadDataError) as caught:
        regression(tmp_path, tmp_path / "model")
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("forest_of_none", "there is no forest_of_none.py among the steps' scripts"),
        ("metrics", "metrics.py has no function `fit`"),
    ],
)
def test_an_estimator_is_a_script_with_a_fit(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        regression(written(tmp_path / "data"), tmp_path / "model", estimator=name)


def test_an_unknown_problem_type_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'binary' is none of Regression, BinaryClassification, Multiclass"):
        regression(written(tmp_path / "data"), tmp_path / "model", problem_type="binary")
