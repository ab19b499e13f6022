"""What `prepare` leaves of an artefact still makes every client that the functions ask for, and every call."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore.loaders import Loader
from botocore.session import Session

from pointsman import artefact

DATA = Path(botocore.__file__).parent / "data"
# One that nobody calls, and one whose model lies in two versions.
BROUGHT = ("sagemaker", "s3", "dynamodb", "sqs", "xray")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """As SAM leaves it: one artefact for each of two functions, of the same code."""
    code = tmp_path / "functions"
    code.mkdir()
    (code / "room.py").write_text(
        'a = client("s3").get_object(Key="k")\nb = client("dynamodb").get_paginator("query")\n'
        'c = client("sagemaker")\ncall(c.describe_endpoint, EndpointName="e")\n'
    )
    built = tmp_path / ".aws-sam"
    for name in ("OnTick", "OnRecord"):
        shutil.copytree(code, built / "build" / name)
        data = built / "build" / name / "botocore" / "data"
        for service in BROUGHT:
            shutil.copytree(DATA / service, data / service)
        shutil.copy(DATA / "endpoints.json", data)
        for general in ("partitions.json", "_retry.json", "sdk-default-configuration.json"):
            shutil.copy(DATA / general, data)
    functions = "".join(f"  {name}:\n    Properties:\n      CodeUri: {name}\n" for name in ("OnTick", "OnRecord"))
    (built / "build" / "template.yaml").write_text(f"Resources:\n{functions}")
    definition = f'[function_build_definitions.x]\ncodeuri = "{code}"\nfunctions = ["OnTick", "OnRecord"]\n'
    (built / "build.toml").write_text(definition)
    return built


def test_what_is_called_can_still_be_called_and_nothing_else(built: Path) -> None:
    artefact.prepare(built)
    data = built / "build" / "OnTick" / "botocore" / "data"
    assert {path.name for path in data.iterdir() if path.is_dir()} == {"dynamodb", "s3", "sagemaker", "xray"}
    session = Session()
    session.register_component("data_loader", Loader([str(data)], include_default_search_paths=False))
    session.set_credentials("a", "b")
    clients: dict[str, Any] = {
        name: session.create_client(name, region_name="eu-west-1") for name in ("dynamodb", "s3", "sagemaker")
    }
    assert {name: list(client.meta.method_to_api_mapping) for name, client in clients.items()} == {
        "dynamodb": ["query"],
        "s3": ["get_object"],
        "sagemaker": ["describe_endpoint"],
    }
    whole = Session().get_service_model("sagemaker").operation_model("DescribeEndpoint")
    cut = clients["sagemaker"].meta.service_model.operation_model("DescribeEndpoint")
    assert shape_names(cut.output_shape) == shape_names(whole.output_shape)
    assert clients["sagemaker"].meta.endpoint_url == "https://api.sagemaker.eu-west-1.amazonaws.com"
    address = clients["s3"].generate_presigned_url("get_object", {"Bucket": "bucket", "Key": "k"})
    assert address.startswith("https://bucket.s3.eu-west-1.amazonaws.com/k?")


def test_all_functions_are_deployed_from_what_was_prepared(built: Path) -> None:
    artefact.prepare(built)
    template = (built / "build" / "template.yaml").read_text()
    assert re.findall("CodeUri: (.+)", template) == ["OnTick", "OnTick"]
    assert artefact.folder_of("OnRecord", built) == built / "build" / "OnTick"
    assert artefact.folder_of("OnFire", built) is None


def shape_names(shape: object, seen: frozenset[str] = frozenset()) -> dict[str, object]:
    members = getattr(shape, "members", {})
    return {name: shape_names(member, seen | {name}) for name, member in members.items() if name not in seen}


def test_bytecode_is_used_whatever_the_times_of_the_files_have_become(built: Path) -> None:
    artefact.prepare(built)
    room = built / "build" / "OnTick" / "room.py"
    room.write_text("raise SystemExit('compiled anew')\n")
    ran = subprocess.run(
        [
            sys.executable,
            "-c",
            "import importlib.util as u; print(u.find_spec('room').loader.get_code('room').co_names)",
        ],
        cwd=room.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "client" in ran.stdout


def test_an_artefact_is_the_same_wherever_it_was_built(built: Path, tmp_path: Path) -> None:
    """So that a deployment of what hasn't changed changes nothing."""
    elsewhere = shutil.copytree(built, tmp_path / "elsewhere" / ".aws-sam")
    artefact.prepare(built)
    artefact.prepare(elsewhere)
    first, second = (
        {path.relative_to(root): path.read_bytes() for path in (root / "build").rglob("*") if path.is_file()}
        for root in (built, elsewhere)
    )
    assert first == second
