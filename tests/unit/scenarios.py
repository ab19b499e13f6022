"""Stories that end in the same place whatever goes wrong on the way, and the surroundings that play them.

The surroundings do what AWS does: S3's and SageMaker's events are delivered until a handler succeeds, a tick comes
every minute and is not repeated, our own events arrive.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from control_plane.errors import CapacityExceeded, StartError, StartRefused
from control_plane.events import DriftReport, ModelPackageStateChange, RunRequested
from control_plane.models import ModelSpec
from control_plane.outcomes import Outcome
from control_plane.policies import Purpose
from control_plane.records import Decision, Due, Model, Run
from control_plane.registry import ApprovalStatus
from on_data_arrival.handler import handle as on_data_arrival
from on_drift.handler import handle as on_drift
from on_model_package.handler import handle as on_model_package
from on_pipeline_execution.handler import handle as on_pipeline_execution
from on_request.handler import handle as on_request
from tests.fakes import FakeLedger
from tests.fakes.control_plane import PlaneOf
from tests.fakes.faults import CallFailed, Died, Fault, Faults
from tests.samples import (
    EVALUATION,
    TRAINING,
    after,
    drift_report,
    evaluated_spec,
    model_spec,
    package_arn,
    package_changed,
    run_requested,
)
from tests.unit.world import new_plane, put, tick

# How events come: each once, each twice, without the ends of runs; or once, while the due index lags by a tick.
type Mode = Literal["once", "twice", "unreported", "stale"]
MINUTES = 40
RUN_LASTS = timedelta(minutes=6)
DELIVERIES = 3


@dataclass(frozen=True)
class Approval:
    """A person decides about a version."""

    version: int
    status: ApprovalStatus = "Approved"


type Happening = Approval | DriftReport | RunRequested


@dataclass(frozen=True)
class Scenario:
    """What happens by minute, and how it must end.

    `landings` are names under the model's folder for training, or with `evaluation/` before them. `versions` are in the
    registry, and `stored` in the bucket, before anything happens. `starts` maps a minute to what SageMaker says to new
    starts; a run ends with `status`, an evaluation's verdict is `passes`. `data` is how many different data are run on,
    `champion` the version that is in use at the end.
    """

    name: str
    landings: Mapping[int, tuple[str, ...]]
    outcomes: tuple[Outcome, ...]
    runs: tuple[Purpose, ...] = (TRAINING,)
    data: int | None = None
    champion: int | None = None
    happens: Mapping[int, tuple[Happening, ...]] = field(default_factory=dict)
    starts: Mapping[int, StartError | None] = field(default_factory=dict)
    status: str = "Succeeded"
    passes: bool = True
    spec: ModelSpec = field(default_factory=model_spec)
    versions: int = 0
    stored: tuple[str, ...] = ()

    @property
    def last_minute(self) -> int:
        """From here on nothing happens by itself."""
        return max([1, *self.landings, *self.happens, *self.starts])


@dataclass(frozen=True)
class Ending:
    """What is left. `idle` is the longest time, in ticks, that the slot was held without anything running."""

    purposes: tuple[Purpose, ...]
    data: int
    model: Model
    decisions: list[Decision]
    runs: list[Run]
    due: list[Due]
    undelivered: list[str]
    idle: int


FIRST = ("a.csv", "b.csv", "_SUCCESS")
SECOND = ("c.csv", "_SUCCESS")
JUDGED = ("evaluation/a.csv", "evaluation/_SUCCESS")
LATE = evaluated_spec(changes={"policy.on_data": "when_degraded"})
BY_POLICY = evaluated_spec(changes={"policy.on_data": "when_degraded", "policy.approval": "automatic"})
COOL = model_spec(changes={"policy.cooldown.training": "12m"})
DRIFT = DriftReport.parse(drift_report("e1"))
FORCED = RunRequested.parse(run_requested("e1", force=True))
SCENARIOS = (
    Scenario("a window becomes a run", {0: FIRST}, (Outcome.STARTED,)),
    Scenario("no manifest", {0: ("a.csv",), 2: ("b.csv",)}, (Outcome.STARTED,)),
    Scenario("a run fails", {0: FIRST}, (Outcome.STARTED,), status="Failed"),
    Scenario(
        "data lands during a run", {0: FIRST, 2: SECOND}, (Outcome.STARTED, Outcome.STARTED), (TRAINING, TRAINING)
    ),
    Scenario(
        "newer data lands during a run",
        {0: FIRST, 2: SECOND, 4: ("d.csv", "_SUCCESS")},
        (Outcome.SKIPPED_SUPERSEDED, Outcome.STARTED, Outcome.STARTED),
        runs=(TRAINING, TRAINING),
    ),
    Scenario("the same data again", {0: FIRST, 12: FIRST}, (Outcome.SKIPPED_SAME_DATA, Outcome.STARTED)),
    Scenario("no capacity", {0: FIRST}, (Outcome.STARTED,), starts={0: CapacityExceeded("full"), 3: None}),
    Scenario("refused", {0: FIRST}, (Outcome.REFUSED,), (), starts={0: StartRefused("no pipeline")}),
    Scenario(
        "a cooldown passes",
        {0: FIRST, 8: SECOND},
        (Outcome.STARTED, Outcome.STARTED),
        (TRAINING, TRAINING),
        spec=COOL,
    ),
    Scenario(
        "forced past a cooldown",
        {0: FIRST, 8: SECOND},
        (Outcome.STARTED, Outcome.STARTED, Outcome.SKIPPED_SUPERSEDED),
        (TRAINING, TRAINING),
        happens={10: (FORCED,)},
        spec=COOL,
    ),
    Scenario(
        "forced on the same data",
        {0: FIRST},
        (Outcome.STARTED, Outcome.STARTED),
        (TRAINING, TRAINING),
        data=1,
        happens={3: (FORCED,)},
    ),
    Scenario("an approval", {}, (Outcome.CHAMPION_CHANGED,), (), champion=1, happens={0: (Approval(1),)}, versions=1),
    Scenario(
        "a rejection",
        {},
        (Outcome.CHAMPION_CHANGED, Outcome.CHAMPION_CHANGED, Outcome.ROLLED_BACK),
        (),
        champion=1,
        happens={0: (Approval(1),), 2: (Approval(2),), 4: (Approval(2, "Rejected"),)},
        versions=2,
    ),
    Scenario(
        "drift that is harmless",
        {},
        (Outcome.CHAMPION_CHANGED, Outcome.STARTED, Outcome.SKIPPED_NOT_DEGRADED),
        (EVALUATION,),
        champion=1,
        happens={0: (Approval(1),), 2: (DRIFT,)},
        spec=evaluated_spec(),
        versions=1,
        stored=("evaluation/a.csv",),
    ),
    Scenario(
        "drift during a run",
        {0: FIRST},
        (Outcome.CHAMPION_CHANGED, Outcome.STARTED, Outcome.STARTED, Outcome.SKIPPED_NOT_DEGRADED),
        (TRAINING, EVALUATION),
        champion=1,
        happens={0: (Approval(1),), 2: (DRIFT,)},
        spec=evaluated_spec(),
        versions=1,
        stored=("evaluation/a.csv",),
    ),
    Scenario(
        "degraded on new data",
        {0: FIRST, 2: JUDGED},
        (Outcome.CHAMPION_CHANGED, Outcome.SKIPPED_BY_POLICY, Outcome.STARTED, Outcome.STARTED),
        (EVALUATION, TRAINING),
        champion=1,
        happens={0: (Approval(1),)},
        passes=False,
        spec=LATE,
        versions=1,
    ),
    Scenario(
        "from drift to the next champion",
        {},
        (
            *(Outcome.CHAMPION_CHANGED, Outcome.STARTED, Outcome.STARTED),
            *(Outcome.APPROVED, Outcome.CHAMPION_CHANGED),
        ),
        (EVALUATION, TRAINING),
        champion=2,
        happens={0: (Approval(1),), 2: (DRIFT,)},
        passes=False,
        spec=BY_POLICY,
        versions=1,
        stored=("a.csv", "evaluation/a.csv"),
    ),
)


def key(name: str) -> str:
    return f"churn/{name}" if name.startswith("evaluation/") else f"churn/training/{name}"


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
        self.plane.ledger.apply(scenario.spec)
        for _ in range(scenario.versions):
            self.plane.registry.register("churn")
        put(self.plane.objects, *map(key, scenario.stored))
        wrap = self.faults.wrap
        self.view = PlaneOf(
            self.plane,
            ledger=wrap("ledger", self.plane.ledger),
            objects=wrap("objects", self.plane.objects),
            pipelines=wrap("pipelines", self.plane.pipelines),
            events=wrap("events", self.plane.events),
            registry=wrap("registry", self.plane.registry),
            monitors=wrap("monitors", self.plane.monitors),
        )
        self.undelivered: list[str] = []
        self._observed = 0
        self._approved: set[str] = set()

    def play(self) -> Ending:
        idle = longest = 0
        for minute in range(MINUTES):
            self._minute(minute)
            held = self.plane.ledger.model("churn").slot is not None
            idle = idle + 1 if held and not self.plane.pipelines.running else 0
            longest = max(longest, idle)
            self.plane.wait(timedelta(minutes=1))
            if minute >= self.scenario.last_minute and not self._due():
                break
        return self._ending(longest)

    def _minute(self, minute: int) -> None:
        self.plane.pipelines.unavailable = self.scenario.starts.get(minute, self.plane.pipelines.unavailable)
        if minute in self.scenario.landings:
            keys = map(key, self.scenario.landings[minute])
            self._deliver(partial(on_data_arrival, put(self.plane.objects, *keys), self.view))
        for happening in self.scenario.happens.get(minute, ()):
            self._deliver(self._handling(happening))
        with suppress(Died, CallFailed, ExceptionGroup):
            tick(self.view)
        for arn in [*self._observations(), *self._ends()]:
            self._deliver(partial(on_pipeline_execution, arn, self.view))
        for arn in self.plane.registry.approval_descriptions.keys() - self._approved:
            self._approved.add(arn)
            self._deliver(self._package_event(arn))

    def _handling(self, happening: Happening) -> Callable[[], object]:
        match happening:
            case DriftReport():
                return partial(on_drift, happening, self.view)
            case RunRequested():
                return partial(on_request, happening, self.view)
            case Approval(version, status):
                return self._package_event(self.plane.registry.set_approval(package_arn(version), status).arn)

    def _package_event(self, arn: str) -> Callable[[], object]:
        found = self.plane.registry.describe(arn)
        event = package_changed(arn, found.approval_status, at=found.last_modified, fields=["ModelApprovalStatus"])
        return partial(on_model_package, ModelPackageStateChange.parse(event), self.view)

    def _due(self) -> list[Due]:
        return FakeLedger.due(self.plane.ledger, after(days=1))

    def _observations(self) -> Iterator[str]:
        sent, self._observed = self.plane.events.sent[self._observed :], len(self.plane.events.sent)
        yield from (detail["pipelineExecutionArn"] for _, detail in sent)

    def _ends(self) -> Iterator[str]:
        for arn in self.plane.pipelines.running:
            if self.plane.now() - self.plane.pipelines.describe(arn).ended_at >= RUN_LASTS:
                self._end(arn)
                if self.mode != "unreported":
                    yield arn

    def _end(self, arn: str) -> None:
        """A training leaves a version, an evaluation a report."""
        self.plane.pipelines.end(arn, self.scenario.status)
        (request,) = [started.request for started in self.plane.pipelines.started if started.arn == arn]
        if request.purpose is TRAINING:
            self.plane.registry.register("churn", generated_by=arn)
        else:
            bucket, _, folder = request.parameters["ReportUri"].removeprefix("s3://").partition("/")
            report = {"verdict": {"passed": self.scenario.passes, "summary": "in words"}}
            self.plane.objects.write(bucket, f"{folder}/evaluation.json", json.dumps(report).encode())

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
            purposes=tuple(started.request.purpose for started in pipelines.started),
            data=len({started.request.fingerprint for started in pipelines.started}),
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
