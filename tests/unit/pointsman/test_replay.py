"""Each event is delivered once, also by a replay that is interrupted."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pointsman import replay
from pointsman.delivery import Delivered
from pointsman.errors import NotFound
from pointsman.replay import Progress, Replay, as_they_came, at_rate

EVENTS = [{"id": f"e{number}"} for number in range(1_000)]
AT_ONCE = at_rate(1e9)


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(replay, "default_state_directory", lambda: tmp_path / "local")


class Rooms:
    """Count what they get. `at` says what happens on the way to an event's delivery."""

    def __init__(self, at: Mapping[str, Callable[[], object]] | None = None) -> None:
        self.got: Counter[str] = Counter()
        self.names: set[str] = set()
        self.at = dict(at or {})

    def deliver(self, event: Mapping[str, Any]) -> Delivered:
        if happens := self.at.pop(event["id"], None):
            happens()
        self.got[event["id"]] += 1
        self.names.add(event["replay-name"])
        return Delivered(("STARTED",))


def run(begun: Replay, rooms: Rooms) -> Progress:
    return begun.deliver(rooms.deliver, lambda _event, _answer: None, AT_ONCE)


def press_ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_an_interrupted_replay_resumes_where_it_was_and_delivers_each_once() -> None:
    rooms = Rooms({"e412": press_ctrl_c, "e700": press_ctrl_c})
    begun = Replay.begun(EVENTS, {"to": "local"})
    assert run(begun, rooms) == Progress(1_000, 413, 0, stopped=True)
    assert run(Replay.named(begun.name), rooms) == Progress(1_000, 701, 0, stopped=True)
    assert Replay.named(begun.name).left == 299
    assert run(Replay.named(begun.name), rooms) == Progress(1_000, 1_000, 0)
    assert rooms.got == Counter(event["id"] for event in EVENTS)
    assert rooms.names == {begun.name}
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_a_kill_cut_short_is_delivered_again_and_nothing_else() -> None:
    def die() -> None:
        raise SystemExit

    rooms = Rooms({"e5": die})
    begun = Replay.begun(EVENTS[:10], {"to": "local"})
    with pytest.raises(SystemExit):
        run(begun, rooms)
    with (begun.folder / "answers.jsonl").open("a") as journal:
        journal.write('{"event": 5, "deliv')
    run(Replay.named(begun.name), rooms)
    assert set(rooms.got.values()) == {1}
    assert Replay.named(begun.name).left == 0


def test_what_failed_is_tried_again_by_the_resumed_replay_alone() -> None:
    rooms, failing = Rooms(), {"e3"}

    def deliver(event: Mapping[str, Any]) -> Delivered:
        answer = rooms.deliver(event)
        return Delivered((), "on_request raised InvalidEvent") if event["id"] in failing else answer

    begun = Replay.begun(EVENTS[:5], {"to": "local"})
    assert begun.deliver(deliver, lambda *_: None, AT_ONCE) == Progress(5, 5, 1)
    failing.clear()
    assert begun.deliver(deliver, lambda *_: None, AT_ONCE) == Progress(5, 5, 0)
    assert rooms.got == Counter({"e0": 1, "e1": 1, "e2": 1, "e3": 2, "e4": 1})


def test_a_rate_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    Replay.begun(EVENTS[:4], {}).deliver(Rooms().deliver, lambda *_: None, at_rate(0.001))
    assert len(slept) == 4
    assert all(990 < seconds <= 1_000 for seconds in slept)


def test_the_gaps_between_events_are_kept_so_many_times_shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    times = ["2026-11-21T09:00:00Z", "2026-11-21T10:00:00Z", "2026-11-21T09:59:00Z", "no time"]
    events = [{"id": f"e{number}", "time": at} for number, at in enumerate(times)]
    Replay.begun([*events, {"id": "e4"}], {}).deliver(Rooms().deliver, lambda *_: None, as_they_came(60.0))
    assert [round(seconds) for seconds in slept] == [60, 0, 0, 0, 0]


def test_an_unknown_replay_is_told_with_those_that_there_are() -> None:
    known = Replay.begun(EVENTS[:1], {})
    for unknown in ("yesterday", "."):
        with pytest.raises(NotFound, match=known.name):
            Replay.named(unknown)
