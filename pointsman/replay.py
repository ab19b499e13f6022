"""Deliver many events, at a pace, each once, also when it is interrupted and resumed."""

import json
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any

from pointsman.delivery import Delivered
from pointsman.errors import NotFound
from pointsman.local.settings import default_state_directory

_EVENTS, _ANSWERS, _ABOUT = "events.jsonl", "answers.jsonl", "about.json"

# How many seconds pass from the beginning of one delivery to that of the next event's.
type Pace = Callable[[Mapping[str, Any], Mapping[str, Any]], float]


@dataclass(frozen=True)
class Progress:
    """Of `total` events, `done` are delivered, `failed` of them in vain. `stopped`: somebody interrupted it."""

    total: int
    done: int
    failed: int
    stopped: bool = False


@dataclass(frozen=True)
class Replay:
    """Kept in a folder: the events, and what each came to as soon as it is delivered."""

    folder: Path

    @classmethod
    def begun(cls, events: Sequence[Mapping[str, Any]], about: Mapping[str, str]) -> "Replay":
        """`about` is what resuming it needs to know."""
        folder = _folder() / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
        folder.mkdir(parents=True)
        (folder / _ABOUT).write_text(json.dumps(about))
        marked = (json.dumps({**event, "replay-name": folder.name}) for event in events)
        (folder / _EVENTS).write_text("".join(f"{line}\n" for line in marked))
        return cls(folder)

    @classmethod
    def named(cls, name: str) -> "Replay":
        """Raises NotFound."""
        if not ((folder := _folder() / name) / _ABOUT).is_file():
            known = ", ".join(sorted(path.name for path in _folder().glob("*/"))) or "none"
            raise NotFound(f"no replay {name!r}; there are {known}")
        return cls(folder)

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def about(self) -> Mapping[str, str]:
        found: dict[str, str] = json.loads((self.folder / _ABOUT).read_text())
        return found

    def deliver(
        self,
        deliver: Callable[[Mapping[str, Any]], Delivered],
        told: Callable[[Mapping[str, Any], Delivered], object],
        pace: Pace,
    ) -> Progress:
        """Those that haven't been, or failed, in their order. An interruption waits for the delivery that is under way.

        A kill doesn't: then the event that was under way may be delivered again, and its room finds it decided.
        """
        answers = self._answers()
        left = list(self._left(answers))
        with _interruptible() as is_stopped, (self.folder / _ANSWERS).open("a") as journal:
            for (number, event), (_, following) in pairwise([*left, *left[-1:]]):
                began = time.monotonic()
                answer = deliver(event)
                answers[number] = answer.failure is None
                journal.write(json.dumps({"event": number, "delivered": answer.failure is None}) + "\n")
                journal.flush()
                told(event, answer)
                if is_stopped():
                    return self._progress(answers, stopped=True)
                time.sleep(max(0.0, pace(event, following) - (time.monotonic() - began)))
        return self._progress(answers)

    @property
    def total(self) -> int:
        return len(self._events())

    @property
    def left(self) -> int:
        return len(list(self._left(self._answers())))

    def _left(self, answers: Mapping[int, bool]) -> Iterator[tuple[int, Mapping[str, Any]]]:
        done = {number for number, delivered in answers.items() if delivered}
        return ((number, event) for number, event in enumerate(self._events()) if number not in done)

    def _events(self) -> list[Mapping[str, Any]]:
        return [json.loads(line) for line in (self.folder / _EVENTS).read_text().splitlines()]

    def _answers(self) -> dict[int, bool]:
        """By event's number, whether it was delivered. A kill may have cut the last line short."""
        journal = self.folder / _ANSWERS
        written = journal.read_text().splitlines(keepends=True) if journal.exists() else []
        found = [json.loads(line) for line in written if line.endswith("\n")]
        if written and not written[-1].endswith("\n"):
            journal.write_text("".join(written[:-1]))
        return {each["event"]: each["delivered"] for each in found}

    def _progress(self, answers: Mapping[int, bool], *, stopped: bool = False) -> Progress:
        failed = sum(not delivered for delivered in answers.values())
        return Progress(self.total, len(answers), failed, stopped and len(answers) < self.total)


def at_rate(per_second: float) -> Pace:
    return lambda _event, _following: 1 / per_second


def as_they_came(speed: float) -> Pace:
    """With the gaps that there were between them, by the times that they bear, so many times shorter. What bears none
    follows at once.
    """

    def gap(event: Mapping[str, Any], following: Mapping[str, Any]) -> float:
        with suppress(KeyError, TypeError, ValueError):
            before, after = (datetime.fromisoformat(each["time"]) for each in (event, following))
            return (after - before).total_seconds() / speed
        return 0.0

    return gap


def _folder() -> Path:
    return default_state_directory().with_name("replays")


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Ctrl-C is noted; a second one is heard as ever."""
    stopped: list[int] = []
    before = signal.getsignal(signal.SIGINT)

    def note(number: int, _frame: FrameType | None) -> None:
        stopped.append(number)
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(stopped)
    finally:
        signal.signal(signal.SIGINT, before)
