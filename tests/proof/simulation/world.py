"""AWS around the rooms: events on their way, and invocations that are struck or interrupted at a call."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from control_plane.errors import ControlPlaneError
from on_tick.handler import handle as on_tick
from pointsman.rehearsal.rooms import hand_over
from tests.fakes import FakeControlPlane
from tests.fakes.control_plane import PlaneOf
from tests.fakes.faults import FAILURES, CallFailed, Died, Throttled
from tests.proof.simulation.promises import Promises
from tests.proof.simulation.rooms import ARRIVAL, DECIDED_ONCE, ROOMS, arrivals
from tests.proof.simulation.stories import Step, Twist
from tests.samples import ours

PORTS = ("ledger", "objects", "pipelines", "events", "registry", "monitors", "notices", "schedules", "endpoints")
DELIVERIES = 3
BATCH = 10
SECOND = timedelta(seconds=1)
_STRIKES: Mapping[tuple[str, str], type[BaseException]] = {
    ("dies before", "before"): Died,
    ("dies after", "after"): Died,
    ("is throttled", "before"): Throttled,
    ("fails", "before"): CallFailed,
    ("times out", "after"): CallFailed,
}


@dataclass(eq=False)
class Letter:
    """An event on its way. However many deliveries, and under whatever ids, `business` is what they are about."""

    event: Mapping[str, Any]
    business: str
    attempts: int = 0

    @property
    def kind(self) -> str:
        return str(self.event["detail-type"])

    @property
    def may_be_lost(self) -> bool:
        return bool(self.event["source"] == "aws.sagemaker")


@dataclass
class Invocation:
    """`twist` strikes at its call; `calls` were made so far. `decided` are a witness's
    notes.
    """

    what: str
    business: str
    twist: Twist | None
    decides_once: bool = False
    calls: int = 0
    decided: list[Any] = field(default_factory=list)


@dataclass
class World:
    """`meanwhile` is what to do with a step that interrupts another. `log` tells what happened; a `witness` hears of
    every call that was made.
    """

    silent: bool
    meanwhile: Callable[[Step], None]
    plane: FakeControlPlane
    queue: list[Letter] = field(default_factory=list)
    delivered: list[Letter] = field(default_factory=list)
    dead: list[Letter] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    struck: int = 0
    witness: Callable[[str, Sequence[Any]], None] | None = None
    handled: int = 0
    _stack: list[Invocation] = field(default_factory=list)
    _heard: int = 0
    _events: int = 0

    def __post_init__(self) -> None:
        self.promises = Promises(self.plane)
        ports = {name: cast("Any", _Port(name, getattr(self.plane, name), self)) for name in PORTS}
        self.view = PlaneOf(self.plane, **ports)

    @property
    def current(self) -> Invocation:
        return self._stack[-1]

    def new_id(self) -> str:
        self._events += 1
        return f"e{self._events}"

    def send(self, event: Mapping[str, Any], business: str) -> None:
        letter = Letter(event, business)
        if not (self.silent and letter.may_be_lost):
            self.queue.append(letter)

    def deliver(self, letter: Letter, twist: Twist | None = None) -> None:
        """S3's come as batches, from a queue."""
        batch = [letter]
        if letter.kind == ARRIVAL:
            batch += [other for other in self.queue if other.kind == ARRIVAL and other is not letter][: BATCH - 1]
        for taken in batch:
            self.queue.remove(taken)
        told = f"deliver {letter.kind}, {letter.business}" + (f" and {len(batch) - 1} more" if batch[1:] else "")
        invocation = Invocation(told, letter.business, twist, decides_once=letter.kind in DECIDED_ONCE)
        if self._invoke(invocation, lambda: self._handle(batch)):
            self.handled += len(batch)
            self.delivered += batch
            return
        for taken in batch:
            taken.attempts += 1
            (self.dead if taken.attempts >= DELIVERIES else self.queue).append(taken)

    def tick(self, twist: Twist | None = None) -> bool:
        return self._invoke(Invocation("tick", "tick", twist), lambda: list(on_tick(self.view)))

    def around(self, name: str, call: Callable[..., Any], arguments: Sequence[Any], named: Mapping[str, Any]) -> Any:
        """A call of a port by the invocation that is under way."""
        at = self.current
        number, at.calls = at.calls, at.calls + 1
        self._strike(at, number, name, "before")
        answer = call(*arguments, **named)
        answer = list(answer) if isinstance(answer, Iterator) else answer
        self.promises.after_call(name, arguments, named)
        if self.witness:
            self.witness(name, arguments)
        self._strike(at, number, name, "after")
        return answer

    def _handle(self, batch: Sequence[Letter]) -> object:
        first = batch[0]
        if first.kind == ARRIVAL:
            keys = [str(letter.event["detail"]["object"]["key"]).split("/") for letter in batch]
            self.promises.completed = {(model, purpose) for model, purpose, *name in keys if name == ["_SUCCESS"]}
            return arrivals([letter.event for letter in batch], self.view)
        return hand_over(ROOMS[first.kind], first.event, self.view)

    def _invoke(self, invocation: Invocation, function: Callable[[], object]) -> bool:
        """Whether it succeeded. What isn't an error of ours or of AWS's is one that nobody thought of: it is raised."""
        self.plane.wait(SECOND)
        self.log.append(f"{self.plane.now():%a %H:%M:%S} {invocation.what}")
        decides_once = invocation.business if invocation.decides_once else None
        self._stack.append(invocation)
        self.promises.begin(decides_once)
        try:
            function()
        except (*FAILURES, ControlPlaneError, ExceptionGroup) as error:
            _must_be_expected(error)
            self.log.append(f"    {type(error).__name__}: {error}")
            return False
        else:
            return True
        finally:
            self._stack.pop()
            self.promises.end()
            self._hear_ourselves()

    def _strike(self, at: Invocation, number: int, name: str, when: str) -> None:
        twist = at.twist
        if twist is None or twist.call != number:
            return
        if twist.meanwhile and when == "before":
            self.log.append(f"    meanwhile, before {name}:")
            self.meanwhile(twist.meanwhile)
        elif error := _STRIKES.get((twist.how, when)):
            self.struck += 1
            self.log.append(f"    {name} {twist.how}")
            raise error(name)

    def _hear_ourselves(self) -> None:
        """Our own events are durable."""
        sent, self._heard = self.plane.events.sent[self._heard :], len(self.plane.events.sent)
        for number, (detail_type, detail) in enumerate(sent, self._heard - len(sent)):
            event = {**ours(detail_type, f"ours-{number}", detail), "time": f"{self.plane.now():%Y-%m-%dT%H:%M:%SZ}"}
            self.queue.append(Letter(event, f"word {number} of ours"))


class _Port:
    def __init__(self, name: str, port: object, world: World) -> None:
        self._name, self._port, self._world = name, port, world

    def __getattr__(self, method: str) -> Callable[..., Any]:
        real, name = getattr(self._port, method), f"{self._name}.{method}"

        def call(*arguments: Any, **named: Any) -> Any:
            return self._world.around(name, real, arguments, named)

        self.__dict__[method] = call
        return call


def _must_be_expected(error: BaseException) -> None:
    if isinstance(error, ExceptionGroup):
        for inner in error.exceptions:
            _must_be_expected(inner)
    elif not isinstance(error, (*FAILURES, ControlPlaneError)):
        raise error
