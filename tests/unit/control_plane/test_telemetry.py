"""The log answers "why?": one line and one count per outcome, found by model, decision, event or run."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools import Tracer

from control_plane import telemetry
from control_plane.actions import Hold, RecordEnd, Skip
from control_plane.errors import AwsUnreachable
from control_plane.outcomes import Outcome, action_of
from control_plane.records import Cost
from control_plane.telemetry import ARRIVED, count_due, count_run, log_decision, log_outcome, logger, room
from tests.samples import after, begun, deferred, done, model_spec, route_of, run_of, skipped
from tests.unit.test_architecture import FUNCTIONS

CONTEXT = SimpleNamespace(
    function_name="on-request", memory_limit_in_mb=512, invoked_function_arn="arn:function", aws_request_id="r1"
)


def line(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    """The one record beside those of what arrived, as it is written."""
    (found,) = (told for told in lines(caplog) if told["message"] != ARRIVED)
    return found


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    (handler,) = logger().handlers
    return [json.loads(handler.format(record)) for record in caplog.records]


def counts(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    written = [json.loads(text) for text in capsys.readouterr().out.splitlines() if text.startswith("{")]
    return [document for document in written if "_aws" in document]


def test_a_decision_is_one_line_with_all_that_it_is_found_by(caplog: pytest.LogCaptureFixture) -> None:
    decision = begun("d1", because="20 objects", revision="r1")
    run = run_of(decision)
    log_decision(done(decision, run))
    found = line(caplog)
    assert found["message"] == "STARTED: 20 objects"
    assert found["location"].startswith("test_a_decision_is_one_line")
    told = ("correlation_id", "decision", "model", "action", "outcome", "run", "event", "revision", "fingerprint")
    assert {name: found[name] for name in told} == {
        "correlation_id": "d1",
        "decision": "d1",
        "model": "churn",
        "action": "StartTraining",
        "outcome": "STARTED",
        "run": run.arn,
        "event": decision.event,
        "revision": "r1",
        "fingerprint": "f1",
    }


def test_what_came_later_is_told_beside_what_led_to_it(caplog: pytest.LogCaptureFixture) -> None:
    log_decision(begun("d1", because="20 objects", then="no such pipeline", outcome=Outcome.REFUSED))
    found = line(caplog)
    assert found["message"] == "REFUSED: 20 objects; no such pipeline"
    assert (found["because"], found["then"]) == ("20 objects", "no such pipeline")


def test_what_came_of_an_earlier_decision_is_found_by_that_ones_id(caplog: pytest.LogCaptureFixture) -> None:
    log_decision(skipped("d1-verdict", correlation_id="d1"))
    found = line(caplog)
    assert (found["correlation_id"], found["decision"]) == ("d1", "d1-verdict")


HELD = Hold(route_of(model_spec()), "s3://a", arrivals=7, complete=False)
COMPLETE = Hold(route_of(model_spec()), "s3://a", arrivals=7, complete=True)


@pytest.mark.parametrize(
    ("action", "name", "message"),
    [
        (Skip(Outcome.SKIPPED_STALE, "still Executing"), "Skip", "SKIPPED_STALE: still Executing"),
        (RecordEnd("Failed", "Train: no target"), "RecordEnd", "RECORDED: it ended Failed"),
        (HELD, "Hold", "HELD: 7 arrivals in churn/training/ of model churn, until their window closes"),
        (COMPLETE, "Hold", "HELD: 7 arrivals in churn/training/ of model churn, which are complete"),
    ],
)
def test_an_event_without_a_decision_leaves_a_line_too(
    caplog: pytest.LogCaptureFixture, action: Hold | RecordEnd | Skip, name: str, message: str
) -> None:
    log_outcome("arn:run", action, model="churn", correlation_id="d1")
    found = line(caplog)
    assert (found["message"], found["outcome"], found["action"]) == (message, action.outcome, name)
    assert (found["event"], found["model"], found["correlation_id"]) == ("arn:run", "churn", "d1")


def test_a_decision_is_counted_once_for_the_fleet_and_once_for_its_model(capsys: pytest.CaptureFixture[str]) -> None:
    log_decision(begun("d1"))
    (count,) = counts(capsys)
    assert isinstance(count["_aws"].pop("Timestamp"), int)
    assert count["_aws"] == {
        "CloudWatchMetrics": [
            {
                "Namespace": "Pointsman",
                "Dimensions": [["action", "outcome"], ["model", "action", "outcome"]],
                "Metrics": [{"Name": "Decisions", "Unit": "Count"}],
            }
        ]
    }
    told = ("Decisions", "model", "action", "outcome", "correlation_id")
    assert {name: count[name] for name in told} == {
        "Decisions": [1.0],
        "model": "churn",
        "action": "StartTraining",
        "outcome": "STARTED",
        "correlation_id": "d1",
    }


def test_what_is_about_no_model_is_counted_for_the_fleet_alone(capsys: pytest.CaptureFixture[str]) -> None:
    log_decision(begun("d1"))
    log_decision(skipped("d2", model=None, outcome=Outcome.SKIPPED_NO_MODEL))
    _, count = counts(capsys)
    assert count["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["action", "outcome"]]
    assert (count["action"], count["outcome"]) == ("Skip", "SKIPPED_NO_MODEL")
    assert "model" not in count


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_an_action_in_one_word(outcome: Outcome) -> None:
    assert action_of(outcome, "training").isalpha()


@pytest.mark.parametrize(
    ("outcome", "action"),
    [
        (Outcome.SKIPPED_SAME_DATA, "Skip"),
        (Outcome.SKIPPED_PAUSED, "Defer"),
        (Outcome.SKIPPED_COOLDOWN, "Defer"),
        (Outcome.DEFERRED_BUSY, "Defer"),
        (Outcome.ROLLED_BACK, "Crown"),
        (Outcome.REFUSED, "Refuse"),
    ],
)
def test_what_waits_is_deferred_whatever_its_name(outcome: Outcome, action: str) -> None:
    assert action_of(outcome) == action


@room
def decides(event: dict[str, Any], _context: object) -> dict[str, Any]:
    if event.get("broken"):
        raise ValueError("not an event")
    log_decision(begun("d1"))
    return {"decided": True}


def test_a_rooms_lines_name_the_event_and_the_invocation(caplog: pytest.LogCaptureFixture) -> None:
    assert decides({"id": "e1"}, CONTEXT) == {"decided": True}
    found = line(caplog)
    assert (found["event_id"], found["function_request_id"], found["function_name"]) == ("e1", "r1", "on-request")


def test_what_arrived_is_told_as_it_came(caplog: pytest.LogCaptureFixture) -> None:
    decides({"id": "e1", "detail": {"a": 1}}, CONTEXT)
    arrived = lines(caplog)[0]
    assert (arrived["arrived"], arrived["function_request_id"]) == ({"id": "e1", "detail": {"a": 1}}, "r1")


def test_of_a_batch_each_message_is_told(caplog: pytest.LogCaptureFixture) -> None:
    decides({"Records": [{"body": '{"id": "e1"}'}, {"body": "nonsense"}]}, CONTEXT)
    assert [told["arrived"] for told in lines(caplog) if told["message"] == ARRIVED] == ['{"id": "e1"}', "nonsense"]


def test_nothing_of_one_event_is_told_of_the_next(caplog: pytest.LogCaptureFixture) -> None:
    decides({"id": "e1"}, CONTEXT)
    assert line(caplog)["event_id"] == "e1"
    caplog.clear()
    decides({"Records": []}, CONTEXT)
    assert "event_id" not in line(caplog)


def test_a_failure_is_told_with_its_event_and_raised(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ValueError, match="not an event"):
        decides({"id": "e1", "broken": True}, CONTEXT)
    found = line(caplog)
    assert (found["level"], found["event_id"], found["exception_name"]) == ("ERROR", "e1", "ValueError")


def test_where_there_is_no_aws_a_sentence_says_so_without_a_trace(caplog: pytest.LogCaptureFixture) -> None:
    @room
    def asks(_event: dict[str, Any], _context: object) -> dict[str, Any]:
        raise AwsUnreachable("nowhere")

    with pytest.raises(AwsUnreachable, match="nowhere") as raised:
        asks({"id": "e1"}, CONTEXT)
    assert "asks" not in {frame.name for frame in raised.traceback}
    found = line(caplog)
    assert (found["level"], found["event_id"], "exception" in found) == ("ERROR", "e1", False)


@dataclass
class Part:
    """A part of a trace, in memory."""

    name: str
    annotations: dict[str, Any] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def put_annotation(self, key: str, value: Any) -> None:
        self.annotations[key] = value

    def put_metadata(self, key: str, value: Any, namespace: str = "") -> None:
        self.failures.append(f"{namespace} {key}: {value}")


@dataclass
class Trace:
    """What Powertools needs of X-Ray's recorder."""

    parts: list[Part] = field(default_factory=list)

    @contextmanager
    def in_subsegment(self, name: str) -> Iterator[Part]:
        self.parts.append(Part(name))
        yield self.parts[-1]


@pytest.fixture
def trace(monkeypatch: pytest.MonkeyPatch) -> Iterator[Trace]:
    kept: Any = Trace()
    monkeypatch.setenv("TRACING", "Active")
    traced = Tracer(service="pointsman", disabled=False, auto_patch=False, provider=kept)
    monkeypatch.setattr(telemetry, "tracer", lambda: traced)
    yield kept
    Tracer._reset_config()  # type: ignore[no-untyped-call]


def test_where_tracing_is_on_a_decision_is_found_in_the_trace_of_its_event(trace: Trace) -> None:
    decides({"id": "e1"}, CONTEXT)
    whole, decision = trace.parts
    assert whole.name == "## decides"
    assert decision.name == "## STARTED"
    assert decision.annotations == {
        "correlation_id": "d1",
        "decision": "d1",
        "model": "churn",
        "event": begun("d1").event,
    }
    assert whole.failures == []


def test_a_failure_is_in_the_trace(trace: Trace) -> None:
    with pytest.raises(ValueError, match="not an event"):
        decides({"broken": True}, CONTEXT)
    (whole,) = trace.parts
    assert any("not an event" in failure for failure in whole.failures)


UNTRACED = """
import sys
sys.path.insert(0, sys.argv[1])
from control_plane.telemetry import room
assert room(lambda event, context: {})({"id": "e1"}, None) == {}
assert not [name for name in sys.modules if name.startswith(("aws_xray_sdk", "wrapt"))]
"""


def test_where_tracing_is_off_nothing_is_loaded_for_it() -> None:
    command = [sys.executable, "-I", "-c", UNTRACED, str(FUNCTIONS)]
    done = subprocess.run(command, env={}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_run_that_ended_is_counted_by_its_end_and_measured_for_its_model(capsys: pytest.CaptureFixture[str]) -> None:
    started = run_of(begun("d1"))
    ended_at = started.started_at + timedelta(minutes=20)
    count_run(started.model_copy(update={"status": "Failed", "ended_at": ended_at, "cost": Cost(usd=0.25)}))
    (count,) = counts(capsys)
    (directive,) = count["_aws"]["CloudWatchMetrics"]
    assert [set(names) for names in directive["Dimensions"]] == [{"status"}, {"model", "purpose", "status"}]
    assert {name: count[name] for name in ("Runs", "RunSeconds", "RunDollars", "status", "model")} == {
        "Runs": [1.0],
        "RunSeconds": [1200.0],
        "RunDollars": [0.25],
        "status": "Failed",
        "model": "churn",
    }


def test_what_a_run_cost_is_not_counted_where_nobody_knows(capsys: pytest.CaptureFixture[str]) -> None:
    count_run(run_of(begun("d1")).model_copy(update={"status": "Failed", "cost": Cost(unknown="no price")}))
    (count,) = counts(capsys)
    assert {"RunSeconds", "RunDollars"} & set(count) == set()


def test_the_age_of_the_oldest_that_is_deferred_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    old = deferred("d1")
    new = old.model_copy(update={"decided_at": old.decided_at + timedelta(hours=5)})
    count_due([new, old, begun("d2")], old.decided_at + timedelta(hours=30))
    (count,) = counts(capsys)
    assert (count["Due"], count["DeferredSeconds"]) == ([3.0], [108000.0])
    assert count["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [[]]


def test_a_tick_that_finds_nothing_due_counts_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    count_due([], after())
    assert counts(capsys) == []


def test_the_metrics_of_two_stacks_are_not_added_up(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METRICS_NAMESPACE", "pointsman-dev")
    telemetry.metrics.cache_clear()
    log_decision(begun("d1"))
    telemetry.metrics.cache_clear()
    (count,) = counts(capsys)
    assert count["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "pointsman-dev"
