"""The commands about events, as a person types them, where no AWS is needed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pointsman.cli import app
from pointsman.errors import BadRequest, NotRunning, UnknownState
from tests.sample_events import FOLDER, sample_event

SERVING = str(FOLDER / "states" / "serving.yaml")
CHURN = str(FOLDER / "states" / "churn.yaml")
APPROVED = str(FOLDER / "model_package_approved.json")


def typed(*words: str, text: str | None = None) -> Result:
    return CliRunner().invoke(app, list(words), input=text)


def test_a_plan_tells_rule_room_outcome_and_calls() -> None:
    told = typed("plan", APPROVED, "--state", SERVING).stdout
    for part in (
        "model-package -> on_model_package",
        "registry.describe churn/7",
        "DEPLOYING",
        "sagemaker:UpdateEndpoint",
    ):
        assert part in told


def test_programs_get_the_same_as_json() -> None:
    (document,) = json.loads(typed("plan", APPROVED, "--state", SERVING, "--json").stdout)
    (plan,) = document["plans"]
    assert (document["id"], plan["room"]) == (sample_event("model_package_approved")["id"], "on_model_package")
    assert [result["outcome"] for result in plan["results"]] == ["DEPLOYING"]
    assert {"s3", "sagemaker", "ledger"} >= {call["service"] for call in plan["calls"]}


def test_an_event_that_no_rule_wants_is_told_so_and_why_not() -> None:
    creating = str(FOLDER / "endpoint_creating.json")
    assert "no rule of the template wants it" in typed("plan", creating, "--state", SERVING).stdout
    why = typed("plan", creating, "--why-not", "endpoint-settled", "--state", SERVING).stdout
    assert 'detail.EndpointStatus is "CREATING"' in why
    wanted = typed("plan", APPROVED, "--why-not", "model-package", "--state", SERVING).stdout
    assert wanted.strip().endswith("model-package matches")


def test_a_new_event_can_be_planned_from_standard_input() -> None:
    made = typed("event", "new", "drift-report").stdout
    assert "STARTED" in typed("plan", "-", "--state", SERVING, text=made).stdout


def test_a_new_event_can_be_written_to_a_file(tmp_path: Path) -> None:
    typed("event", "new", "run-requested", "--output", str(tmp_path / "e.json"))
    assert json.loads((tmp_path / "e.json").read_text())["detail-type"] == "Run Requested"
    assert "run_requested" in typed("event", "new").stdout
    error = typed("event", "new", "run-requested", "--output", str(tmp_path / "nowhere" / "e.json")).exception
    assert isinstance(error, BadRequest)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("now: 2026-11-21T09:00:00Z", "data_bucket: Field required"),
        ("- a list", "expected the state of a control plane"),
        ("now: [", "expected the state of a control plane"),
        ("like: nowhere.yaml", "No such file"),
        ("like: state.yaml", "it is like itself"),
        (f"like: {SERVING}\nmodels: [{{champion: none}}]", "each needs `spec`"),
        (f"like: {SERVING}\nmodels: [{{spec: {CHURN}, champion: none}}]", "champion: Input should be"),
    ],
)
def test_a_state_that_is_none_is_told(text: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "state.yaml").write_text(text)
    error = typed("plan", APPROVED, "--state", str(tmp_path / "state.yaml")).exception
    assert isinstance(error, BadRequest)
    assert why in str(error)


def test_a_replay_wants_to_be_told_which_events(tmp_path: Path) -> None:
    assert isinstance(typed("replay").exception, BadRequest)
    assert isinstance(typed("replay", "--id", "e1", "--state", str(tmp_path)).exception, NotRunning)


def test_a_room_is_invoked_where_an_embedded_aws_runs(tmp_path: Path) -> None:
    error = typed("invoke", "on_model_package", APPROVED, "--state", str(tmp_path)).exception
    assert isinstance(error, NotRunning)
    assert "pointsman up" in str(error)


def test_what_a_state_does_not_tell_is_said() -> None:
    from pointsman.rehearsal.recording import Clients

    with pytest.raises(UnknownState, match="sagemaker:DescribeModel "):
        Clients().of("sagemaker").describe_model(ModelName="m")
