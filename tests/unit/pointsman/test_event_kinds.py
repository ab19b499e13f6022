"""New events are as valid as the samples that they are made of, and are other events."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from pointsman.errors import BadRequest
from pointsman.event_kinds import About, kinds, new_event
from pointsman.plan import Planner
from pointsman.rehearsal.state_file import StateFile
from tests.sample_events import FOLDER, index, sample_event


@pytest.fixture(scope="module")
def planner() -> Planner:
    return Planner.of_file(StateFile.read(FOLDER / "states" / "serving.yaml"))


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_reaches_its_room_and_is_understood_there(kind: str, planner: Planner) -> None:
    event = new_event(kind.replace("_", "-"), About("fraud", version=12))
    plans = planner.plan(event)
    assert {plan.rule.room for plan in plans} == {index()[kind].room} - {"-"}
    assert not [result for plan in plans for result in plan.results if result.because.startswith("InvalidEvent")]
    assert "churn" not in json.dumps(event).lower().replace("pointsman-drift-churn", "")
    assert event["id"] != sample_event(kind)["id"]


def test_times_are_of_now_in_each_own_form() -> None:
    event = new_event("endpoint_in_service", About())
    sent = datetime.fromisoformat(event["time"])
    assert datetime.now(UTC) - sent < timedelta(minutes=1)
    changed = datetime.fromtimestamp(event["detail"]["LastModifiedTime"] / 1000, UTC)
    assert changed - sent == timedelta(milliseconds=287)
    assert isinstance(event["detail"]["LastModifiedTime"], float)


def test_two_events_of_one_kind_are_two_events() -> None:
    one, other = (new_event("run_requested", About())["detail"]["id"] for _ in range(2))
    assert one != other
    writes = [new_event("object_created", About())["detail"]["object"]["version-id"] for _ in range(2)]
    assert len(set(writes)) == 2


def test_an_endpoint_and_a_version_can_be_named() -> None:
    event = new_event("endpoint_in_service", About("fraud", endpoint="Fraud-EU"))
    assert event["detail"]["EndpointArn"].endswith(":endpoint/fraud-eu")
    assert event["detail"]["EndpointName"] == "Fraud-EU"
    assert new_event("model_package_approved", About("fraud", version=3))["resources"][0].endswith("/fraud/3")


def test_fields_can_be_set() -> None:
    event = new_event("drift_report", About(), ["detail.share=0.5", "detail.summary=tenure", "detail.again=true"])
    assert {name: event["detail"][name] for name in ("share", "summary", "again")} == {
        "share": 0.5,
        "summary": "tenure",
        "again": True,
    }


@pytest.mark.parametrize("change", ["detail.share", "source.name=x"])
def test_what_can_not_be_set_is_told(change: str) -> None:
    with pytest.raises(BadRequest, match="expected PATH=VALUE"):
        new_event("drift_report", About(), [change])


def test_an_unknown_kind_is_told_with_those_that_there_are() -> None:
    with pytest.raises(BadRequest, match="run_requested"):
        new_event("training", About())
