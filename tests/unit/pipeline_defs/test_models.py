"""The model specs against the pipelines that they name."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from control_plane.models import ModelSpec
from control_plane.requests import training_request
from pipeline_defs.sample_data import diabetes_objects
from tests.samples import package

FOLDER = Path(__file__).parents[3] / "pipeline_defs/models"


def spec(path: Path) -> ModelSpec:
    return ModelSpec.model_validate(yaml.safe_load(path.read_text().replace("${DataBucket}", "data-bucket")))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_control_plane_gives_every_required_parameter_and_no_unknown_one(
    path: Path, training: dict[str, Any]
) -> None:
    known = {"manifest_uri": "s3://artefacts/m.json", "fingerprint": "f", "decision": "d"}
    request = training_request(spec(path), **known, champion=package())
    assert request.pipeline == "pointsman-training"
    declared = {item["Name"]: item for item in training["Parameters"]}
    assert {name for name, item in declared.items() if "DefaultValue" not in item} <= set(request.parameters)
    assert set(request.parameters) <= set(declared)
    for name, value in request.parameters.items():
        assert value in declared[name].get("EnumValues", [value])


def test_diabetes_names_the_columns_of_its_data() -> None:
    parameters = spec(FOLDER / "diabetes.yaml").pipelines.training.parameters
    header = next(iter(diabetes_objects().values())).decode().split("\n")[0]
    assert f"{parameters['Features']},{parameters['Target']}" == header
