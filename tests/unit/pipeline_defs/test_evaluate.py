import json
import tarfile
from pathlib import Path

import joblib
import pytest
from sklearn.linear_model import LinearRegression

from evaluate import evaluate, fact, verdict


def archived(folder: Path, features: list[str]) -> Path:
    """A model that predicts its only feature."""
    model = LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0])
    folder.mkdir()
    joblib.dump(model, folder / "model.joblib")
    (folder / "model.json").write_text(json.dumps({"features": features, "target": "y"}))
    with tarfile.open(folder / "model.tar.gz", "w:gz") as tar:
        tar.add(folder / "model.joblib", "model.joblib")
        tar.add(folder / "model.json", "model.json")
    return folder / "model.tar.gz"


@pytest.mark.parametrize(
    ("value", "direction", "margin", "summary"),
    [
        (59.06, "minimize", 5.94, "rmse 59.06 meets the bar of 65 by 5.94"),
        (71.2, "minimize", -6.2, "rmse 71.2 misses the bar of 65 by 6.2"),
        (71.2, "maximize", 6.2, "rmse 71.2 meets the bar of 65 by 6.2"),
        (65.0, "minimize", 0.0, "rmse 65 meets the bar of 65 by 0"),
    ],
)
def test_the_margin_is_positive_where_the_metric_is_better(
    value: float, direction: str, margin: float, summary: str
) -> None:
    judged = verdict("rmse", value, 65.0, direction)
    assert judged["margin"] == pytest.approx(margin)
    assert judged["passed"] is (margin >= 0)
    assert judged["summary"] == summary


def test_the_report_is_written_as_model_monitor_does(tmp_path: Path) -> None:
    (tmp_path / "test.csv").write_text("x,y\n1,1\n2,2\n3,5\n")
    archive = archived(tmp_path / "model", ["x"])
    report = evaluate(archive, tmp_path, tmp_path / "out", metric="mae", direction="minimize", bar=1.0)
    assert json.loads((tmp_path / "out/evaluation.json").read_text()) == report
    assert report["dataset"] == {"item_count": 3}
    assert report["regression_metrics"]["mae"]["value"] == pytest.approx(2 / 3)
    assert report["verdict"]["passed"] is True


def test_data_with_other_columns_than_the_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "test.csv").write_text("x,y\n1,1\n")
    archive = archived(tmp_path / "model", ["z"])
    with pytest.raises(ValueError, match=r"columns \['x', 'y'\], but the model was trained on \['z', 'y'\]"):
        evaluate(archive, tmp_path, tmp_path / "out", metric="mae", direction="minimize", bar=1.0)


def test_columns_are_found_by_name(tmp_path: Path) -> None:
    (tmp_path / "test.csv").write_text("new,y,x\n7,1,1\n8,2,2\n9,5,3\n")
    archive = archived(tmp_path / "model", ["x"])
    report = evaluate(archive, tmp_path, tmp_path / "out", metric="mae", direction="minimize", bar=1.0)
    assert report["verdict"]["value"] == pytest.approx(2 / 3)


def test_a_report_says_what_it_is_told_to(tmp_path: Path) -> None:
    (tmp_path / "test.csv").write_text("x,y\n1,1\n")
    archive = archived(tmp_path / "model", ["x"])
    about = [fact("ModelPackageArn=arn:aws:sagemaker:eu-west-1:1:model-package/m/3"), fact("Note=a=b")]
    report = evaluate(archive, tmp_path, tmp_path / "out", metric="mae", direction="minimize", bar=1.0, about=about)
    assert report["about"] == {"ModelPackageArn": "arn:aws:sagemaker:eu-west-1:1:model-package/m/3", "Note": "a=b"}
