"""A window's life from its first arrival to the next run, minute by minute."""

from datetime import timedelta

import pytest

from control_plane.outcomes import Outcome
from control_plane.records import DecisionStatus
from on_tick import handler as room
from tests.fakes import FakeControlPlane
from tests.samples import BUCKET, PREFIX, QUIET, after, model_spec
from tests.unit.world import apply, end, land, new_plane, outcomes, pending_of, put, slot_of, start_run, tick

MINUTE = timedelta(minutes=1)


@pytest.fixture
def plane() -> FakeControlPlane:
    return new_plane()


def started(plane: FakeControlPlane) -> int:
    return len(plane.pipelines.started)


def test_a_quiet_window_becomes_one_run_of_all_that_landed_1(plane: FakeControlPlane) -> None:
    land(plane, "a.csv", "b.csv")
    plane.wait(QUIET - MINUTE)
    assert tick(plane) == []
    plane.wait(MINUTE)
    (decision,) = tick(plane)
    assert (decision.outcome, decision.status) == (Outcome.STARTED, DecisionStatus.DONE)
    assert f"2 objects in {PREFIX}" in decision.because
    assert decision.revision == model_spec().revision
    (execution,) = plane.pipelines.started
    assert decision.run == execution.arn
    assert execution.request == decision.request
    assert execution.display_name == decision.id
    assert execution.description == decision.because
    slot = slot_of(plane)
    assert slot is not None
    assert (slot.decision, slot.run) == (decision.id, execution.arn)
    assert tick(plane) == []


def test_the_run_is_told_which_objects_and_where_they_are_listed(plane: FakeControlPlane) -> None:
    land(plane, "b.csv", "nested/n.csv", "a b+c%20é.csv", "_temporary/x.csv", "_SUCCESS")
    apply(plane, model_spec("nested", changes={"data.training.prefix": f"{PREFIX}nested/"}))
    put(plane.objects, PREFIX, "churn/training.csv")
    (decision,) = tick(plane)
    parameters = decision.start.parameters
    fingerprint = parameters["DataFingerprint"]
    assert parameters["DataManifest"] == f"s3://artifacts/manifests/churn/{fingerprint}/manifest.json"
    assert decision.fingerprint == decision.start.fingerprint == fingerprint
    listing = plane.objects.documents[parameters["DataManifest"]].decode()
    assert listing == ('[{"prefix": "s3://landing/"}, "churn/training/a b+c%20\\u00e9.csv", "churn/training/b.csv"]')
    for_people = plane.objects.documents[f"s3://artifacts/manifests/churn/{fingerprint}/objects.json"].decode()
    assert '"version_id": "version-0"' in for_people


def test_a_manifest_closes_the_window_at_the_next_tick(plane: FakeControlPlane) -> None:
    land(plane, "a.csv")
    assert tick(plane) == []
    land(plane, "_SUCCESS")
    assert [decision.outcome for decision in tick(plane)] == [Outcome.STARTED]


def test_a_folder_that_was_emptied_meanwhile_is_skipped(plane: FakeControlPlane) -> None:
    land(plane, "a.csv")
    plane.objects.delete(BUCKET, f"{PREFIX}a.csv")
    plane.wait(QUIET)
    assert [decision.outcome for decision in tick(plane)] == [Outcome.SKIPPED_NO_DATA]
    assert started(plane) == 0
    assert plane.ledger.due(after(days=1)) == []


def test_the_same_objects_again_start_nothing_1(plane: FakeControlPlane) -> None:
    first = start_run(plane, "a.csv", "b.csv")
    end(plane, str(first.run))
    plane.wait(MINUTE)
    again = start_run(plane, "a.csv", "b.csv")
    assert again.outcome is Outcome.SKIPPED_SAME_DATA
    assert first.id in again.because
    assert started(plane) == 1
    assert slot_of(plane) is None


def test_one_changed_object_starts_one_more_run(plane: FakeControlPlane) -> None:
    first = start_run(plane, "a.csv", "b.csv")
    end(plane, str(first.run))
    plane.wait(MINUTE)
    land(plane, "b.csv", body=b"changed")
    second = start_run(plane)
    assert second.outcome is Outcome.STARTED
    assert second.fingerprint != first.fingerprint
    assert started(plane) == 2


def test_data_of_a_failed_run_may_start_another(plane: FakeControlPlane) -> None:
    end(plane, str(start_run(plane, "a.csv").run), "Failed")
    plane.wait(MINUTE)
    assert start_run(plane, "a.csv").outcome is Outcome.STARTED
    assert started(plane) == 2


def test_a_busy_model_keeps_the_newest_data_waiting_and_loses_none_4(plane: FakeControlPlane) -> None:
    first = start_run(plane, "a.csv")
    plane.wait(MINUTE)
    older = start_run(plane, "b.csv")
    plane.wait(MINUTE)
    newer = start_run(plane, "c.csv")
    assert outcomes(plane) == [Outcome.STARTED, Outcome.SKIPPED_SUPERSEDED, Outcome.DEFERRED_BUSY]
    assert pending_of(plane) == newer.id != older.id
    (taken_up,) = end(plane, str(first.run))
    assert taken_up.id == newer.id
    listing = plane.objects.documents[taken_up.start.parameters["DataManifest"]].decode()
    assert all(name in listing for name in ("a.csv", "b.csv", "c.csv"))


def test_what_waits_is_taken_up_by_a_tick_when_the_end_started_nothing_4(plane: FakeControlPlane) -> None:
    first = start_run(plane, "a.csv")
    waiting = start_run(plane, "b.csv")
    plane.wait(MINUTE)
    assert tick(plane) == []
    run = plane.ledger.run(str(first.run))
    assert run is not None
    plane.ledger.end_run(run.model_copy(update={"status": "Succeeded", "ended_at": plane.now()}))
    plane.wait(MINUTE)
    (taken_up,) = tick(plane)
    assert (taken_up.id, taken_up.outcome, taken_up.status) == (waiting.id, Outcome.STARTED, DecisionStatus.DONE)
    assert taken_up.because == waiting.because
    assert taken_up.then == "looked at again"


def test_two_ticks_at_once_make_one_run_1(plane: FakeControlPlane, monkeypatch: pytest.MonkeyPatch) -> None:
    land(plane, "a.csv", "_SUCCESS")
    seen_by_both = plane.ledger.due(plane.now())
    monkeypatch.setattr(plane.ledger, "due", lambda _now: seen_by_both)
    tick(plane)
    tick(plane)
    assert started(plane) == 1
    assert outcomes(plane) == [Outcome.STARTED]


def test_the_handler_says_what_was_decided(plane: FakeControlPlane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "control_plane", lambda: plane)
    land(plane, "a.csv", "_SUCCESS")
    answer = room.handler({}, None)
    (decision,) = plane.ledger.decisions("churn")
    assert answer == {"decisions": {decision.id: Outcome.STARTED}}
