"""Model quality as `analyze.py` computes it, from tables and from captured data merged with ground truth."""

import json
from pathlib import Path
from typing import Any

import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score, root_mean_squared_error
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from analyze import Analysis, analyze
from model_quality import violations
from monitoring_contract import BadRequestError, Request, read_request
from tables import BadDataError

HEADER = '{"csv": {"header": true}}'
HEADERLESS = '{"csv": {"header": false}}'
CAPTURED = '{"sagemakerMergeJson": {"captureIndexNames": ["endpointOutput"]}}'
FIRST = {"inference_attribute": "0"}
TABLE = {"inference_attribute": "said", "ground_truth_attribute": "true"}


def request(folder: Path, problem_type: str, form: str, text: str, **changes: str) -> Request:
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / "data/a").write_text(text)
    return read_request({
        "dataset_source": str(folder / "data"), "dataset_format": form, "output_path": str(folder / "out"),
        "analysis_type": "MODEL_QUALITY", "problem_type": problem_type, **changes,
    })  # fmt: skip


def table(*rows: Any) -> str:
    return "\n".join(["said,true,p", *(",".join(map(str, row)) for row in rows)])


def merged(answer: str, truth: str | None, kind: str = "CSV", at: str = "2026-01-31T05:30:00Z") -> str:
    output = {"observedContentType": "text/csv", "mode": "OUTPUT", "data": answer, "encoding": kind}
    record: dict[str, Any] = {
        "captureData": {"endpointOutput": output},
        "eventMetadata": {"eventId": "f04a", "inferenceTime": at},
    }
    return (
        json.dumps(record | ({} if truth is None else {"groundTruthData": {"data": truth, "encoding": "CSV"}})) + "\n"
    )


def measured(folder: Path, *arguments: str, **changes: str) -> dict[str, Any]:
    statistics = analyze(request(folder, *arguments, **changes), folder).statistics
    [section] = [statistics[name] for name in statistics if name.endswith("_metrics")]
    return {name: metric.get("value", metric) for name, metric in section.items()}


def test_a_regression_is_measured_and_suggests_its_bounds(tmp_path: Path) -> None:
    data = load_diabetes()
    said = LinearRegression().fit(data.data, data.target).predict(data.data)
    rows = table(*((p, t, 0) for p, t in zip(said.tolist(), data.target.tolist(), strict=True)))
    found = analyze(request(tmp_path, "Regression", HEADER, rows, **TABLE), tmp_path)
    rmse = found.statistics["regression_metrics"]["rmse"]["value"]
    assert rmse == pytest.approx(root_mean_squared_error(data.target, said))
    assert found.statistics["dataset"]["item_count"] == 442
    assert json.loads((tmp_path / "out/constraints.json").read_text())["regression_constraints"] == {
        name: {"threshold": found.statistics["regression_metrics"][name]["value"], "comparison_operator": worse}
        for name, worse in [
            ("mae", "GreaterThanThreshold"), ("mse", "GreaterThanThreshold"), ("rmse", "GreaterThanThreshold"),
            ("r2", "LessThanThreshold"),
        ]
    }  # fmt: skip


def test_probabilities_alone_decide_at_their_threshold(tmp_path: Path) -> None:
    data = load_breast_cancer()
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(data.data, data.target)
    probability = model.predict_proba(data.data)[:, 1]
    rows = "\n".join(f"{t},{p}" for t, p in zip(data.target, probability, strict=True))
    where = {"ground_truth_attribute": "_c0", "probability_attribute": "_c1"}
    found = measured(tmp_path, "BinaryClassification", HEADERLESS, rows, probability_threshold_attribute="0.8", **where)
    assert found["auc"] == pytest.approx(roc_auc_score(data.target, probability))
    assert found["accuracy"] == pytest.approx(accuracy_score(data.target, probability >= 0.8))
    assert list(found["confusion_matrix"]) == ["0", "1"]


def test_labels_may_be_words(tmp_path: Path) -> None:
    data = load_wine()
    names = data.target_names[data.target]
    said = data.target_names[[0] * 59 + [1] * 71 + [1] * 48]
    rows = table(*((s, t, 0) for s, t in zip(said, names, strict=True)))
    found = measured(tmp_path, "MulticlassClassification", HEADER, rows, **TABLE)
    assert found["accuracy"] == pytest.approx(130 / 178)
    assert found["confusion_matrix"]["class_2"] == {"class_0": 0, "class_1": 48, "class_2": 0}


def test_labels_that_are_numbers_are_the_same_however_written(tmp_path: Path) -> None:
    found = measured(tmp_path, "BinaryClassification", HEADER, table(("1.0", "1", 0), ("0", "0.0", 0)), **TABLE)
    assert found["accuracy"] == 1.0


@pytest.mark.parametrize(
    ("answer", "kind", "where"),
    [
        ("0.9,1", "CSV", {"probability_attribute": "0", "inference_attribute": "1"}),
        ('{"predictions": [{"score": 0.9, "label": 1}]}', "JSON",
         {"probability_attribute": "score", "inference_attribute": "label"}),
        ('{"answer": {"scores": [0.1, 0.9], "label": 1}}', "JSON",
         {"probability_attribute": "$.answer.scores[1]", "inference_attribute": "answer.label"}),
    ],
)  # fmt: skip
def test_captured_predictions_are_found_by_position_name_or_path(
    tmp_path: Path, answer: str, kind: str, where: dict[str, str]
) -> None:
    records = merged(answer, "1", kind) + merged(answer.replace("0.9", "0.2"), "0", kind)
    found = measured(tmp_path, "BinaryClassification", CAPTURED, records, **where)
    assert (found["auc"], found["accuracy"]) == (1.0, 0.5)


def test_records_of_several_rows_are_merged_row_by_row(tmp_path: Path) -> None:
    records = merged("1\n2\n", "1\n4") + merged("5", None) + merged("6", "8")
    found = measured(tmp_path, "Regression", CAPTURED, records, inference_attribute="0")
    assert found["mae"] == pytest.approx((0 + 2 + 2) / 3)


def test_merged_records_are_cut_at_their_window(tmp_path: Path) -> None:
    records = (
        merged("1", "1") + merged("9", "1", at="2026-01-31T04:59:59Z") + merged("9", "1", at="2026-01-31T06:00:00Z")
    )
    window = {"start_time": "2026-01-31T05:00:00Z", "end_time": "2026-01-31T06:00:00Z"}
    assert measured(tmp_path, "Regression", CAPTURED, records, **FIRST, **window)["mae"] == 0


def test_merged_records_that_cannot_be_read_are_counted_and_named(tmp_path: Path) -> None:
    records = [merged("1", "1"), merged("x", "1"), merged("1\n2", "1"), merged("1", ""), "{"]
    found = analyze(request(tmp_path, "Regression", CAPTURED, "\n".join(records), inference_attribute="0"), tmp_path)
    assert found.statistics["dataset"] == {
        "item_count": 1,
        "unreadable": {
            "count": 4,
            "shown": [
                "a, line 3: column 0: 'x' is not a finite number",
                "a, line 5: 2 predictions, but 1 ground truths",
                "a, line 7: groundTruthData is empty",
                "a, line 9: not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
            ],
        },
    }


def compared(folder: Path, now: str, known: str = table((1, 1, 0), (2, 2.5, 0), (3, 3, 0))) -> Analysis:
    analyze(request(folder, "Regression", HEADER, known, **TABLE), folder)
    (folder / "out").rename(folder / "known")
    baseline = str(folder / "known/constraints.json")
    asked = request(folder, "Regression", HEADER, now, baseline_constraints=baseline, **TABLE)
    return analyze(asked, folder)


def test_metrics_that_got_worse_violate_the_baseline(tmp_path: Path) -> None:
    found = compared(tmp_path, table((1, 1, 0), (2, 4, 0), (3, 3, 0)))
    assert found.message == "CompletedWithViolations: Job completed successfully with 4 violations."
    written = json.loads((tmp_path / "out/constraint_violations.json").read_text())["violations"]
    assert written[0] == {
        "constraint_check_type": "GreaterThanThreshold",
        "description": "Metric mae with 0.6666666666666666 was GreaterThanThreshold 0.16666666666666666",
        "metric_name": "mae",
    }
    assert (written[3]["metric_name"], written[3]["constraint_check_type"]) == ("r2", "LessThanThreshold")


def test_metrics_that_got_better_violate_nothing(tmp_path: Path) -> None:
    found = compared(tmp_path, table((1, 1, 0), (2, 2, 0), (3, 3, 0)))
    assert found.violations == []
    assert found.message == "Completed: Job completed successfully with no violations."


def test_a_metric_that_cannot_be_measured_violates_nothing() -> None:
    rules = {
        "binary_classification_constraints": {"auc": {"threshold": 0.9, "comparison_operator": "LessThanThreshold"}}
    }
    assert violations("BinaryClassification", {"binary_classification_metrics": {}}, rules) == []


def test_another_problems_baseline_is_refused() -> None:
    measured_now: dict[str, Any] = {"binary_classification_metrics": {}}
    with pytest.raises(BadRequestError, match="baseline_constraints has no binary_classification_constraints"):
        violations("BinaryClassification", measured_now, {"regression_constraints": {}})


def test_metrics_go_to_cloudwatch_under_their_own_names(tmp_path: Path) -> None:
    asked = request(tmp_path, "Regression", HEADER, table((1, 2, 0)), publish_cloudwatch_metrics="Enabled", **TABLE)
    analyze(asked, tmp_path)
    lines = [json.loads(line) for line in (tmp_path / "cloudwatch_metrics.jsonl").read_text().splitlines()]
    assert [(line["MetricName"], line["Value"]) for line in lines] == [
        ("mae", 1.0),
        ("mse", 1.0),
        ("rmse", 1.0),
        ("r2", 0.0),
    ]


@pytest.mark.parametrize(
    ("problem_type", "form", "text", "changes", "reason"),
    [
        ("Regression", HEADER, table(("?", 1, 0)), TABLE, "a, line 2: column said: '?' is not a finite number"),
        ("Regression", HEADER, table((1, "", 0)), TABLE, "a, line 2: column true: no value"),
        ("Regression", HEADER, table((1, 1, 0)), {**TABLE, "inference_attribute": "y"},
         "a, line 2: no column y: it has said, true, p"),
        ("BinaryClassification", HEADER, table((1, 2, 0), (3, 1, 0)), TABLE, "two classes make a binary problem"),
        ("Regression", HEADER, "said,true\n", TABLE, "there are no predictions in the dataset"),
        ("Regression", CAPTURED, merged("1", None), FIRST, "no captured record has groundTruthData"),
        ("Regression", CAPTURED, merged("x", "1"), FIRST, "a, line 1: column 0: 'x'"),
    ],
)  # fmt: skip
def test_bad_predictions_are_told_by_line_and_column(  # noqa: PLR0917 -- parameters
    tmp_path: Path, problem_type: str, form: str, text: str, changes: dict[str, str], reason: str
) -> None:
    with pytest.raises(BadDataError) as error:
        analyze(request(tmp_path, problem_type, form, text, **changes), tmp_path)
    assert reason in str(error.value)


@pytest.mark.parametrize(
    ("problem_type", "changes", "reason"),
    [
        ("Regression", {"ground_truth_attribute": "true"}, "inference_attribute must name where a Regression's"),
        ("MulticlassClassification", {"probability_attribute": "p"}, "inference_attribute must"),
        ("BinaryClassification", {}, "inference_attribute or probability_attribute must"),
        ("Regression", {"inference_attribute": "said"}, "ground_truth_attribute must name the column"),
    ],
)  # fmt: skip
def test_what_the_predictions_are_must_be_said(
    tmp_path: Path, problem_type: str, changes: dict[str, str], reason: str
) -> None:
    with pytest.raises(BadRequestError, match=reason):
        analyze(request(tmp_path, problem_type, HEADER, table((1, 1, 0)), **changes), tmp_path)
