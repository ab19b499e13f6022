"""Stories that end in the same place whatever goes wrong on the way, and the surroundings that play them.

The surroundings do what AWS does: S3's and SageMaker's events are delivered until a handler succeeds, a tick comes
every minute and is not repeated, our own events arrive.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from control_plane.errors import CapacityExceeded, StartError, StartRefused
from control_plane.outcomes import Outcome
from control_plane.records import Decision, Due, Model, Run
from on_data_arrival.handler import handle as on_data_arrival
from on_pipeline_execution.handler import handle as on_pipeline_execution
from tests.fakes import FakeLedger
from tests.fakes.control_plane import PlaneOf
from tests.fakes.faults import CallFailed, Died, Fault, Faults
from tests.samples import PREFIX, after
from tests.unit.world import new_plane, put, tick

# How events come: each once, each twice, without SageMaker's; or once, while the due index lags by a tick.
type Mode = Literal["once", "twice", "unreported", "stale"]
MINUTES = 24
RUN_LASTS = timedelta(minutes=6)
DELIVERIES = 3


@dataclass(frozen=True)
class Scenario:
    """What happens by minute, and how it must end. `starts` maps a minute to what SageMaker says to new starts."""

    name: str
    landings: Mapping[int, tuple[str, ...]]
    outcomes: tuple[Outcome, ...]
    executions: int = 1
    starts: Mapping[int, StartError | None] = field(default_factory=dict)
    status: str = "Succeeded"


@dataclass(frozen=True)
class Ending:
    """What is left. `idle` is the longest time, in ticks, that the slot was held without anything running."""

    executions: int
    tokens: int
    model: Model
    decisions: list[Decision]
    runs: list[Run]
    due: list[Due]
    undelivered: list[str]
    idle: int


FIRST = ("a.csv", "b.csv", "_SUCCESS")
SECOND = ("c.csv", "_SUCCESS")
SCENARIOS = (
    Scenario("a window becomes a run", {0: FIRST}, (Outcome.STARTED,)),
    Scenario("no manifest", {0: ("a.csv",), 2: ("b.csv",)}, (Outcome.STARTED,)),
    Scenario("a run fails", {0: FIRST}, (Outcome.STARTED,), status="Failed"),
    Scenario("data lands during a run", {0: FIRST, 2: SECOND}, (Outcome.STARTED, Outcome.STARTED), executions=2),
    Scenario(
        "newer data lands during a run",
        {0: FIRST, 2: SECOND, 4: ("d.csv", "_SUCCESS")},
        (Outcome.SKIPPED_SUPERSEDED, Outcome.STARTED, Outcome.STARTED),
        executions=2,
    ),
    Scenario("the same data again", {0: FIRST, 12: FIRST}, (Outcome.SKIPPED_SAME_DATA, Outcome.STARTED)),
    Scenario("no capacity", {0: FIRST}, (Outcome.STARTED,), starts={0: CapacityExceeded("full"), 3: None}),
    Scenario("refused", {0: FIRST}, (Outcome.REFUSED,), executions=0, starts={0: StartRefused("no pipeline")}),
)


class LaggingLedger(FakeLedger):
    """Its index shows what was due a tick ago, too, as it was then."""

    def __init__(self) -> None:
        super().__init__()
        self._earlier: list[Due] = []

    def due(self, now: datetime) -> list[Due]:
        current = super().due(now)
        shown, self._earlier = [*self._earlier, *current], current
        return shown


class World:
    """Plays one scenario with at most one fault."""

    def __init__(self, scenario: Scenario, mode: Mode, fault: Fault | None) -> None:
        self.scenario, self.mode = scenario, mode
        self.faults = Faults(fault)
        self.plane = new_plane(LaggingLedger() if mode == "stale" else FakeLedger())
        wrap = self.faults.wrap
        self.view = PlaneOf(
            self.plane,
            ledger=wrap("ledger", self.plane.ledger),
            objects=wrap("objects", self.plane.objects),
            pipelines=wrap("pipelines", self.plane.pipelines),
            events=wrap("events", self.plane.events),
            registry=wrap("registry", self.plane.registry),
        )
        self.undelivered: list[str] = []
        self._observed = 0

    def play(self) -> Ending:
        idle = longest = 0
        for minute in range(MINUTES):
            self._minute(minute)
            held = self.plane.ledger.model("churn").slot is not None
            idle = idle + 1 if held and not self.plane.pipelines.running else 0
            longest = max(longest, idle)
            self.plane.wait(timedelta(minutes=1))
            if minute >= max(*self.scenario.landings, *self.scenario.starts, 1) and not self._due():
                break
        return self._ending(longest)

    def _minute(self, minute: int) -> None:
        self.plane.pipelines.unavailable = self.scenario.starts.get(minute, self.plane.pipelines.unavailable)
        if minute in self.scenario.landings:
            keys = [f"{PREFIX}{name}" for name in self.scenario.landings[minute]]
            self._deliver(partial(on_data_arrival, put(self.plane.objects, *keys), self.view))
        with suppress(Died, CallFailed, ExceptionGroup):
            tick(self.view)
        for arn in [*self._observations(), *self._ends()]:
            self._deliver(partial(on_pipeline_execution, arn, self.view))

    def _due(self) -> list[Due]:
        return FakeLedger.due(self.plane.ledger, after(days=1))

    def _observations(self) -> Iterator[str]:
        sent, self._observed = self.plane.events.sent[self._observed :], len(self.plane.events.sent)
        yield from (detail["pipelineExecutionArn"] for _, detail in sent)

    def _ends(self) -> Iterator[str]:
        for arn in self.plane.pipelines.running:
            if self.plane.now() - self.plane.pipelines.describe(arn).ended_at >= RUN_LASTS:
                self.plane.pipelines.end(arn, self.scenario.status)
                if self.mode != "unreported":
                    yield arn

    def _deliver(self, handle: Callable[[], object]) -> None:
        for _ in range(2 if self.mode == "twice" else 1):
            for _ in range(DELIVERIES):
                with suppress(Died, CallFailed):
                    handle()
                    break
            else:
                self.undelivered.append(str(handle))

    def _ending(self, idle: int) -> Ending:
        ledger, pipelines = self.plane.ledger, self.plane.pipelines
        return Ending(
            executions=len(pipelines.started),
            tokens=len({started.request.fingerprint for started in pipelines.started}),
            model=ledger.model("churn"),
            decisions=ledger.decisions("churn"),
            runs=ledger.runs("churn"),
            due=self._due(),
            undelivered=self.undelivered,
            idle=idle,
        )


def play(scenario: Scenario, mode: Mode, fault: Fault | None = None) -> tuple[Ending, list[str]]:
    """The ending, and the names of the calls that were made."""
    world = World(scenario, mode, fault)
    return world.play(), world.faults.calls
