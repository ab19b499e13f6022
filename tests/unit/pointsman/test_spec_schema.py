"""Editors are told what `pointsman apply` will say: the schema accepts what ModelSpec accepts, and nothing else."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from pydantic import ValidationError
from typer.testing import CliRunner

from control_plane.models import ModelSpec
from pointsman.checkout import project_root
from pointsman.cli import app
from pointsman.spec_schema import document
from tests.samples import spec_document

MODELS = project_root() / "pipeline_defs" / "models"
FILE = MODELS / "model.schema.json"
SCHEMA: dict[str, Any] = json.loads(document())
EVALUATION = {"prefix": "churn/evaluation/"}
METRIC = {"name": "auc", "direction": "maximize", "bar": 0.8}


def editor_accepts(spec: object) -> bool:
    return bool(Draft7Validator(SCHEMA).is_valid(spec))


def apply_accepts(spec: object) -> bool:
    try:
        ModelSpec.model_validate(spec)
    except ValidationError:
        return False
    return True


def test_the_file_is_what_the_type_says() -> None:
    assert FILE.read_text() == document(), "ModelSpec has changed; `make schema` writes the file anew"


def test_one_command_writes_the_file(tmp_path: Path) -> None:
    written = tmp_path / "schema.json"
    assert CliRunner().invoke(app, ["schema", "--output", str(written)]).exit_code == 0
    assert written.read_text() == document() == CliRunner().invoke(app, ["schema"]).output


def test_the_schema_is_one() -> None:
    Draft7Validator.check_schema(SCHEMA)


def fields(part: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    for name, definition in part.get("$defs", {}).items():
        yield from fields(definition, name)
    for name, field in part.get("properties", {}).items():
        yield f"{path}.{name}", field


@pytest.mark.parametrize(("name", "field"), [*fields(SCHEMA)])
def test_every_field_says_what_it_is(name: str, field: Any) -> None:
    assert field.get("description"), name


@pytest.mark.parametrize("path", sorted(MODELS.glob("*.yaml")), ids=lambda path: path.name)
def test_our_own_models_are_edited_by_it(path: Any) -> None:
    text = path.read_text()
    assert text.startswith(f"# yaml-language-server: $schema={FILE.name}\n")
    assert editor_accepts(yaml.safe_load(text))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("data.training.close", {"quiet": text, "at_most": "3650d"}) for text in ("90s", "5m", "26h", "7d")),
        ("data.training.close", {"manifest": None}),
        *(("data.training.prefix", folder) for folder in ("a/", "a/b c+d/", "dt=2026-11-21/é/")),
        ("data.evaluation", None),
        ("pipelines.evaluation", {"name": "pointsman-evaluation"}),
        ("pipelines.training.parameters", {"Target": "left", "a-b_c": ""}),
        *(("policy.metric.bar", bar) for bar in (62, 0.8, -1)),
        ("policy.on_drift", {"bias": "nothing", "severe_share": 1}),
        ("policy.cooldown", {"training": "12h", "evaluation": None}),
        ("policy.budget.runs_per_day", 4),
        ("policy.freeze", [{"since": "Fri 16:00", "until": "Mon 6:00"}]),
        ("policy.same_data", "9999d"),
    ],
)
def test_what_both_accept(name: str, value: object) -> None:
    spec = spec_document(changes={name: value})
    assert (editor_accepts(spec), apply_accepts(spec)) == (True, True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("model", text) for text in ("-churn", "churn_eu", "c" * 64, "", 5, None)),
        *(("data.bucket", text) for text in ("Landing", "l", "l" * 64)),
        *(("data.training.prefix", text) for text in ("churn", "/churn/", "churn//a/", "/", "", "s3://landing/", 5)),
        *(
            ("data.training.close", {"quiet": text})
            for text in ("5", 5, "", "m", "5 m", "5min", "-5m", "0m", "05m", "1h30m", "5M", "1.5h", None, "10000d")
        ),
        ("data.training.close", {"manifest": ""}),
        ("data.training.close", {"quite": "5m"}),
        ("data.training", None),
        ("data.evaluation", EVALUATION),
        ("data.exclude", "*.tmp"),
        ("pipelines.training.name", "pointsman_training"),
        *(("pipelines.training.parameters", {name: "x"}) for name in ("a b", "", "p" * 257, "${DataBucket}")),
        ("pipelines.training.parameters", {"Epochs": 3}),
        ("policy", {"metrik": METRIC}),
        *(("policy.metric.bar", bar) for bar in ("62", True, None)),
        ("policy.metric.direction", "up"),
        *(("policy.on_drift.severe_share", share) for share in (0, 1.1, "0.5", False)),
        *(("policy.budget.runs_per_day", runs) for runs in (0, 101, "4", True, 2.5)),
        *(
            ("policy.freeze", [{"since": text, "until": "Mon 06:00"}])
            for text in ("Friday 16:00", "fri 16:00", "Fri", "Fri 24:00", "Fri 16:60", "Fri 16:0", "Fri 016:00", 5)
        ),
        ("policy.freeze", [{"since": "Fri 16:00"}]),
        ("owner", "me"),
    ],
)
def test_what_both_refuse(name: str, value: object) -> None:
    spec = spec_document(changes={name: value})
    assert (editor_accepts(spec), apply_accepts(spec)) == (False, False)


def test_data_to_judge_on_needs_a_pipeline_for_both() -> None:
    spec = spec_document(changes={"data.evaluation": EVALUATION, "pipelines.evaluation": {"name": "e"}})
    assert (editor_accepts(spec), apply_accepts(spec)) == (True, True)


def test_a_file_may_name_outputs_of_the_stack_where_apply_will_see_their_values() -> None:
    assert editor_accepts(spec_document(changes={"data.bucket": "${DataBucket}"}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("data.training.close", {"quiet": "2h", "at_most": "1h"}),
        ("data.exclude", ["*/_SUCCESS"]),
        ("policy.freeze", [{"since": "Mon 06:00", "until": "Mon 06:00"}]),
    ],
)
def test_what_values_must_be_to_each_other_only_apply_can_say(name: str, value: object) -> None:
    spec = spec_document(changes={name: value})
    assert (editor_accepts(spec), apply_accepts(spec)) == (True, False)
