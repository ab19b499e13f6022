"""A batch of arrivals through the room."""

import json
from datetime import timedelta
from typing import Any

import pytest

from control_plane.actions import Hold
from control_plane.events import ObjectCreated
from control_plane.outcomes import Outcome
from control_plane.records import ArrivalWindow
from on_data_arrival import handler as room
from tests.fakes import FakeControlPlane
from tests.samples import BUCKET, QUIET, after, object_created
from tests.unit.world import new_plane, outcomes


@pytest.fixture
def plane(monkeypatch: pytest.MonkeyPatch) -> FakeControlPlane:
    plane = new_plane()
    monkeypatch.setattr(room, "control_plane", lambda: plane)
    return plane


def batch(*bodies: Any) -> dict[str, Any]:
    records = [
        {"messageId": f"m{number}", "body": body if isinstance(body, str) else json.dumps(body)}
        for number, body in enumerate(bodies)
    ]
    return {"Records": records}


def only_window(plane: FakeControlPlane) -> ArrivalWindow:
    (window,) = plane.ledger.due(after(days=1))
    assert isinstance(window, ArrivalWindow)
    return window


def test_a_batch_is_one_window_7(plane: FakeControlPlane) -> None:
    answer = room.handler(batch(*(object_created(f"churn/training/{number}.csv") for number in range(100))), None)
    assert answer == {"batchItemFailures": []}
    window = only_window(plane)
    assert (window.model, window.arrivals, window.opened_at) == ("churn", 100, plane.now())
    assert window.first_event == f"s3://{BUCKET}/churn/training/0.csv@v1"


def test_what_is_held_is_told_once_per_window_and_batch_2(
    plane: FakeControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[Outcome, str, str]] = []

    def tell(event: str, action: Hold, *, correlation_id: str, **_: object) -> None:
        told.append((action.outcome, event, correlation_id))

    monkeypatch.setattr(room, "log_outcome", tell)
    room.handler(batch(*(object_created(f"churn/training/{number}.csv") for number in range(100))), None)
    assert told == [(Outcome.HELD, f"s3://{BUCKET}/churn/training/0.csv@v1", only_window(plane).id)]
    assert outcomes(plane) == [], "a window becomes a decision when it has closed"


def test_an_empty_batch_does_nothing(plane: FakeControlPlane) -> None:
    assert room.handler(batch(), None) == {"batchItemFailures": []}
    assert plane.ledger.due(after(days=1)) == []


NO_KEY = object_created("churn/training/a.csv")
del NO_KEY["detail"]["object"]["key"]


@pytest.mark.parametrize(
    "bad",
    ["not json", "[]", "null", '"text"', {}, {"detail": {}}, NO_KEY, object_created("")],
    ids=["text", "list", "null", "string", "empty", "no envelope", "no key", "empty key"],
)
def test_a_record_that_cannot_be_parsed_is_named_and_the_others_count_2(plane: FakeControlPlane, bad: Any) -> None:
    good = object_created("churn/training/a.csv")
    answer = room.handler(batch(good, bad, good), None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert only_window(plane).arrivals == 2


def test_a_ledger_that_fails_fails_the_whole_batch_2(plane: FakeControlPlane, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(plane.ledger, "note_arrivals", fail)
    with pytest.raises(TimeoutError):
        room.handler(batch(object_created("churn/training/a.csv")), None)


def test_skips_are_tallied_by_folder_outcome_and_hour(plane: FakeControlPlane) -> None:
    nobodys = [object_created(f"nobody/{number}.csv") for number in range(3)]
    room.handler(batch(*nobodys, object_created("else/a.csv"), object_created("churn/training/_temporary/a")), None)
    room.handler(batch(nobodys[0]), None)
    plane.wait(timedelta(hours=1))
    room.handler(batch(nobodys[0]), None)
    tallies = sorted((tally.outcome, tally.events) for tally in plane.ledger.decisions(None))
    assert tallies == [
        (Outcome.SKIPPED_NO_MODEL, 1),
        (Outcome.SKIPPED_NO_MODEL, 1),
        (Outcome.SKIPPED_NO_MODEL, 4),
    ]
    (excluded,) = plane.ledger.decisions("churn")
    assert (excluded.outcome, excluded.events) == (Outcome.SKIPPED_EXCLUDED, 1)
    assert plane.ledger.due(after(days=1)) == []


def test_the_first_of_a_tally_is_named(plane: FakeControlPlane) -> None:
    room.handle([ObjectCreated.parse(object_created("a.csv", version=version)) for version in ("v1", "v2")], plane)
    (tally,) = plane.ledger.decisions(None)
    assert tally.event == f"s3://{BUCKET}/a.csv@v1"
    assert "a.csv" in tally.because


@pytest.mark.parametrize("key", ["a b.csv", "a+b.csv", "a%2Bb.csv", "zürich 東京 🚂.csv", 'quo"te\\.csv'])
def test_keys_are_taken_as_they_are(plane: FakeControlPlane, key: str) -> None:
    room.handler(batch(object_created(f"churn/training/{key}")), None)
    assert only_window(plane).first_event == f"s3://{BUCKET}/churn/training/{key}@v1"


def test_buckets_do_not_share_folders(plane: FakeControlPlane) -> None:
    room.handler(batch(object_created("churn/training/a.csv", bucket="elsewhere")), None)
    (tally,) = plane.ledger.decisions(None)
    assert tally.outcome is Outcome.SKIPPED_NO_MODEL
    assert plane.ledger.due(plane.now() + QUIET) == []
