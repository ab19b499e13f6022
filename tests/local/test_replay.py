"""Events that arrived are on record, go round again without effect, and come back from the dead letters."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pointsman.cli import app
from pointsman.errors import NotFound, RoomFailed
from pointsman.recorded import Choice
from tests.local.conftest import TIME_SCALE
from tests.local.instances import Instance, eventually
from tests.local.stack import Stack

ASKED = {"purpose": "training", "why": "new labels", "actor": "ada"}


@pytest.fixture
def failing_stack(deployed: Path, tmp_path: Path) -> Iterator[Stack]:
    """As `stack`, but its functions may fail."""
    shutil.copytree(deployed, tmp_path / "state", symlinks=True)
    with Instance.started(tmp_path / "state", time_scale=TIME_SCALE) as instance:
        yield Stack(instance)


def pointsman(stack: Stack, *arguments: str, text: str | None = None) -> Result:
    command = [*arguments, "--state", str(stack.instance.settings.state)]
    return CliRunner().invoke(app, command, input=text)


def recorded(stack: Stack, outcome: str | None = None, model: str | None = None) -> list[str]:
    """Ids, by the ledger's and the log's word."""
    since = datetime.now(UTC) - timedelta(hours=1)
    return [each.id for each in Choice(since, outcome=outcome, model=model).of(stack.environment)]


def test_what_arrived_is_on_record_and_replaying_it_changes_nothing(failing_stack: Stack) -> None:
    stack = failing_stack
    stack.send("Run Requested", **ASKED)
    stack.land({"a.csv": b"1,2\n"}, under="elsewhere/", complete=False)
    stack.send("Drift Report", kind="bias")
    assert len(eventually(lambda: found if len(found := recorded(stack)) == 3 else [])) == 3
    assert len(recorded(stack, "SKIPPED_NO_DATA", "diabetes")) == len(recorded(stack, "SKIPPED_NO_MODEL")) == 1
    before = stack.decisions()

    exported = pointsman(stack, "events", "--json").stdout
    assert [json.loads(line)["account"] for line in exported.splitlines()] == ["111122223333"] * 3
    replayed = pointsman(stack, "replay", "-", text=exported)
    assert replayed.exit_code == 0, replayed.output
    assert "3 delivered" in replayed.stdout
    assert [decision.id for decision in stack.decisions()] == [decision.id for decision in before]

    assert isinstance(pointsman(stack, "replay", "--id", "unheard-of").exception, NotFound)

    forced = pointsman(stack, "replay", "--outcome", "SKIPPED_NO_DATA", "--force", "--why", "urgent")
    assert forced.exit_code == 0, forced.output
    (new,) = (decision for decision in stack.decisions() if decision.force)
    assert new.because.startswith(f"{new.actor} asks: urgent")


def test_dead_letters_are_shown_and_leave_the_queue_when_a_room_takes_them(failing_stack: Stack) -> None:
    stack = failing_stack
    stack.send("Run Requested", why="half a request")
    queue = stack.environment.output("DeadLetters")
    eventually(lambda: stack.instance.messages(queue) == 1)
    shown = pointsman(stack, "redrive", text="n\n")
    assert ("InvalidEvent" in shown.stdout, stack.instance.messages(queue)) == (True, 1)

    for kind in ("run-requested", "endpoint-creating"):  # no rule wants the second
        made = CliRunner().invoke(app, ["event", "new", kind, "--model", "diabetes"]).stdout
        stack.environment.client("sqs").send_message(QueueUrl=queue, MessageBody=made)
    again = pointsman(stack, "redrive", "--yes")
    assert isinstance(again.exception, RoomFailed)
    assert "SKIPPED_NO_DATA" in again.stdout
    assert stack.instance.messages(queue) == 2
