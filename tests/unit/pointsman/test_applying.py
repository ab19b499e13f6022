"""What is applied, and what must be so before: over a ledger in memory and a clone of its own."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
import typer
from botocore.exceptions import ClientError, NoCredentialsError
from botocore.stub import Stubber

from control_plane.models import ModelSpec
from pipeline_defs.step_image import image_uri
from pointsman import apply as applying
from pointsman import checkout, cli
from pointsman.approval import must_be_committed, must_be_wanted
from pointsman.change_list import change_list
from pointsman.differences import differences
from pointsman.environment import LOCAL
from pointsman.errors import AwsError, BadRequest, NotCommitted, NotCompilable, NothingDone
from pointsman.upserts import Change, Planned, look_for_image, plan_model
from tests.fakes import FakeHistory, FakeLedger
from tests.samples import MORNING, model_spec

FILE = Path("churn.yaml")


@pytest.fixture
def environment() -> Any:
    ledger = FakeLedger()
    ledger.apply(model_spec(), MORNING)
    return SimpleNamespace(
        name="dev", stack="pointsman-dev", region="eu-west-1", ledger=ledger, history=FakeHistory(ledger)
    )


def changed(**changes: Any) -> ModelSpec:
    return model_spec(changes=changes)


def told(planned: Planned) -> tuple[str, list[str]]:
    return planned.change.what, [str(field) for field in planned.change.fields]


def test_of_a_model_each_field_that_differs_is_told_as_its_file_has_it(environment: Any) -> None:
    assert told(plan_model(environment, FILE, model_spec())) == ("unchanged", [])
    assert told(plan_model(environment, FILE, model_spec("other"))) == ("create", [])
    larger = changed(**{"policy.budget": {"cost_per_month": 5}, "policy.metric.bar": 0.9})
    planned = plan_model(environment, FILE, larger)
    assert told(planned) == (
        "update",
        ["~ policy.metric.bar  0.8 → 0.9", "~ policy.budget.cost_per_month  null → 5.0"],
    )
    planned.carry_out()
    assert told(plan_model(environment, FILE, larger)) == ("unchanged", [])


def test_models_of_no_file_are_left_alone(environment: Any) -> None:
    assert applying._others(environment, {FILE: model_spec("other")}) == ["churn"]
    assert applying._others(environment, {FILE: model_spec()}) == []


def test_only_what_differs_is_carried_out() -> None:
    done: list[str] = []
    things = [("a", "create"), ("b", "unchanged"), ("c", "update"), ("d", "left alone")]
    planned = [Planned(Change("model", name, what), lambda name=name: done.append(name)) for name, what in things]  # type: ignore[misc,arg-type]
    plan = applying.Plan(tuple(planned))
    assert not plan.is_empty
    plan.carry_out()
    assert done == ["a", "c"]
    assert applying.Plan((planned[1], planned[3])).is_empty


def test_people_see_a_line_for_each_thing_and_each_field() -> None:
    fields = tuple(differences({"policy": {"approval": "manual"}}, {"policy": {"approval": "automatic"}}))
    changes = [
        Change("pipeline", "training", "unchanged"),
        Change("model", "churn", "update", fields),
        Change("model", "old", "left alone", note="it is in no file"),
    ]
    assert change_list(changes).plain.splitlines() == [
        "unchanged  pipeline training",
        "update     model churn",
        '    ~ policy.approval  "manual" → "automatic"',
        "left alone model old  it is in no file",
    ]
    assert changes[1].as_document() == {
        "kind": "model",
        "name": "churn",
        "what": "update",
        "fields": [{"field": "policy.approval", "old": "manual", "new": "automatic"}],
    }


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a committed pipeline and model."""
    root = tmp_path / "clone"
    (root / "pipeline_defs" / "models").mkdir(parents=True)
    for name in (
        "template.yaml",
        "samconfig.toml",
        "README.md",
        "pipeline_defs/training.py",
        "pipeline_defs/models/churn.yaml",
    ):
        (root / name).write_text("1\n")
    monkeypatch.chdir(root)
    git("init", "-q")
    commit("first")
    return root


def git(*words: str) -> str:
    who = ("-c", "user.name=ada", "-c", "user.email=ada@example.com")
    return subprocess.run(["git", *who, *words], check=True, capture_output=True, text=True).stdout.strip()


def commit(what: str) -> str:
    git("add", "-A")
    git("commit", "-q", "-m", what)
    return git("rev-parse", "HEAD")


def where(name: str) -> Any:
    return SimpleNamespace(name=name, stack=f"pointsman-{name}", region="eu-west-1")


def test_a_commit_that_changed_nothing_of_a_folder_is_not_its_last_change(clone: Path) -> None:
    first = git("rev-parse", "HEAD")
    (clone / "README.md").write_text("2\n")
    assert commit("second") != first
    assert checkout.last_change("pipeline_defs") == first
    (clone / "pipeline_defs" / "training.py").write_text("2\n")
    assert checkout.last_change("pipeline_defs") == f"{first}-dirty"
    assert commit("third") == checkout.last_change("pipeline_defs")


def test_the_commit_of_what_is_no_clone_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("template.yaml", "samconfig.toml"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    assert checkout.last_change("pipeline_defs") == "unknown"
    with pytest.raises(NotCommitted, match="not a git repository"):
        must_be_committed(where("dev"), [], allow_dirty=False)


@pytest.mark.parametrize(
    ("environment", "allow_dirty", "refused"),
    [("local", False, False), ("dev", False, True), ("dev", True, False), ("prod", False, True), ("prod", True, True)],
)
def test_what_no_commit_holds_is_applied_where_that_does_no_harm(
    clone: Path, environment: str, *, allow_dirty: bool, refused: bool
) -> None:
    files = [clone / "pipeline_defs" / "models" / "churn.yaml"]
    (clone / "README.md").write_text("nobody applies this\n")
    must_be_committed(where(environment), files, allow_dirty=allow_dirty)
    (clone / "pipeline_defs" / "training.py").write_text("2\n")
    (clone / "pipeline_defs" / "models" / "new.yaml").write_text("1\n")
    if not refused:
        must_be_committed(where(environment), files, allow_dirty=allow_dirty)
        return
    with pytest.raises(NotCommitted) as error:
        must_be_committed(where(environment), files, allow_dirty=allow_dirty)
    told, *listed = str(error.value).splitlines()
    assert told.startswith(f"nothing applied to {environment}: no commit holds these files; commit them first")
    assert ("--allow-dirty" in told) == (environment != "prod")
    assert listed == ["   M pipeline_defs/training.py", "  ?? pipeline_defs/models/new.yaml"]


def test_a_spec_from_elsewhere_is_in_no_commit(clone: Path) -> None:
    with pytest.raises(NotCommitted, match=f"churn.yaml, which lies outside of {clone}"):
        must_be_committed(where("prod"), [clone.parent / "churn.yaml"], allow_dirty=False)


@pytest.mark.parametrize("answer", [True, False])
def test_a_person_is_asked_on_an_account(monkeypatch: pytest.MonkeyPatch, *, answer: bool) -> None:
    asked: list[str] = []

    def confirm(question: str, **_: Any) -> bool:
        asked.append(question)
        return answer

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(typer, "confirm", confirm)
    if answer:
        must_be_wanted(where("prod"), yes=False)
    else:
        with pytest.raises(NothingDone, match="nothing applied to prod"):
            must_be_wanted(where("prod"), yes=False)
    assert asked == ["Apply that to prod, stack pointsman-prod in eu-west-1?"]


def test_nobody_is_asked_who_has_said_yes_or_tries_it_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    must_be_wanted(where("prod"), yes=True)
    must_be_wanted(where("local"), yes=False)
    with pytest.raises(BadRequest, match="there is no terminal to ask on; say --yes"):
        must_be_wanted(where("prod"), yes=False)


def test_what_no_pipeline_can_be_compiled_for_is_told_before_anything_is_compared(
    environment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment.outputs = {"ArtifactBucket": "artifacts", "JobRoleArn": "arn", "StepsRepository": "steps"}
    environment.outputs["TrainOnSpotSeconds"] = "3600"
    environment.output = environment.outputs.__getitem__
    monkeypatch.setattr(applying, "load_specs", lambda *_: {})
    with pytest.raises(NotCompilable, match=r"for dev: .*TrainOnSpotSeconds \(1:00:00\), is shorter than"):
        applying.plan(environment, [])


def test_an_error_of_aws_that_nobody_understood_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise NoCredentialsError

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == AwsError.exit_code
    assert capsys.readouterr().err == "pointsman: AWS: Unable to locate credentials\n"


REPOSITORY = {"registryId": "111122223333", "repositoryName": "dev/steps", "imageIds": [{"imageTag": "c0ffee"}]}
URI = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/dev/steps:c0ffee"


@pytest.fixture
def ecr(environment: Any) -> Iterator[Stubber]:
    client = boto3.client("ecr", region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test")
    environment.client = {"ecr": client}.__getitem__
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def test_an_image_that_was_pushed_is_there(environment: Any, ecr: Stubber) -> None:
    ecr.add_response("describe_images", {"imageDetails": []}, REPOSITORY)
    assert look_for_image(environment, URI).change == Change("image", URI, "unchanged")


@pytest.mark.parametrize("code", ["ImageNotFoundException", "RepositoryNotFoundException"])
def test_an_image_that_was_not_pushed_is_missing_and_nothing_here_pushes_it(
    environment: Any, ecr: Stubber, code: str
) -> None:
    ecr.add_client_error("describe_images", code, expected_params=REPOSITORY)
    planned = look_for_image(environment, URI)
    assert (planned.change.what, planned.change.is_one) == ("missing", False)
    assert planned.change.as_document()["note"].startswith("`make image ENV=dev` builds and pushes it")


def test_whether_an_image_is_there_is_not_guessed(environment: Any, ecr: Stubber) -> None:
    ecr.add_client_error("describe_images", "AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        look_for_image(environment, URI)


@pytest.mark.parametrize(("name", "looks"), [("dev", True), (LOCAL, False)])
def test_the_image_is_looked_for_on_accounts_alone(
    environment: Any, monkeypatch: pytest.MonkeyPatch, name: str, *, looks: bool
) -> None:
    environment.name = name
    outputs = {"ArtifactBucket": "artifacts", "JobRoleArn": "arn", "TrainOnSpotSeconds": "0", "StepsRepository": "r/s"}
    environment.outputs, environment.output = outputs, outputs.__getitem__
    nothing = Planned(Change("step code", "code", "unchanged"))
    monkeypatch.setattr(applying, "load_specs", lambda *_: {})
    monkeypatch.setattr(applying, "compile_pipelines", lambda _: {})
    monkeypatch.setattr(applying, "plan_code", lambda *_: nothing)
    monkeypatch.setattr(applying, "look_for_image", lambda _, uri: Planned(Change("image", uri, "missing")))
    image = [Change("image", image_uri("r/s"), "missing")] if looks else []
    plan = applying.plan(environment, [])
    assert plan.changes == [*image, nothing.change]
    assert plan.is_empty
