"""The store: changes all or nothing, in order, and still there when the file is opened again."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pointsman.local.faults import Faults
from pointsman.local.sagemaker.event_faults import EventFaults
from pointsman.local.sagemaker.outbox import Outbox, Receiver
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Event, Kind, Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store.db")
    yield store
    store.close()


def test_items_keep_their_order_and_parent(store: Store) -> None:
    for number in (2, 1, 3):
        store.put(Kind.STEP, f"s{number}", {"n": number}, parent="e1" if number < 3 else "e2")
    store.put(Kind.STEP, "s2", {"n": 20})
    assert [item["n"] for item in store.items(Kind.STEP, parent="e1")] == [20, 1]
    assert [item["n"] for item in store.items(Kind.STEP)] == [20, 1, 3]


def test_a_change_sets_and_removes_members(store: Store) -> None:
    store.put(Kind.PIPELINE, "p", {"a": 1, "b": 2})
    assert store.change(Kind.PIPELINE, "p", b=None, c=3) == {"a": 1, "c": 3}
    assert store.get(Kind.PIPELINE, "p") == {"a": 1, "c": 3}


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    def fail_inside() -> None:
        with store.transaction():
            store.put(Kind.PIPELINE, "p", {})
            store.add_event(Event("type", {}, ()))
            with store.transaction():
                store.keep_token("scope", "token", "result")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_inside()
    assert store.get(Kind.PIPELINE, "p") is None
    assert store.token_result("scope", "token") is None
    assert store.first_event() is None


def test_active_executions(store: Store) -> None:
    for status in ("Executing", "Succeeded", "Stopping", "Failed"):
        store.put(Kind.EXECUTION, status, {"PipelineExecutionStatus": status})
    store.change(Kind.EXECUTION, "Executing", PipelineExecutionStatus="Stopped")
    assert [found["PipelineExecutionStatus"] for found in store.active_executions()] == ["Stopping"]


def test_what_was_written_is_there_after_a_crash(tmp_path: Path) -> None:
    first = Store(tmp_path / "store.db")
    first.put(Kind.PIPELINE, "p", {"a": 1})
    first.add_event(Event("type", {"x": 1}, ("arn",)))
    second = Store(tmp_path / "store.db")  # the first was never closed
    assert second.get(Kind.PIPELINE, "p") == {"a": 1}
    assert second.first_event() == (1, Event("type", {"x": 1}, ("arn",)))


def test_events_are_delivered_in_order_and_again_after_a_failure(store: Store) -> None:
    received: list[Shape] = []
    all_there = threading.Event()

    def emit(_type: str, detail: Shape, _resources: list[str]) -> None:
        received.append(detail)
        if len(received) == 1:
            raise OSError("not this time")
        if detail["n"] == 2:
            all_there.set()

    for number in range(3):
        store.add_event(Event("type", {"n": number}, ()))
    outbox = Outbox(store, Receiver(emit, lambda: None), EventFaults(Faults(), 1))
    outbox.start()
    assert all_there.wait(10)
    outbox.stop()
    assert [detail["n"] for detail in received] == [0, 0, 1, 2]
    assert store.first_event() is None


def test_events_stay_until_they_are_safe_where_they_went(store: Store) -> None:
    received: list[int] = []

    def emit(_type: str, detail: Shape, _resources: list[str]) -> None:
        received.append(detail["n"])

    def full() -> None:
        raise OSError("the disk is full")

    for number in range(3):
        store.add_event(Event("type", {"n": number}, ()))
    for kept, first in ((full, (1, Event("type", {"n": 0}, ()))), (lambda: None, None)):
        outbox = Outbox(store, Receiver(emit, kept), EventFaults(Faults(), 1))
        outbox.start()
        outbox.stop()
        assert store.first_event() == first
    assert received == [0, 1, 2] * 2


def test_an_event_is_safe_before_the_next_goes_out_and_at_a_stop_all_that_are_left_at_once(store: Store) -> None:
    first_left: list[int] = []
    times_kept: list[int] = []
    stopping = threading.Event()

    def stop() -> None:
        outbox.stop()

    stopper = threading.Thread(target=stop)

    def emit(_type: str, detail: Shape, _resources: list[str]) -> None:
        found = store.first_event()
        first_left.append(found[0] if found else 0)
        if detail["n"] == 2:
            stopper.start()
            assert store.event_added.wait(10)  # the stop is heard of
            stopping.set()

    for number in range(5):
        store.add_event(Event("type", {"n": number}, ()))
    outbox = Outbox(store, Receiver(emit, lambda: times_kept.append(1)), EventFaults(Faults(), 1))
    outbox.start()
    assert stopping.wait(10)
    stopper.join(10)
    assert first_left == [1, 2, 3, 3, 3]
    assert len(times_kept) == 3
    assert store.first_event() is None


def test_an_event_that_nobody_took_before_a_stop_goes_out_at_the_next_start(store: Store) -> None:
    outboxes: list[Outbox] = []
    received: list[int] = []

    def emit(_type: str, detail: Shape, _resources: list[str]) -> None:
        received.append(detail["n"])
        if len(received) == 1:
            threading.Thread(target=outboxes[0].stop).start()
            raise OSError("nobody listens")

    store.add_event(Event("type", {"n": 0}, ()))
    for _ in range(2):
        outbox = Outbox(store, Receiver(emit, lambda: None), EventFaults(Faults(), 1))
        outboxes.append(outbox)
        outbox.start()
        outbox.stop()
    assert received == [0, 0]
    assert store.first_event() is None
