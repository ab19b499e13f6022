"""Events that go astray on demand, and that none is lost which isn't to be."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pointsman.local.faults import Faults
from pointsman.local.sagemaker.event_faults import EventFaults
from pointsman.local.sagemaker.outbox import Outbox, Receiver
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Event, Store
from tests.local.instances import eventually

PACKAGE, STEP = "SageMaker Model Package State Change", "SageMaker Model Building Pipeline Execution Step Status Change"


class Bus:
    """Receives what the outbox delivers."""

    def __init__(self, directory: Path) -> None:
        self.store = Store(directory / "store.db")
        self.faults = Faults()
        self.received: list[int] = []

    def start(self) -> Outbox:
        outbox = Outbox(self.store, Receiver(self._emit, lambda: None), EventFaults(self.faults, time_scale=60))
        outbox.start()
        return outbox

    def send(self, *numbers: int, kind: str = PACKAGE, about: str = "arn:aws:sagemaker:r:0:model-package/m/1") -> None:
        for number in numbers:
            self.store.add_event(Event(kind, {"n": number}, (about,)))

    def receives(self, *numbers: int) -> Callable[[], bool]:
        return lambda: self.received == list(numbers)

    def _emit(self, _type: str, detail: Shape, _resources: list[str]) -> None:
        self.received.append(detail["n"])


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[Bus]:
    bus = Bus(tmp_path)
    yield bus
    bus.store.close()


@pytest.mark.parametrize(
    ("what", "times", "received"),
    [
        ("drop", 1, (2, 3, 4)),
        ("double", 2, (1, 1, 2, 2, 3, 4)),
        ("reorder", 1, (2, 1, 3, 4)),
        ("reorder", None, (2, 1, 4, 3)),
    ],
)
def test_what_becomes_of_events(bus: Bus, what: str, times: int | None, received: tuple[int, ...]) -> None:
    bus.faults.add("event:SageMaker Model Package*", what, times=times)
    bus.send(1, 2, 3, 4)
    outbox = bus.start()
    eventually(bus.receives(*received))
    outbox.stop()
    assert bus.store.first_event() is None
    assert bus.received == list(received)


def test_one_that_is_late_holds_up_no_other(bus: Bus) -> None:
    bus.faults.add(f"event:{PACKAGE}", "late", seconds=12)
    bus.send(1, 2)
    outbox = bus.start()
    eventually(bus.receives(2, 1))
    outbox.stop()


def test_only_what_the_fault_is_about_goes_astray_and_changes_places(bus: Bus) -> None:
    bus.faults.add(f"event:{PACKAGE}", "reorder", on="model-package/m/*")
    bus.send(1)
    bus.send(2, kind=STEP)
    bus.send(3, about="arn:aws:sagemaker:r:0:model-package/other/1")
    bus.send(4)
    outbox = bus.start()
    eventually(bus.receives(2, 3, 4, 1))
    outbox.stop()


def test_without_a_next_one_it_goes_in_the_end(bus: Bus) -> None:
    bus.faults.add(f"event:{PACKAGE}", "reorder", seconds=6)
    bus.send(1)
    outbox = bus.start()
    eventually(bus.receives(1))
    outbox.stop()


def test_what_is_held_up_at_a_stop_goes_at_the_next_start(bus: Bus) -> None:
    bus.faults.add(f"event:{PACKAGE}", "late", seconds=3600)
    bus.send(1, 2)
    outbox = bus.start()
    eventually(bus.receives(2))
    outbox.stop()
    bus.start().stop()
    assert bus.received == [2, 1]
