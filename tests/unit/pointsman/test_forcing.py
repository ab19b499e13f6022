"""What an event would have started, asked for past the model's policies."""

from typing import Any

import pytest

from pointsman.errors import BadRequest
from pointsman.forcing import forced
from pointsman.plan import Planner
from pointsman.rehearsal.state_file import StateFile
from tests.sample_events import FOLDER, sample_event

STATE = StateFile.read(FOLDER / "states" / "serving.yaml")
PLANNER = Planner.of_file(STATE)


def force(name: str, why: str = "urgent") -> dict[str, Any]:
    return dict(forced(sample_event(name), PLANNER, STATE.ledger(), why))


@pytest.mark.parametrize(
    ("name", "asks", "purpose"),
    [
        ("object_created", "Run Requested", "training"),
        ("drift_report", "Run Requested", "evaluation"),
        ("run_requested", "Run Requested", "training"),
        ("model_package_approved", "Deployment Requested", None),
        ("deployment_requested", "Deployment Requested", None),
    ],
)
def test_a_forced_event_is_a_request_with_who_and_why(name: str, asks: str, purpose: str | None) -> None:
    event = force(name)
    detail = event["detail"]
    assert (event["detail-type"], detail["model"], detail.get("purpose")) == (asks, "churn", purpose)
    assert (detail["force"], detail["why"], bool(detail["actor"])) == (True, "urgent", True)
    (planned,) = PLANNER.plan(event)
    assert [result.outcome for result in planned.results] == ["STARTED" if purpose else "DEPLOYING"]


def test_forcing_twice_asks_for_the_same() -> None:
    one, again, other = force("drift_report"), force("drift_report"), force("drift_report", "another reason")
    assert one["detail"]["id"] == again["detail"]["id"] != other["detail"]["id"]


@pytest.mark.parametrize("name", ["drift_report_clear", "rollback_requested", "endpoint_creating", "execution_failed"])
def test_what_starts_nothing_can_not_be_forced(name: str) -> None:
    with pytest.raises(BadRequest, match="starts nothing that could be forced"):
        force(name)
