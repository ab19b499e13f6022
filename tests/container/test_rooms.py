"""Every room with a sample event."""

import json
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from typer.testing import CliRunner

from control_plane.adapters.dynamodb.items import decision_item
from pointsman.cli import app
from pointsman.errors import RoomFailed
from pointsman.local import deployment
from pointsman.local.invocation import invoke
from pointsman.plan import Planner
from pointsman.rules import room_functions
from tests.local.stack import Stack
from tests.sample_events import index, sample_event
from tests.samples import skipped

# An engine, an image and a deployment may have to be made before the first.
pytestmark = pytest.mark.timeout(600)

# A region of no AWS, with credentials of nobody.
NOWHERE = {"AWS_DEFAULT_REGION": "nowhere-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
# The room's answer to samples that are about no model of this stack: its outcomes by decision, or its own words.
SAMPLES = {
    "drift_report": {"SKIPPED_NO_MODEL"},
    "endpoint_in_service": set[str](),
    "execution_succeeded": {"SKIPPED_NOT_OURS"},
    "model_package_approved": {"SKIPPED_STALE"},
    "object_created": set[str](),
    "run_requested": {"SKIPPED_NO_MODEL"},
    "scheduled": set[str](),
}


def test_every_room_has_a_sample_here() -> None:
    assert {index()[name].room for name in SAMPLES} | {"on_record"} == set(room_functions())


@pytest.mark.parametrize("name", SAMPLES)
def test_the_built_room_answers_as_planned(name: str, stack: Stack, building: FileLock) -> None:
    event = sample_event(name)
    (planned,) = Planner.of_environment(stack.environment).plan(event)
    with building:
        answer = invoke(stack.environment, index()[name].room, event)
    assert answered(answer) == SAMPLES[name]
    assert answered(answer) <= {result.outcome for result in planned.results}


def answered(answer: Any) -> set[str]:
    return {*answer.get("decisions", {}).values(), *([answer["outcome"]] if "outcome" in answer else [])}


def test_the_room_of_the_ledgers_stream_answers(stack: Stack, building: FileLock) -> None:
    item = {name: {"S": str(value)} for name, value in decision_item(skipped()).items()}
    with building:
        answer = invoke(stack.environment, "on_record", {"Records": [{"dynamodb": {"NewImage": item}}]})
    assert answer == {"told": None}


def test_what_the_room_raises_is_told(stack: Stack, building: FileLock) -> None:
    with building, pytest.raises(RoomFailed, match=r"InvalidEvent: not a request event: .*purpose"):
        invoke(stack.environment, "on_request", sample_event("run_requested") | {"detail": {"model": "churn"}})


def test_a_new_event_goes_straight_into_sam_and_without_an_aws_the_room_says_so(
    containers: None,  # noqa: ARG001
    deployed: Path,  # noqa: ARG001  the build is on disk
    building: FileLock,
) -> None:
    made = CliRunner().invoke(app, ["event", "new", "run-requested"]).stdout
    with building:
        command = ("local", "invoke", "OnRequest", "--event", "-", "--skip-pull-image")
        told = deployment.run_sam(
            *command, "--parameter-overrides", *deployment.PARAMETERS, credentials=NOWHERE, text=made
        )
    answer = json.loads(told)
    assert answer["errorType"] == "AwsUnreachable"
    assert "nowhere-1" in answer["errorMessage"]
    assert len(answer["stackTrace"]) < 6
