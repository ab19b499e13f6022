"""Names and the words of a job's command."""

import re
import sys
from pathlib import Path

import pytest

from pointsman.local.sagemaker import container, job_cell_probe, naming
from pointsman.local.sagemaker.errors import JobFailedError
from pointsman.local.sagemaker.job_folder import JobFolder
from pointsman.local.sagemaker.s3_transfer import _below

JOB_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")


@pytest.mark.parametrize("step", ["Train", "a_b-c_", "_", "-" * 64, "x" * 64, "Very_long-" * 6])
def test_job_names_are_legal_whatever_the_steps_name(step: str) -> None:
    name = naming.new_job_name("abcdefghijkl", step)
    assert JOB_NAME.fullmatch(name)
    assert re.search(r"-[a-z0-9]{10}$", name)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("churn", "churn"),
        ("arn:aws:sagemaker:us-east-1:000000000000:pipeline/churn", "churn"),
        ("arn:aws:sagemaker:us-east-1:000000000000:model-package/churn/3", "churn/3"),
    ],
)
def test_resource_names(given: str, name: str) -> None:
    assert naming.resource_name(given) == name


@pytest.mark.parametrize(
    ("word", "mapped"),
    [
        ("/opt/ml/code/train.py", "ROOT/opt/ml/code/train.py"),
        ("/opt/ml", "ROOT/opt/ml"),
        ("--out=/opt/ml/model", "--out=ROOT/opt/ml/model"),
        ("cat /opt/ml/a > '/opt/ml/b'", "cat ROOT/opt/ml/a > 'ROOT/opt/ml/b'"),
        ("/opt/mlx", "/opt/mlx"),
        ("s3://bucket/opt/ml/x", "s3://bucket/opt/ml/x"),
        ("/srv/opt/ml/x", "/srv/opt/ml/x"),
    ],
)
def test_container_paths_are_mapped_and_others_left(tmp_path: Path, word: str, mapped: str) -> None:
    assert JobFolder(tmp_path).mapped(word) == mapped.replace("ROOT", str(tmp_path))


def test_the_environment_is_the_jobs_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OURS", "x")
    monkeypatch.setattr(job_cell_probe, "refusal", lambda: "not here")
    surroundings = container.Surroundings("http://127.0.0.1:1", "eu-west-1")
    launch = container.plan(JobFolder(tmp_path), ["python3", "/opt/ml/a.py"], {"IN": "/opt/ml/input"}, surroundings)
    assert launch.command == (sys.executable, f"{tmp_path}/opt/ml/a.py")
    assert launch.environment["IN"] == f"{tmp_path}/opt/ml/input"
    assert launch.environment["AWS_REGION"] == "eu-west-1"
    assert "OURS" not in launch.environment


def test_in_a_file_system_of_its_own_nothing_is_mapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OURS", "x")
    monkeypatch.setattr(job_cell_probe, "refusal", lambda: None)
    surroundings = container.Surroundings("http://127.0.0.1:1", "eu-west-1", shared=(Path("/data"),))
    launch = container.plan(JobFolder(tmp_path), ["python3", "/opt/ml/a.py"], {"IN": "/opt/ml/input"}, surroundings)
    assert launch.command == (sys.executable, "/opt/ml/a.py")
    assert launch.environment["IN"] == "/opt/ml/input"
    assert launch.cell[:2] == (str(tmp_path), "/data")
    assert launch.directory == "/"
    assert "OURS" not in launch.environment


@pytest.mark.parametrize("path", ["relative", "/opt/ml/../../etc"])
def test_a_path_stays_in_the_container(tmp_path: Path, path: str) -> None:
    with pytest.raises(JobFailedError):
        JobFolder(tmp_path).container(path)


@pytest.mark.parametrize(
    ("prefix", "key", "place"),
    [
        ("data/", "data/a/b.csv", "a/b.csv"),
        ("data", "data/a/b.csv", "a/b.csv"),
        ("data/a.csv", "data/a.csv", "a.csv"),
        ("data/a", "data/abc.csv", "abc.csv"),
        ("", "data/a.csv", "data/a.csv"),
    ],
)
def test_keys_lie_below_their_prefix(prefix: str, key: str, place: str) -> None:
    assert _below(prefix, key) == place


def test_the_end_of_a_log_is_whole_lines(tmp_path: Path) -> None:
    folder = JobFolder.fresh(tmp_path / "job")
    folder.log.write_text("first line\nsecond line\nthird line\n")
    assert folder.end_of_log(25) == "second line\nthird line"
    assert folder.end_of_log(5) == " line"
    folder.log.write_text("")
    assert folder.end_of_log(25) == ""
