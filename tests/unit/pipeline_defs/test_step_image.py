"""The image's folder against uv.lock, by which the same scripts run here. No image is built: that takes Docker."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipeline_defs import step_image
from pipeline_defs.step_code import STEPS
from pipeline_defs.step_image import FOLDER, image_tag, image_uri

ROOT = Path(__file__).parents[3]
DISTRIBUTIONS = {"sklearn": "scikit-learn"}


@pytest.fixture(scope="module")
def locked() -> dict[str, dict[str, Any]]:
    """uv.lock's packages by name."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    return {package["name"]: package for package in lock["package"]}


def group(locked: dict[str, dict[str, Any]], name: str) -> set[str]:
    """A dependency group of the project, and all that it depends on."""
    found: set[str] = set()
    waiting = [item["name"] for item in locked["pointsman"]["dev-dependencies"][name]]
    while waiting:
        package = waiting.pop()
        if package not in found:
            found.add(package)
            waiting += [item["name"] for item in locked[package].get("dependencies", [])]
    return found


def pins() -> dict[str, tuple[str, set[str]]]:
    """Version and hashes of each requirement."""
    text = re.sub(r"\\\n|^ *#.*$", "", (FOLDER / "requirements.txt").read_text(), flags=re.MULTILINE)
    found = {}
    for requirement in filter(str.strip, text.splitlines()):
        name, _, rest = requirement.partition("==")
        version, *hashes = rest.split()
        found[name] = (version, {item.removeprefix("--hash=") for item in hashes})
    return found


def test_the_image_has_what_the_lock_has_for_steps_and_nothing_else(locked: dict[str, dict[str, Any]]) -> None:
    found = pins()
    assert set(found) == group(locked, "steps")
    for name, (version, hashes) in found.items():
        package = locked[name]
        known = {file["hash"] for file in [*package["wheels"], package.get("sdist")] if file}
        assert version == package["version"]
        assert hashes
        assert hashes <= known


def test_the_scripts_import_nothing_that_the_image_lacks() -> None:
    ours = {path.stem for path in STEPS.glob("*.py")}
    imported = {
        name
        for path in STEPS.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    others = {name.partition(".")[0] for name in imported} - ours - sys.stdlib_module_names
    assert {DISTRIBUTIONS.get(name, name) for name in others} <= set(pins())


def test_the_python_is_exact_and_the_projects_own() -> None:
    (base,) = re.findall(r"^FROM (\S+)$", (FOLDER / "Dockerfile").read_text(), flags=re.MULTILINE)
    exact = re.fullmatch(r"[\w./-]+/python:(\d+\.\d+)\.\d+-slim-\w+(@sha256:[0-9a-f]{64})?", base)
    assert exact
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == f"=={exact[1]}.*"


def test_what_is_installed_is_checked_by_its_hash_and_never_built() -> None:
    (install,) = re.findall(r"^RUN (.*)$", (FOLDER / "Dockerfile").read_text(), flags=re.MULTILINE)
    assert {"--require-hashes", "--only-binary=:all:"} <= set(install.split())


def test_what_is_copied_is_there() -> None:
    copied = re.findall(r"^COPY (?:--\S+ )*(\S+) \S+$", (FOLDER / "Dockerfile").read_text(), flags=re.MULTILINE)
    assert {*copied, "Dockerfile"} == {path.name for path in FOLDER.iterdir()}


def test_serving_runs_the_script_that_the_model_brings(tmp_path: Path) -> None:
    (tmp_path / "answer.py").write_text("import sys\nprint('served', *sys.argv[1:])\n")
    asked = {"SAGEMAKER_PROGRAM": "answer.py", "SAGEMAKER_SUBMIT_DIRECTORY": str(tmp_path)}
    command = ["sh", str(FOLDER / "serve"), "serve"]
    done = subprocess.run(command, env={**os.environ, **asked}, capture_output=True, text=True, check=True)
    assert done.stdout == "served serve\n"


def test_the_tag_follows_the_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_image, "FOLDER", tmp_path)
    (tmp_path / "Dockerfile").write_text("FROM a")
    first = image_tag()
    assert image_uri("registry/steps") == f"registry/steps:{first}"
    assert re.fullmatch("[0-9a-f]{16}", first)
    (tmp_path / "Dockerfile").write_text("FROM b")
    assert image_tag() != first
