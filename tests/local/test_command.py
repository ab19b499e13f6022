"""The command as a person or a program calls it: what it prints, and how it ends."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pointsman.environment import project_root
from pointsman.errors import InvalidSpec, NothingDone, NotRunning, PortInUse, StateInUse, ToolMissing
from pointsman.local import process
from tests.local.instances import eventually

POINTSMAN = Path(sys.executable).with_name("pointsman")

STEPS = {"Prepare", "Baseline", "Train", "Evaluate", "Gate", "QualityBaseline", "Register"}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(POINTSMAN), *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )


def refused(code: int, *arguments: str, **environment: str) -> str:
    """The one line that it ends with."""
    done = run(*arguments, **environment)
    assert done.returncode == code, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("pointsman: ")
    return line


LAP = ("ok", "seconds", "objects", "decisions", "executions", "package")
LOOP = ("deployments", "answered", "drift", "evaluation", "retrained")


@pytest.mark.usefixtures("built")
def test_the_demo_goes_round_and_is_one_object_for_programs(tmp_path: Path) -> None:
    state = tmp_path / "demo"
    try:
        done = run("demo", "--json", "--state", str(state))
        assert done.returncode == 0, done.stderr
        account = json.loads(done.stdout)
        assert list(account) == [*LAP, *LOOP]
        first, second = account["package"]["arn"], account["retrained"]["arn"]
        assert [each["request"]["package"] for each in account["deployments"]] == [first, second]
        assert {each["outcome"] for each in account["deployments"]} == {"CHAMPION_CHANGED"}
        assert account["answered"]["1"] > 1
        assert account["answered"]["2"] == 1
        assert "data_quality drift" in account["drift"]["because"]
        assert account["evaluation"]["run"]["decision"] == account["drift"]["id"]
        assert account["evaluation"]["verdict"]["outcome"] == "STARTED"
        assert "rmse" in account["evaluation"]["verdict"]["because"]
        assert "The loop took" in done.stderr
        goes_back(state, tmp_path)
    finally:
        process.stop(state)


@pytest.mark.usefixtures("built")
def test_the_first_lap_is_one_object_for_programs(tmp_path: Path) -> None:
    state = tmp_path / "demo"
    try:
        done = run("demo", "--first-lap", "--json", "--state", str(state))
        assert done.returncode == 0, done.stderr
        account = json.loads(done.stdout)
        assert list(account) == [*LAP, *LOOP]
        assert not any(account[name] for name in LOOP)
        assert account["ok"] is True
        assert account["objects"] == 20
        assert [item["outcome"] for item in account["decisions"] if item["run"]] == ["STARTED"]
        (execution,) = account["executions"]
        assert {step["name"] for step in execution["steps"]} == STEPS
        assert account["package"]["approval_status"] == "PendingManualApproval"
        assert account["package"]["metrics"]["rmse"] < 62
        assert "The lap took" in done.stderr

        shown = run("decisions", "--state", str(state)).stdout
        assert "STARTED  diabetes" in shown
        stories = json.loads(run("decisions", "--json", "--state", str(state)).stdout)
        assert {item["id"] for item in stories} >= {item["id"] for item in account["decisions"]}
        one = run("decisions", "--limit", "1", "--json", "--state", str(state))
        assert [item["id"] for item in json.loads(one.stdout)] == [stories[0]["id"]]
        assert "there are more" in one.stderr
        started = next(item["id"] for item in stories if item["action"] == "StartTraining")
        story = json.loads(run("decisions", "show", started, "--json", "--state", str(state)).stdout)
        assert {step["name"] for step in story["execution"]["steps"]} == STEPS
        assert story["package"]["arn"] == account["package"]["arn"]
        assert {item["correlation_id"] for item in story["related"]} == {started}
        early = run("deploy", "diabetes/1", "--why", "now", "--state", str(state))
        assert early.returncode == NothingDone.exit_code
        assert "PendingManualApproval" in early.stderr
        broken = tmp_path / "broken.yaml"
        broken.write_text("model: 5\n")
        assert "broken.yaml:1: model: " in run("apply", str(broken), "--state", str(state)).stderr
        assert run("apply", str(broken), "--state", str(state)).returncode == InvalidSpec.exit_code
    finally:
        process.stop(state)


def goes_back(state: Path, folder: Path) -> None:
    """What there is to say about the version that the loop ended with, and the way back to the one before."""
    at = ("--state", str(state))
    latest = deployments(state)[0]
    story = json.loads(run("decisions", "show", latest["id"], "--json", *at).stdout)
    assert story["deployment"] == latest
    assert story["package"]["arn"].endswith("model-package/diabetes/2")
    assert {"STARTED", "CHAMPION_CHANGED"} <= {decision["outcome"] for decision in story["related"]}
    model = json.loads(run("models", "show", "diabetes", "--json", *at).stdout)
    assert (model["endpoint"]["status"], model["lacks"]) == ("InService", [])
    assert model["champion"]["config"] == model["endpoint"]["config"]
    (variant,) = model["variants"]
    assert (variant["version"], variant["weight"]) == (model["champion"]["package"], 1.0)

    for words in (("deploy", "diabetes"), ("deploy", "diabetes", "2"), ("adopt", "diabetes")):
        assert "SKIPPED_ALREADY_CHAMPION" in run(*words, "--why", "again", *at).stdout
    assert run("rollback", "diabetes", "--why", "complaints", *at).returncode == 0
    (back,) = eventually(lambda: [each for each in deployments(state) if each["outcome"] == "ROLLED_BACK"], within=60)
    assert back["request"]["package"].endswith("model-package/diabetes/1")
    spec = (project_root() / "pipeline_defs" / "models" / "diabetes.yaml").read_text()
    assert "fraud.yaml:" in refused(InvalidSpec.exit_code, "apply", str(twin(spec, "fraud", folder)), *at)


def deployments(state: Path) -> list[dict[str, Any]]:
    """The newest first."""
    found: list[dict[str, Any]] = json.loads(
        run("deployments", "--model", "diabetes", "--json", "--state", str(state)).stdout
    )
    return found


def twin(spec: str, model: str, folder: Path) -> Path:
    """Another model that claims the same endpoint."""
    text = spec.replace("diabetes/", f"{model}/").replace("model: diabetes", f"model: {model}")
    (path := folder / f"{model}.yaml").write_text(text)
    return path


def test_what_runs_nowhere_is_one_line(tmp_path: Path) -> None:
    assert "pointsman up" in refused(NotRunning.exit_code, "decisions", "--state", str(tmp_path / "none"))


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        line = refused(PortInUse.exit_code, "up", "--detach", "--port", port, "--state", str(tmp_path / "state"))
    assert port in line


def test_the_demo_leaves_alone_what_it_did_not_make(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    assert str(mine) in refused(StateInUse.exit_code, "demo", "--state", str(mine))
    assert (mine / "thesis.txt").exists()


def test_a_missing_tool_is_one_line_before_anything_is_started(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name in ("template.yaml", "samconfig.toml"):
        (checkout / name).touch()
    done = subprocess.run(
        [str(POINTSMAN), "demo", "--state", str(tmp_path / "state")],
        cwd=checkout,
        env=os.environ | {"PATH": "/nowhere"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == ToolMissing.exit_code
    assert "make setup" in done.stderr
    assert process.status(tmp_path / "state") is None
