import json
import tarfile
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

import joblib
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

from evaluate import METRICS, evaluate, fact, not_negative
from pipeline_defs.problems import METRICS_OF
from request_rows import numbers, rows_sent
from tables import BadDataError
from verdict import Asked

MAE = Asked("mae", "minimize", 1.0)
ACCURACY = Asked("accuracy", "maximize", 0.6)
REGRESSION = {"problem_type": "Regression", "features": ["x"], "target": "y"}
BINARY = {"problem_type": "BinaryClassification", "features": ["x"], "target": "y", "classes": ["no", "yes"]}
MANY = {"problem_type": "MulticlassClassification", "features": ["x"], "target": "y", "classes": ["a", "b", "c"]}


def archived(folder: Path, estimator: Any, description: dict[str, Any]) -> Path:
    folder.mkdir()
    joblib.dump(estimator, folder / "model.joblib")
    (folder / "model.json").write_text(json.dumps(description))
    with tarfile.open(folder / "model.tar.gz", "w:gz") as tar:
        tar.add(folder / "model.joblib", "model.joblib")
        tar.add(folder / "model.json", "model.json")
    return folder / "model.tar.gz"


def line(folder: Path, *, off_by: float = 0.0, **description: Any) -> Path:
    """A model that predicts its only feature, or a little more."""
    model = LinearRegression().fit([[0.0], [1.0]], [off_by, 1.0 + off_by])
    return archived(folder, model, REGRESSION | description)


def classifier(folder: Path) -> Path:
    """A model that says yes from 0.5 on."""
    return archived(folder, LogisticRegression(C=1e6).fit([[0.0], [1.0]], ["no", "yes"]), BINARY)


def judged(
    tmp_path: Path, test: str, model: Path, *, champion: Path | None = None, asked: Asked = MAE, **more: Any
) -> dict[str, Any]:
    (tmp_path / "test.csv").write_text(test)
    nowhere = tmp_path / "none/model.tar.gz"
    report = evaluate(model, champion or nowhere, tmp_path / "test.csv", tmp_path / "out", asked=asked, **more)
    assert json.loads((tmp_path / "out/evaluation.json").read_text()) == report
    return report


def test_the_report_is_written_as_model_monitor_does(tmp_path: Path) -> None:
    report = judged(tmp_path, "x,y\n1,1\n2,2\n3,5\n", line(tmp_path / "model"))
    assert set(report) == {"version", "dataset", "regression_metrics", "verdict"}
    assert report["dataset"] == {"item_count": 3}
    assert report["regression_metrics"]["mae"]["value"] == pytest.approx(2 / 3)
    assert report["verdict"]["passed"] is True


def test_columns_are_found_by_name(tmp_path: Path) -> None:
    report = judged(tmp_path, "new,y,x\n7,1,1\n8,2,2\n9,5,3\n", line(tmp_path / "model"))
    assert report["verdict"]["value"] == pytest.approx(2 / 3)


def test_a_report_says_what_it_is_told_to(tmp_path: Path) -> None:
    about = [fact("ModelPackageArn=arn:aws:sagemaker:eu-west-1:1:model-package/m/3"), fact("Note=a=b")]
    report = judged(tmp_path, "x,y\n1,1\n", line(tmp_path / "model"), about=about)
    assert report["about"] == {"ModelPackageArn": "arn:aws:sagemaker:eu-west-1:1:model-package/m/3", "Note": "a=b"}


def test_of_two_classes_label_and_probability_are_measured(tmp_path: Path) -> None:
    asked = Asked("auc", "maximize", 0.5)
    rows = "x,y\n0,no\n0.4,yes\n0.6,no\n1,yes\n"
    report = judged(tmp_path, rows, classifier(tmp_path / "model"), asked=asked)
    assert report["binary_classification_metrics"]["accuracy"]["value"] == 0.5
    assert report["binary_classification_metrics"]["confusion_matrix"]["yes"] == {"no": 1, "yes": 1}
    assert report["verdict"]["value"] == 0.75


def test_of_many_classes_one_that_the_model_does_not_know_is_never_right(tmp_path: Path) -> None:
    estimator = LogisticRegression(C=1e6).fit([[0.0], [1.0], [2.0]], ["a", "b", "c"])
    model = archived(tmp_path / "model", estimator, MANY)
    report = judged(tmp_path, "x,y\n0,a\n1,b\n2,c\n2,d\n", model, asked=ACCURACY)
    assert report["verdict"]["value"] == 0.75
    assert report["multiclass_classification_metrics"]["confusion_matrix"]["d"]["c"] == 1


def test_the_champion_is_measured_on_the_same_rows_and_kept_up_with(tmp_path: Path) -> None:
    asked = Asked("mae", "minimize", 1.0, tolerance=0.1)
    rows = "x,y\n1,1\n2,2\n"
    good, worse = line(tmp_path / "good"), line(tmp_path / "worse", off_by=0.5)
    behind = judged(tmp_path, rows, worse, champion=good, asked=asked)
    assert behind["champion"]["regression_metrics"]["mae"]["value"] == pytest.approx(0)
    assert behind["verdict"]["margin"] == pytest.approx(-0.4)
    assert "falls behind the champion's" in behind["verdict"]["summary"]
    assert judged(tmp_path, rows, good, champion=worse, asked=asked)["verdict"]["margin"] == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("champion", "reason"),
    [
        ("broken", "ReadError: "),
        ("other columns", "BadDataError: test.csv, line 1: columns missing: z"),
        ("other problem", "it is a BinaryClassification model of y"),
        ("of another version", "ModuleNotFoundError: No module named 'gone'"),
    ],
)
def test_a_champion_that_cannot_be_compared_with_leaves_the_bar_alone_and_the_summary_says_so(
    tmp_path: Path, champion: str, reason: str
) -> None:
    path = tmp_path / "champion/model.tar.gz"
    match champion:
        case "broken":
            path.parent.mkdir()
            path.write_bytes(b"no archive")
        case "other columns":
            path = line(tmp_path / "champion", features=["z"])
        case "other problem":
            path = classifier(tmp_path / "champion")
        case "of another version":
            path = archived(tmp_path / "champion", _Gone(), REGRESSION)
    report = judged(tmp_path, "x,y\n1,1\n", line(tmp_path / "model"), champion=path)
    assert report["champion"]["not_compared"].startswith(reason)
    assert report["verdict"]["champion_value"] is None
    assert report["verdict"]["passed"] is True
    assert f"by 1; it could not be compared with the champion: {reason}" in report["verdict"]["summary"]


class _Gone:
    """Unpickling it imports a module that isn't there any more."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return __import__, ("gone",)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("", "test.csv: the file is empty"),
        ("x,y\n", "test.csv: a header but no rows"),
        ("x,z\n1,1\n", "test.csv, line 1: columns missing: y"),
        ("x,y\n1,1\n1,\n", "test.csv, line 3: column y: no value"),
        ("x,y\nabc,1\n", "test.csv, line 2: column x: 'abc' is not a number"),
    ],
)
def test_bad_rows_are_told_by_file_line_and_column(tmp_path: Path, rows: str, reason: str) -> None:
    with pytest.raises(BadDataError) as caught:
        judged(tmp_path, rows, line(tmp_path / "model"))
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("rows", "metric", "reason"),
    [
        ("x,y\n0,no\n1,maybe\n", "accuracy", "test.csv, line 3: column y: 'maybe' is none of the model's classes"),
        ("x,y\n0,no\n1,\n", "accuracy", "test.csv, line 3: column y: no label"),
        ("x,y\n0,no\n", "recall", "test.csv: column y: all rows are no; it takes rows of both classes"),
    ],
)
def test_bad_labels_are_told(tmp_path: Path, rows: str, metric: str, reason: str) -> None:
    with pytest.raises(BadDataError, match=reason):
        judged(tmp_path, rows, classifier(tmp_path / "model"), asked=Asked(metric, "maximize", 0.5))


def test_a_metric_of_other_problems_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a BinaryClassification model is not judged by rmse, but by one of accuracy,"):
        judged(tmp_path, "x,y\n0,no\n", classifier(tmp_path / "model"), asked=Asked("rmse", "minimize", 0.5))


def test_what_a_pipeline_offers_to_judge_by_is_what_the_script_can() -> None:
    assert {problem: tuple(names) for problem, names in METRICS_OF.items()} == METRICS


def test_every_metric_that_is_offered_can_be_measured(tmp_path: Path) -> None:
    many = LogisticRegression().fit([[0.0], [1.0], [2.0]], ["a", "b", "c"])
    models = {
        "Regression": (line(tmp_path / "line"), "x,y\n1,1\n2,3\n"),
        "BinaryClassification": (classifier(tmp_path / "classifier"), "x,y\n0,no\n1,yes\n"),
        "MulticlassClassification": (archived(tmp_path / "many", many, MANY), "x,y\n0,a\n1,b\n2,c\n"),
    }
    for problem_type, names in METRICS.items():
        model, rows = models[problem_type]
        report = judged(tmp_path, rows, model, asked=Asked(names[0], "maximize", 0.0))
        (measured,) = [section for name, section in report.items() if name.endswith("_metrics")]
        assert {name for name in names if "value" in measured[name]} == set(names)


@pytest.mark.parametrize("text", ["-0.1", "nan", "inf"])
def test_a_tolerance_is_a_number_of_at_least_zero(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is not a number of at least 0"):
        not_negative(text)


def test_a_sample_request_is_held_out_rows_in_the_models_order(tmp_path: Path) -> None:
    description = {"features": ["a", "b"]}
    model = archived(
        tmp_path / "model", LinearRegression().fit([[0.0, 0.0], [1.0, 1.0]], [0, 1]), REGRESSION | description
    )
    rows = "".join(f"{number},{number / 4},{-number}\n" for number in range(20))
    packed = [tmp_path / name / "sample.tar.gz" for name in ("one", "two")]
    for path in packed:
        judged(tmp_path, f"b,y,a\n{rows}", model, sample=path)
    with tarfile.open(packed[0]) as tar:
        (entry,) = tar.getmembers()
        body = tar.extractfile(entry)
        assert body is not None
        sent = rows_sent(body.read(), "text/csv")
    assert [numbers(1, row, ["a", "b"]) for row in sent] == [[-number, number] for number in range(5)]
    assert packed[0].read_bytes() == packed[1].read_bytes(), "the same rows make the same archive"
