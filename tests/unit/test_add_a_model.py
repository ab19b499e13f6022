"""The guide for a third model, as far as it can be held true without an embedded AWS: its files, names and commands."""

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from sklearn.datasets import load_wine

from control_plane.models import ModelSpec
from evaluate import METRICS
from pointsman.cli import app

GUIDE = (Path(__file__).parents[2] / "docs/add-a-model.md").read_text()
BLOCKS = re.findall(r"^```bash\n(.*?)^```$", GUIDE, flags=re.DOTALL | re.MULTILINE)


def here_document(command: str) -> list[str]:
    """What the guide's blocks give to this command."""
    found = (
        re.match(rf"(?:.* && )?{re.escape(command)} <<'END'\n(.*)^END$", block, re.DOTALL | re.M) for block in BLOCKS
    )
    return [match[1] for match in found if match]


@pytest.fixture
def spec() -> ModelSpec:
    (text,) = here_document("cat > pipeline_defs/models/wine.yaml")
    return ModelSpec.model_validate(yaml.safe_load(text.replace("${DataBucket}", "data-bucket")))


def test_the_data_has_the_columns_that_the_models_file_names(
    spec: ModelSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, *_ = here_document(".venv/bin/python -")
    (tmp_path / "wine").mkdir()
    (tmp_path / "data.py").write_text(script)
    monkeypatch.chdir(tmp_path)
    runpy.run_path("data.py")
    header, *rows = (tmp_path / "wine/part-0.csv").read_text().splitlines()
    assert header.split(",")[-1] == spec.pipelines.training.parameters["Target"]
    assert len(rows) == 178
    assert len({row.rpartition(",")[2] for row in rows}) == 3


def test_its_estimator_is_one_that_training_takes(spec: ModelSpec, tmp_path: Path) -> None:
    name = spec.pipelines.training.parameters["Estimator"]
    (script,) = here_document(f"cat > pipeline_defs/steps/{name}.py")
    (tmp_path / f"{name}.py").write_text(script)
    fit: Any = runpy.run_path(str(tmp_path / f"{name}.py"))["fit"]
    features, target = load_wine(return_X_y=True)
    forest = fit(features[::2], target[::2].astype(str), spec.pipelines.training.parameters["ProblemType"])
    assert forest.score(features[1::2], target[1::2].astype(str)) > 0.9
    assert forest.predict_proba(features[:1]).shape == (1, 3)


def test_its_metric_is_one_of_its_problem_type(spec: ModelSpec) -> None:
    assert spec.policy.metric.name in METRICS[spec.pipelines.training.parameters["ProblemType"]]


def test_every_command_is_there_with_its_options() -> None:
    commands: Any = typer.main.get_command(app)
    lines = [line.split() for block in BLOCKS for line in block.splitlines() if line.startswith(".venv/bin/pointsman ")]
    assert len(lines) >= 5
    for _, name, *words in lines:
        command = commands.commands[name]
        if words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words[0]]
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options
