import csv
import json
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

import serve
from request_rows import BadRequestError
from serve import Class, Model, input_fn, model_fn, output_fn, predict_fn


@pytest.fixture
def model(tmp_path: Path) -> Model:
    """Predicts a + 10 b."""
    estimator = LinearRegression().fit([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], [0.0, 1.0, 10.0])
    joblib.dump(estimator, tmp_path / "model.joblib")
    (tmp_path / "model.json").write_text(json.dumps({"features": ["a", "b"], "target": "y"}))
    return model_fn(str(tmp_path))


@pytest.fixture
def classifier(tmp_path: Path) -> Model:
    """Says what its feature is nearest to; the classes' names need quotes in CSV."""
    folder = tmp_path / "classifier"
    folder.mkdir()
    estimator = LogisticRegression(C=1e6).fit([[0.0], [1.0]], ["a, b", "c"])
    joblib.dump(estimator, folder / "model.joblib")
    description = {"features": ["x"], "target": "y", "classes": ["a, b", "c"]}
    (folder / "model.json").write_text(json.dumps(description))
    return model_fn(str(folder))


def answer(model: Model, body: str | bytes, content_type: str) -> tuple[str, str]:
    return output_fn(predict_fn(input_fn(body, content_type), model), content_type)


def refusal(model: Model, body: str | bytes, content_type: str) -> str:
    with pytest.raises(BadRequestError) as caught:
        answer(model, body, content_type)
    assert caught.value.status == 400
    return str(caught.value)


@pytest.mark.parametrize("content_type", ["text/csv", "text/csv; charset=utf-8", "TEXT/CSV"])
@pytest.mark.parametrize("body", ["1,2\n3,4\n", b"1,2\r\n3,4", "1, 2\n\n3,4\n", b"\xef\xbb\xbf1,2\n3,4\n"])
def test_csv_gets_a_prediction_a_line(model: Model, body: str | bytes, content_type: str) -> None:
    text, sent_as = answer(model, body, content_type)
    assert [float(line) for line in text.splitlines()] == pytest.approx([21, 43])
    assert sent_as == "text/csv"


def test_json_gets_json(model: Model) -> None:
    text, sent_as = answer(model, '{"instances": [[1, 2], [3.0, 4]]}', "application/json")
    assert json.loads(text) == {"predictions": pytest.approx([21, 43])}
    assert sent_as == "application/json"


def test_json_says_which_version_answered_where_it_is_known(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "MODEL_PACKAGE_ARN", "arn:aws:sagemaker:eu-west-1:123456789012:model-package/m/7")
    text, _ = answer(model, '{"instances": [[1, 2]]}', "application/json")
    assert json.loads(text)["model_version"] == "7"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("1,2\n3,abc\n", "row 2, column b: 'abc' is not a finite number"),
        ("1,2\n\n,4\n", "row 2, column a: no value"),
        ("1,nan\n", "row 1, column b: 'nan' is not a finite number"),
        ("1_000,2\n", "row 1, column a: '1_000' is not a finite number"),
        ("1,2\n1,2,3\n", "row 2: 3 values, but the model takes 2: a, b"),
        ("a,b\n1,2\n", "row 1, column a: 'a' is not a finite number"),
        (f"1,{'x' * 99}\n", f"row 1, column b: '{'x' * 40}…' is not a finite number"),
        ('1,"2\n', "the request is not CSV: unexpected end of data"),
        ("\n\n", "the request has no rows"),
        ("", "the request has no rows"),
        (b"1,\xff\n", "the request is not UTF-8 text"),
    ],
)
def test_bad_csv_is_told_by_row_and_column(model: Model, body: str | bytes, sentence: str) -> None:
    assert refusal(model, body, "text/csv") == sentence


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ([[1, 2], [3, None]], "row 2, column b: no value"),
        ([[1, True]], "row 1, column b: 'true' is not a finite number"),
        ([[1, [2]]], "row 1, column b: '[2]' is not a finite number"),
        ([[1, float("inf")]], "row 1, column b: 'Infinity' is not a finite number"),
        ([[1, 10**400]], f"row 1, column b: '1{'0' * 39}…' is not a finite number"),
        ([[1, 2], [3]], "row 2: 1 values, but the model takes 2: a, b"),
        ([[1, 2], {"a": 3, "b": 4}], "row 2: expected a list of numbers"),
        ([], "the request has no rows"),
        ({"a": 1}, 'expected {"instances": [[…], …]}'),
    ],
)
def test_bad_json_is_told_by_row_and_column(model: Model, body: Any, sentence: str) -> None:
    assert refusal(model, json.dumps({"instances": body}), "application/json") == sentence


@pytest.mark.parametrize("body", ["[[1, 2]]", "{}", "null"])
def test_json_of_another_shape_is_told_the_shape(model: Model, body: str) -> None:
    assert refusal(model, body, "application/json") == 'expected {"instances": [[…], …]}'


@pytest.mark.parametrize("body", ['{"instances": [', "[" * 100_000])
def test_what_is_no_json_is_told(model: Model, body: str) -> None:
    assert refusal(model, body, "application/json").startswith("the request is not JSON: ")


@pytest.mark.parametrize("content_type", ["application/x-npy", "", "text/csvs"])
def test_other_content_types_are_unsupported(content_type: str) -> None:
    with pytest.raises(BadRequestError, match="send text/csv or application/json") as caught:
        input_fn(b"1,2", content_type)
    assert caught.value.status == 415


def test_a_prediction_that_json_has_no_word_for_is_an_error_and_not_bad_json() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        output_fn([np.inf], "application/json")


def test_a_class_is_a_line_of_label_and_probability(classifier: Model) -> None:
    text, _ = answer(classifier, "0\n1\n", "text/csv")
    first, second = csv.reader(text.splitlines())
    assert (first[0], second[0]) == ("a, b", "c")
    assert float(first[1]) < 0.1  # of the positive class, whatever the label
    assert float(second[1]) > 0.9


def test_json_names_the_classes_and_how_probable_each_is(classifier: Model) -> None:
    text, _ = answer(classifier, '{"instances": [[0]]}', "application/json")
    (prediction,) = json.loads(text)["predictions"]
    assert prediction["label"] == "a, b"
    assert prediction["probability"] == prediction["probabilities"]["c"]
    assert sum(prediction["probabilities"].values()) == pytest.approx(1)


def test_of_more_than_two_classes_the_probability_is_the_labels() -> None:
    text, _ = output_fn([Class("b", {"a": 0.2, "b": 0.5, "c": 0.3})], "text/csv")
    assert text == "b,0.5\n"
