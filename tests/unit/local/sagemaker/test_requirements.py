"""Which lines of a requirements.txt the environment meets."""

from importlib.metadata import version
from pathlib import Path

import pytest

from pointsman.local.sagemaker.requirements import refusal

BOTO3 = version("boto3")


def refused(folder: Path, text: str) -> str | None:
    (folder / "requirements.txt").write_text(text)
    return refusal(folder)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n\n",
        "boto3",
        "Boto3>=1  # for the data",
        f"boto3=={BOTO3} \\\n    --hash=sha256:{'0' * 64}",
        "--index-url https://example.com/simple\nboto3[crt]>=1",
        "no-such-thing==1; python_version < '3'",
        "-r requirements.txt\nboto3",
    ],
)
def test_what_is_here_needs_nothing(tmp_path: Path, text: str) -> None:
    assert refused(tmp_path, text) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("boto3\nno-such-thing>=2 # x", "no-such-thing>=2 (not here)."),
        ("boto3==0.1", f"boto3==0.1 (here is {BOTO3})."),
        ("git+https://example.com/a.git", "git+https://example.com/a.git (only names with versions"),
        ("-r more.txt", "more.txt (no such file)"),
        ("no-such-thing\nboto3<1", f"no-such-thing (not here); boto3<1 (here is {BOTO3})."),
    ],
)
def test_what_is_not_here_is_named(tmp_path: Path, text: str, said: str) -> None:
    found = refused(tmp_path, text)
    assert found is not None
    assert said in found
    assert "add it to the environment" in found


def test_included_files_count(tmp_path: Path) -> None:
    (tmp_path / "more.txt").write_text("no-such-thing")
    assert "no-such-thing (not here)" in (refused(tmp_path, "--requirement more.txt") or "")


def test_none_asks_for_nothing(tmp_path: Path) -> None:
    assert refusal(tmp_path) is None
