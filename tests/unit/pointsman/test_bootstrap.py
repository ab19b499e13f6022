"""`bootstrap.py` with programs that only say they were uv."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "bootstrap.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "TOOLS", tmp_path / ".tools")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return module


def make_program(path: Path, script: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_a_uv_on_the_path_is_used(bootstrap: ModuleType, tmp_path: Path) -> None:
    on_path = make_program(tmp_path / "bin" / "uv", "echo 'uv 0.20.1 (abcdef 2026-01-01)'")
    assert bootstrap.suitable_uv() == on_path


@pytest.mark.parametrize("script", ["echo uv 0.9.30", "echo something else", "exit 1"])
def test_else_the_one_that_was_fetched_before(bootstrap: ModuleType, tmp_path: Path, script: str) -> None:
    make_program(tmp_path / "bin" / "uv", script)
    fetched = make_program(tmp_path / ".tools" / "uv" / "uv", "echo uv 0.13.8")
    assert bootstrap.suitable_uv() == fetched


def test_else_none(bootstrap: ModuleType, tmp_path: Path) -> None:
    (tmp_path / ".tools" / "uv").mkdir(parents=True)
    (tmp_path / ".tools" / "uv" / "uv").write_bytes(b"\x7fELF of another machine")
    (tmp_path / ".tools" / "uv" / "uv").chmod(0o755)
    make_program(tmp_path / "bin" / "uv", "echo uv 0.12.99")
    assert bootstrap.suitable_uv() is None


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exit 2", "there is no CPython 3.13 here and uv could not fetch one; install Python 3.13"),
        ('test "$1" = python', "`uv sync` failed, as said above"),
    ],
)
def test_a_failure_ends_with_one_line(bootstrap: ModuleType, tmp_path: Path, script: str, said: str) -> None:
    uv = make_program(tmp_path / "bin" / "uv", script)
    with pytest.raises(SystemExit) as ended:
        bootstrap.run(uv, "sync", environment=tmp_path / ".venv")
    assert said in str(ended.value)
    assert "\n" not in str(ended.value)


def test_it_runs_on_old_pythons(bootstrap: ModuleType) -> None:
    """As far as syntax goes, which is what no error message could explain."""
    script = "import ast, sys; ast.parse(open(sys.argv[1]).read(), feature_version=(3, 6))"
    assert subprocess.run([sys.executable, "-c", script, str(bootstrap.__file__)], check=False).returncode == 0
