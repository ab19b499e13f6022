"""The log answers "why?": one line per outcome, found by model, decision or run."""

import json
from typing import Any

import pytest

from control_plane.actions import Hold, RecordEnd, Skip
from control_plane.outcomes import Outcome
from control_plane.telemetry import log_decision, log_outcome, logger
from tests.samples import begun, done, model_spec, route_of, run_of


def line(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    """The one record, as it is written."""
    (record,) = caplog.records
    (handler,) = logger().handlers
    found: dict[str, Any] = json.loads(handler.format(record))
    return found


def test_a_decision_is_one_line_with_all_that_it_is_found_by(caplog: pytest.LogCaptureFixture) -> None:
    decision = begun("d1", because="20 objects", revision="r1")
    run = run_of(decision)
    log_decision(done(decision, run))
    found = line(caplog)
    assert found["message"] == "STARTED: 20 objects"
    assert {name: found[name] for name in ("correlation_id", "model", "run", "event", "revision", "fingerprint")} == {
        "correlation_id": "d1",
        "model": "churn",
        "run": run.arn,
        "event": decision.event,
        "revision": "r1",
        "fingerprint": "f1",
    }


def test_what_came_later_is_told_instead_of_what_led_to_it(caplog: pytest.LogCaptureFixture) -> None:
    refused = begun("d1", then="no such pipeline", outcome=Outcome.REFUSED)
    log_decision(refused)
    assert line(caplog)["message"] == "REFUSED: no such pipeline"


@pytest.mark.parametrize(
    ("outcome", "action", "message"),
    [
        (Outcome.SKIPPED_STALE, Skip(Outcome.SKIPPED_STALE, "still Executing"), "SKIPPED_STALE: still Executing"),
        (Outcome.RECORDED, RecordEnd("Failed", "Train: no target"), "RECORDED: it ended Failed"),
        (
            Outcome.HELD,
            Hold(route_of(model_spec()), "arn:run", arrivals=7, complete=False),
            "HELD: 7 arrivals in churn/training/ of model churn, until their window closes",
        ),
        (
            Outcome.HELD,
            Hold(route_of(model_spec()), "arn:run", arrivals=7, complete=True),
            "HELD: 7 arrivals in churn/training/ of model churn, which are complete",
        ),
    ],
)
def test_an_event_without_a_decision_leaves_a_line_too_2(
    caplog: pytest.LogCaptureFixture, outcome: Outcome, action: Hold | RecordEnd | Skip, message: str
) -> None:
    log_outcome(outcome, "arn:run", action)
    found = line(caplog)
    assert (found["message"], found["outcome"], found["subject"]) == (message, outcome, "arn:run")
