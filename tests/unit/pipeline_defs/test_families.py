"""Both model families by their own files: what trains them passes, and the other half of their data says degraded."""

import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from analyze import analyze
from evaluate import evaluate
from metrics import BEST_CONSTANT
from monitoring_contract import read_request
from pipeline_defs.sample_data import breast_cancer_objects, diabetes_objects
from prepare import prepare
from tests.unit.pipeline_defs.resolve import parameters, resolved, steps_by_name
from train import train
from verdict import Asked

MODELS = Path(__file__).parents[3] / "pipeline_defs/models"
FAMILIES: dict[str, tuple[Callable[..., dict[str, bytes]], dict[str, str]]] = {
    "diabetes": (diabetes_objects, {"half": "older"}),
    "breast-cancer": (breast_cancer_objects, {"half": "coarser"}),
}


@pytest.mark.parametrize("model", FAMILIES)
def test_what_is_like_the_training_data_passes_and_what_is_not_says_degraded(
    tmp_path: Path, model: str, training: dict[str, Any]
) -> None:
    spec = yaml.safe_load((MODELS / f"{model}.yaml").read_text())
    metric = spec["policy"]["metric"]
    asked = Asked(metric["name"], metric["direction"], metric["bar"])
    objects, shift = FAMILIES[model]
    told = spec["pipelines"]["training"]["parameters"]
    prepare(landed(tmp_path / "like", objects()), tmp_path / "sets", test_share=0.25, **shared(told))
    estimator = told.get("Estimator", "linear")
    problem = {"target": told["Target"], "problem_type": told["ProblemType"], "estimator": estimator}
    train(tmp_path / "sets/train", tmp_path / "model", **problem)
    with tarfile.open(archive := tmp_path / "model.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "model", ".")

    said = tmp_path / "predictions/predictions.csv"
    test = tmp_path / "sets/test/test.csv"
    held_out = evaluate(archive, archive, test, tmp_path / "passed", asked=asked, predictions=said)
    assert held_out["verdict"]["passed"] is True
    assert held_out["verdict"]["champion_value"] == held_out["verdict"]["value"]
    assert bounds(training, told, said.parent, tmp_path / "baseline") == metrics(held_out)

    told = spec["pipelines"]["evaluation"]["parameters"]
    prepare(landed(tmp_path / "unlike", objects(**shift)), tmp_path / "shifted", test_share=1, **shared(told))
    shifted = evaluate(archive, tmp_path / "none", tmp_path / "shifted/test/test.csv", tmp_path / "out", asked=asked)
    assert shifted["verdict"]["passed"] is False
    assert "misses the bar" in shifted["verdict"]["summary"]


def bounds(training: dict[str, Any], told: Mapping[str, str], predictions: Path, output: Path) -> dict[str, float]:
    """What the baseline of a version's quality suggests, as the training pipeline asks for it."""
    environment = steps_by_name(training)["QualityBaseline"]["Arguments"]["Environment"]
    asked = resolved(environment, parameters(training, **told))
    folders = {"dataset_source": str(predictions), "output_path": str(output)}
    suggested = analyze(read_request(asked | folders), output).constraints
    [section] = [found for name, found in suggested.items() if name.endswith("_constraints")]
    return {name: bound["threshold"] for name, bound in section.items()}


def metrics(report: Mapping[str, Any]) -> dict[str, float]:
    """All that the evaluation measured that is one number."""
    [section] = [found for name, found in report.items() if name.endswith("_metrics")]
    return {
        name: metric["value"]
        for name, metric in section.items()
        if "value" in metric and not name.endswith(BEST_CONSTANT)
    }


def landed(folder: Path, objects: Mapping[str, bytes]) -> Path:
    folder.mkdir()
    for name, content in objects.items():
        (folder / name).write_bytes(content)
    return folder


def shared(told: Mapping[str, str]) -> dict[str, Any]:
    """What prepare is told of a model's parameters, whatever the purpose."""
    return {"target": told["Target"], "features": told["Features"], "problem_type": told["ProblemType"]}
