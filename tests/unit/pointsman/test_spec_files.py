"""A model's YAML with an error is refused with file, line, field and what was expected."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline_defs.compile import COMPILED
from pointsman.errors import InvalidSpec
from pointsman.run_parameters import parameter_problems
from pointsman.spec_files import load_specs

GOOD = """\
model: churn
data:
  bucket: ${DataBucket}
  training:
    prefix: churn/training/
    close: {manifest: _SUCCESS, quiet: 5m, at_most: 1h}
pipelines:
  training: {name: pointsman-training}
policy:
  metric: {name: auc, direction: maximize, bar: 0.8}
"""
REFERENCES = {"DataBucket": "landing", "ArtifactBucket": "artifacts"}


def written(folder: Path, text: str, name: str = "churn.yaml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def refused(folder: Path, text: str) -> str:
    """The one line that it is refused with, without the folder."""
    with pytest.raises(InvalidSpec) as error:
        load_specs([written(folder, text)], REFERENCES)
    return str(error.value).removeprefix(f"{folder}/")


def test_a_good_file_with_its_references_resolved(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    assert load_specs([path], REFERENCES)[path].data.bucket == "landing"


@pytest.mark.parametrize(
    ("was", "becomes", "expected"),
    [
        (
            "quiet: 5m",
            "quiet: 5",
            "churn.yaml:6: data.training.close.quiet: expected a duration such as 90s, 5m, 26h or 7d (found 5)",
        ),
        ("churn/training/", "churn/training", "churn.yaml:5: data.training.prefix: expected a folder that ends in"),
        ("policy:", "polcy:", "churn.yaml:9: polcy: no such field"),
        ("  metric:", "  mtric:", "churn.yaml:10: policy.mtric: no such field"),
        ("bar: 0.8", "bar: high", "churn.yaml:10: policy.metric.bar: Input should be a valid number"),
        ("model: churn", "model: churn model", "churn.yaml:1: model: String should match pattern"),
        ("${DataBucket}", "${DataBuket}", "churn.yaml:3: ${DataBuket} is not an output of the stack; there are"),
        ("model: churn\n", "model: churn\nmodel: churn2\n", "churn.yaml:2: model: set twice"),
        ("quiet: 5m", "quiet: 5m, quiet: 6m", "churn.yaml:6: data.training.close.quiet: set twice"),
        ("prefix: churn", "prefix: [churn", "churn.yaml:"),
        ("${DataBucket}", "!Ref DataBucket", "churn.yaml:3: could not determine a constructor for the tag '!Ref'"),
        ("bar: 0.8", "bar: 2026-13-45", "churn.yaml:1: month must be in 1..12"),
        ("model: churn", "? [a]\n: churn", "churn.yaml:1: "),
        ("model: churn", "model: ch\x00urn", "churn.yaml:1: "),
        (GOOD, "- churn\n", "churn.yaml:1: expected a mapping that begins with `model: NAME`"),
        (GOOD, "", "churn.yaml:1: expected a mapping that begins with `model: NAME`"),
    ],
)
def test_an_error_names_file_line_field_and_what_was_expected(
    tmp_path: Path, was: str, becomes: str, expected: str
) -> None:
    assert was in GOOD
    assert expected in refused(tmp_path, GOOD.replace(was, becomes))


def test_a_missing_field_is_named_at_what_should_hold_it(tmp_path: Path) -> None:
    message = refused(tmp_path, GOOD.replace("    prefix: churn/training/\n", ""))
    assert message.startswith("churn.yaml:4: data.training.prefix: Field required")


def test_all_errors_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    first = written(tmp_path, GOOD.replace("quiet: 5m", "quiet: 5").replace("at_most: 1h", "at_most: 1"), "a.yaml")
    second = written(tmp_path, GOOD.replace("model: churn", "model: ''"), "b.yaml")
    with pytest.raises(InvalidSpec) as error:
        load_specs([first, second], REFERENCES)
    assert [line.partition(":")[0].rpartition("/")[2] for line in str(error.value).splitlines()] == [
        "a.yaml",
        "a.yaml",
        "b.yaml",
    ]


def test_two_files_for_one_model(tmp_path: Path) -> None:
    paths = [written(tmp_path, GOOD, "a.yaml"), written(tmp_path, GOOD, "b.yaml")]
    with pytest.raises(InvalidSpec, match=r"b\.yaml: model 'churn' is also the model of .*a\.yaml"):
        load_specs(paths, REFERENCES)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidSpec, match=r"nowhere\.yaml: No such file"):
        load_specs([tmp_path / "nowhere.yaml"], REFERENCES)


def test_parameters_are_held_against_the_pipeline(tmp_path: Path) -> None:
    parameters = "{name: pointsman-training, parameters: {Targt: y, Size: huge, Rows: many, Parts: '3', Folds: '4'}}"
    path = written(tmp_path, GOOD.replace("{name: pointsman-training}", parameters))
    ours = ("ModelPackageGroup", "DataManifest", "DataFingerprint", "DecisionKey")
    metric = ("MetricName", "MetricDirection", "MetricBar", "MetricTolerance")
    champion = ("ChampionPackageArn", "ChampionModelDataUrl")
    declared: list[dict[str, Any]] = [{"Name": name} for name in (*ours, *metric, *champion, "Target")]
    declared.append({"Name": "Size", "DefaultValue": "small", "EnumValues": ["small", "large"]})
    declared.append({"Name": "Rows", "Type": "Integer", "DefaultValue": 1})
    declared += [{"Name": name, "Type": "Integer", "EnumValues": [2, 3]} for name in ("Parts", "Folds")]
    problems = parameter_problems(path, load_specs([path], REFERENCES)[path], {"pointsman-training": declared})
    assert [problem.partition("parameters.")[2].partition(";")[0] for problem in problems] == [
        "Targt: pipeline pointsman-training has no such parameter",
        "Target: pipeline pointsman-training needs it and has no default",
        "Size: 'huge' is none of small, large",
        "Rows: 'many' is no Integer",
        "Folds: '4' is none of 2, 3",
    ]


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ("{ProblemType: BinaryClassification}", None),
        (
            "{ProblemType: MulticlassClassification}",
            "ProblemType: a MulticlassClassification isn't judged by auc, but by one of accuracy, weighted_precision",
        ),
        ("{}", "ProblemType: a Regression isn't judged by auc, but by one of rmse, mse, mae, r2"),
    ],
)
def test_a_metric_of_other_problems_is_told_before_anything_is_trained(
    tmp_path: Path, parameters: str, reason: str | None
) -> None:
    path = written(tmp_path, GOOD.replace("-training}", f"-training, parameters: {parameters}}}"))
    declared = json.loads((COMPILED / "pointsman-training.json").read_text())["Parameters"]
    found = list(parameter_problems(path, load_specs([path], REFERENCES)[path], {"pointsman-training": declared}))
    assert len(found) == (reason is not None)
    assert all(str(reason) in problem for problem in found)


def test_what_a_pipeline_of_somebody_elses_does_not_declare_is_omitted_or_an_error(tmp_path: Path) -> None:
    theirs: list[dict[str, Any]] = [{"Name": "DataManifest"}]
    path = written(tmp_path, GOOD)
    problems = list(parameter_problems(path, load_specs([path], REFERENCES)[path], {"pointsman-training": theirs}))
    assert len(problems) == 9
    name = "MetricTolerance"
    assert (
        f"{path}: pipelines.training.parameters.{name}: pipeline pointsman-training has no such parameter; "
        f"every run is told it: let the pipeline declare it, or say `omit: [{name}]` beside its name"
    ) in problems
    others = [problem.partition("omit: [")[2].partition("]")[0] for problem in problems]
    path = written(tmp_path, GOOD.replace("-training}", f"-training, omit: [{', '.join(others)}]}}"))
    assert list(parameter_problems(path, load_specs([path], REFERENCES)[path], {"pointsman-training": theirs})) == []


def test_a_pipeline_that_is_not_there(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    (problem,) = parameter_problems(path, load_specs([path], REFERENCES)[path], {"other": []})
    assert problem == f"{path}: pipelines.training.name: no pipeline 'pointsman-training'; there are other"
