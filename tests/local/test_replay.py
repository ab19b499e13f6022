"""Events that arrived are on record, go round again without effect, and come back from the dead letters."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner, Result

from pointsman.cli import app
from pointsman.errors import NotFound, RoomFailed
from pointsman.recorded import Choice
from tests.local.instances import eventually
from tests.local.stack import LAP_SECONDS, PREFIX, Stack


def pointsman(stack: Stack, *arguments: str, text: str | None = None) -> Result:
    command = [*arguments, "--state", str(stack.instance.settings.state)]
    return CliRunner().invoke(app, command, input=text)


def recorded(stack: Stack, outcome: str | None = None, model: str | None = None) -> list[str]:
    """Ids, by the ledger's and the log's word."""
    since = datetime.now(UTC) - timedelta(hours=1)
    return [each.id for each in Choice(since, outcome=outcome, model=model).of(stack.environment)]


@pytest.mark.timeout(600)  # it takes what an hour takes, twice
def test_an_hour_on_record_comes_to_the_same_decisions_again_to_no_run_and_forced_to_one(stack: Stack) -> None:
    stack.give_arrivals_back_after(seconds=30)
    live_an_hour(stack)
    assert len(recorded(stack, "SKIPPED_SAME_DATA", "diabetes")) == len(recorded(stack, "SKIPPED_NO_MODEL")) == 1
    hour = pointsman(stack, "events", "--since", "1h", "--json").stdout
    assert {json.loads(line)["account"] for line in hour.splitlines()} == {"111122223333"}
    decided, runs = came_to(stack), stack.executions()
    assert {("training", "STARTED"), (None, "AWAITS_APPROVAL"), ("evaluation", "SKIPPED_NO_CHAMPION")} <= decided

    forget(stack)
    assert pointsman(stack, "replay", "-", "--speed", "1", text=hour).exit_code == 0
    assert isinstance(pointsman(stack, "replay", "--id", "unheard-of").exception, NotFound)
    stack.ended(1)
    stack.outcome("AWAITS_APPROVAL")
    eventually(stack.quiet, within=LAP_SECONDS)
    assert came_to(stack) == decided
    assert stack.executions() == runs + 1

    assert pointsman(stack, "replay", "-", "--rate", "100", text=hour).exit_code == 0
    eventually(stack.quiet, within=LAP_SECONDS)
    assert came_to(stack) - decided <= {("training", "SKIPPED_SAME_DATA")}
    assert stack.executions() == runs + 1

    landed = next(line for line in hour.splitlines() if PREFIX in line)
    for _ in range(2):
        forced = pointsman(stack, "replay", "-", "--force", "--why", "the label fix is in", text=landed)
        assert forced.exit_code == 0, forced.output
        stack.ended(2)
    assert stack.executions() == runs + 2


def live_an_hour(stack: Stack) -> None:
    """A version is trained; then there is drift, and somebody asks for what was done. Nobody's data lands, too."""
    stack.land({"a.csv": b"1,2\n"}, under="elsewhere/", complete=False)
    stack.land()
    stack.outcome("AWAITS_APPROVAL")
    stack.send("Drift Report", kind="bias")
    stack.outcome("SKIPPED_NO_CHAMPION")
    stack.send("Run Requested", purpose="training", why="new labels", actor="ada")
    stack.outcome("SKIPPED_SAME_DATA")
    eventually(stack.quiet, within=LAP_SECONDS)


def came_to(stack: Stack) -> set[tuple[str | None, str]]:
    return {(decision.purpose, decision.outcome) for decision in stack.decisions()}


def forget(stack: Stack) -> None:
    """A control plane without a past, on the same data and registry."""
    table, dynamodb = stack.environment.output("LedgerTable"), stack.environment.client("dynamodb")
    for page in dynamodb.get_paginator("scan").paginate(TableName=table):
        for item in page["Items"]:
            dynamodb.delete_item(TableName=table, Key={"pk": item["pk"]})
    assert stack.decisions() == []
    stack.apply()


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
