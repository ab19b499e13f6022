"""What the SAM CLI is given, told by a program that stands in for it."""

from pathlib import Path

import pytest

from pointsman.environment import Environment
from pointsman.errors import ToolFailed
from pointsman.local import deployment


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("template.yaml", "samconfig.toml"):
        (tmp_path / name).touch()
    (tmp_path / ".aws-sam").mkdir()
    (tmp_path / ".aws-sam" / "build.toml").write_text("[function_build_definitions]\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make_sam(checkout: Path, script: str) -> None:
    sam = checkout / ".tools" / "sam" / "bin" / "sam"
    sam.parent.mkdir(parents=True)
    sam.write_text(f"#!/bin/sh\n{script}\n")
    sam.chmod(0o755)


def test_what_sam_leaves_in_its_temporary_folder_goes_with_it(checkout: Path) -> None:
    make_sam(checkout, 'mkdir "$TMPDIR/left" && echo "$TMPDIR" > told')
    deployment.build()
    told = Path((checkout / "told").read_text().strip())
    assert told.parent == checkout / ".aws-sam"
    assert [path.name for path in (checkout / ".aws-sam").iterdir()] == ["build.toml"]


def test_sam_keeps_its_settings_in_the_checkout(checkout: Path) -> None:
    make_sam(checkout, 'echo "$__SAM_CLI_APP_DIR" > told')
    deployment.build()
    assert Path((checkout / "told").read_text().strip()) == checkout / ".tools" / "sam-settings"


def test_nobodys_own_aws_settings_decide_anything(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_sam(checkout, "env > told")
    monkeypatch.setenv("AWS_PROFILE", "somebody")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "theirs")
    deployment.deploy(Environment("local", "pointsman", "us-east-1", "http://127.0.0.1:4566"))
    told = (checkout / "told").read_text().splitlines()
    assert "AWS_ENDPOINT_URL=http://127.0.0.1:4566" in told
    assert "AWS_ACCESS_KEY_ID=test" in told
    assert not [line for line in told if "somebody" in line or "theirs" in line]


def test_a_failure_carries_the_end_of_what_sam_printed(checkout: Path) -> None:
    make_sam(checkout, "seq 100; exit 3")
    with pytest.raises(ToolFailed, match="`sam build` ended with exit code 3:\n81\n"):
        deployment.build()
    assert [path.name for path in (checkout / ".aws-sam").iterdir()] == ["build.toml"]
