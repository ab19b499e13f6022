"""Stories that end in the same place whatever goes wrong on the way, and the surroundings that play them.

The surroundings do what AWS does: S3's and SageMaker's events are delivered until a handler succeeds, a tick comes
every minute and is not repeated, our own events arrive.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from control_plane.endpoints import Answer, Endpoint, Variant
from control_plane.errors import AlarmsMissing, CallError, CallRefused, CapacityExceeded
from control_plane.events import (
    AdoptionRequested,
    AlarmStateChange,
    DeploymentRequested,
    DriftReport,
    ModelPackageStateChange,
    Request,
    RollbackRequested,
    RunRequested,
    parse_drift_event,
)
from control_plane.models import ModelSpec
from control_plane.outcomes import Outcome
from control_plane.policies import Purpose
from control_plane.records import Decision, Due, Model, Run
from control_plane.registry import ApprovalStatus
from on_data_arrival.handler import handle as on_data_arrival
from on_drift.handler import handle as on_drift
from on_endpoint.handler import handle as on_endpoint
from on_model_package.handler import handle as on_model_package
from on_pipeline_execution.handler import handle as on_pipeline_execution
from on_request.handler import handle as on_request
from tests.fakes import FakeLedger
from tests.fakes.control_plane import PlaneOf
from tests.fakes.faults import FAILURES, Fault, Faults
from tests.sample_events import sample_event
from tests.samples import (
    EVALUATION,
    TRAINING,
    after,
    deployed_spec,
    drift_report,
    evaluated_spec,
    model_spec,
    monitor_run,
    ours,
    package_arn,
    package_changed,
    run_requested,
    watched_spec,
)
from tests.unit.world import give_baselines, new_plane, pack_samples, put, tick, write_verdict

# How events come: each once, each twice, without any of SageMaker's; or once, while the due index lags by a tick.
type Mode = Literal["once", "twice", "unreported", "stale"]
MINUTES = 40
RUN_LASTS = timedelta(minutes=6)
DEPLOYMENT_LASTS = timedelta(minutes=3)
DELIVERIES = 3


@dataclass(frozen=True)
class Approval:
    """A person decides about a version."""

    version: int
    status: ApprovalStatus = "Approved"


@dataclass(frozen=True)
class MonitorRan:
    """A run of a monitor ends, having found drift."""


type Happening = Approval | MonitorRan | DriftReport | AlarmStateChange | Request


@dataclass(frozen=True)
class Scenario:
    """What happens by minute, and how it must end.

    `landings` are names under the model's folder for training, or with `evaluation/` before them. `versions` are in the
    registry, and `stored` in the bucket, before anything happens; an endpoint that others made serves version `found`.
    `starts` maps a minute to what SageMaker says to new starts and deployments; a run ends with `status`, an
    evaluation's verdict is `passes`. `data` is how many different data are run on, `champion` the version that is in
    use at the end. The version `broken` can't be deployed, `failing` doesn't answer its sample payload. `kept` are the
    versions whose configurations stay; unless it says otherwise, all that came to serve. `reported` are outcomes of
    what only SageMaker's events tell, because it has no consequences.
    """

    name: str
    landings: Mapping[int, tuple[str, ...]]
    outcomes: tuple[Outcome, ...]
    runs: tuple[Purpose, ...] = (TRAINING,)
    data: int | None = None
    champion: int | None = None
    happens: Mapping[int, tuple[Happening, ...]] = field(default_factory=dict)
    starts: Mapping[int, CallError | None] = field(default_factory=dict)
    status: str = "Succeeded"
    passes: bool = True
    spec: ModelSpec = field(default_factory=model_spec)
    versions: int = 0
    broken: int | None = None
    failing: int | None = None
    found: int | None = None
    stored: tuple[str, ...] = ()
    deployed: tuple[int, ...] = ()
    kept: tuple[int, ...] | None = None
    reported: tuple[Outcome, ...] = ()

    @property
    def awaited(self) -> tuple[Outcome, ...]:
        """One of each version that a training registers and no policy approves."""
        trained = self.runs.count(TRAINING) if self.status == "Succeeded" else 0
        return (Outcome.AWAITS_APPROVAL,) * (trained - self.outcomes.count(Outcome.APPROVED))

    @property
    def last_minute(self) -> int:
        """From here on nothing happens by itself."""
        return max([1, *self.landings, *self.happens, *self.starts])


@dataclass(frozen=True)
class Ending:
    """What is left. `idle` is the longest time, in ticks, that a slot was held without anything under way.

    `deployed` are the versions that endpoints were asked for, in order; `serving` is what each serves, and whether it
    has settled; `monitors` is with which constraints its monitoring schedules compare, of so many
    definitions in all; `kept` are the versions whose configurations there are, of so many `models`.
    """

    purposes: tuple[Purpose, ...]
    data: int
    model: Model
    decisions: list[Decision]
    runs: list[Run]
    due: list[Due]
    undelivered: list[str]
    deployed: tuple[str, ...]
    serving: Mapping[str, tuple[str, bool]]
    idle: int
    monitors: Mapping[str, str]
    definitions: int
    kept: set[str]
    models: int


FIRST = ("a.csv", "b.csv", "_SUCCESS")
SECOND = ("c.csv", "_SUCCESS")
JUDGED = ("evaluation/a.csv", "evaluation/_SUCCESS")
LATE = evaluated_spec(changes={"policy.on_data": "when_degraded"})
BY_POLICY = evaluated_spec(changes={"policy.on_data": "when_degraded", "policy.approval": "automatic"})
DEPLOYED = deployed_spec()
COOL = model_spec(changes={"policy.cooldown.training": "12m"})
DRIFT = DriftReport.parse(drift_report("e1"))
ALARM, RECOVERED = (AlarmStateChange.parse(sample_event(f"drift_alarm{end}")) for end in ("", "_recovered"))
FORCED = RunRequested.parse(run_requested("e1", force=True))
ASKED = {"model": "churn", "why": "complaints", "actor": "ada"}
BACK = RollbackRequested.parse(ours("Rollback Requested", "e1", ASKED))
FORTH = DeploymentRequested.parse(ours("Deployment Requested", "e2", ASKED | {"package_arn": package_arn(2)}))
ADOPTION = AdoptionRequested.parse(ours("Adoption Requested", "e3", ASKED | {"endpoint": "churn-prod"}))
AGAIN = DeploymentRequested.parse(ours("Deployment Requested", "e3", ASKED | {"package_arn": package_arn(1)}))
FROZEN = deployed_spec(changes={"policy.freeze": [{"since": "Sat 08:00", "until": "Sat 09:05"}]})
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
    Scenario("refused", {0: FIRST}, (Outcome.REFUSED,), (), starts={0: CallRefused("no pipeline")}),
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
        "an approval is deployed",
        {},
        (Outcome.DEPLOYING, Outcome.CHAMPION_CHANGED),
        (),
        champion=1,
        deployed=(1,),
        happens={0: (Approval(1),)},
        versions=1,
        spec=DEPLOYED,
    ),
    Scenario(
        "an approval during a deployment",
        {},
        (Outcome.DEPLOYING, Outcome.CHAMPION_CHANGED, Outcome.DEPLOYING, Outcome.CHAMPION_CHANGED),
        (),
        champion=2,
        deployed=(1, 2),
        happens={0: (Approval(1),), 2: (Approval(2),)},
        versions=2,
        spec=DEPLOYED,
    ),
    Scenario(
        "a rejected champion is rolled back",
        {},
        (
            *(Outcome.DEPLOYING, Outcome.CHAMPION_CHANGED, Outcome.DEPLOYING, Outcome.CHAMPION_CHANGED),
            *(Outcome.ROLLING_BACK, Outcome.ROLLED_BACK),
        ),
        (),
        champion=1,
        deployed=(1, 2, 1),
        happens={0: (Approval(1),), 8: (Approval(2),), 16: (Approval(2, "Rejected"),)},
        versions=2,
        spec=DEPLOYED,
    ),
    Scenario(
        "a version that SageMaker rolls back",
        {},
        (
            *(Outcome.DEPLOYING, Outcome.CHAMPION_CHANGED),
            *(Outcome.DEPLOYING, Outcome.DEPLOYMENT_ROLLED_BACK, Outcome.COLLECTED),
        ),
        (),
        champion=1,
        deployed=(1, 2),
        happens={0: (Approval(1),), 8: (Approval(2),)},
        versions=2,
        broken=2,
        spec=DEPLOYED,
    ),
    Scenario(
        "a version that fails its own sample",
        {},
        (
            *(Outcome.DEPLOYING, Outcome.CHAMPION_CHANGED, Outcome.DEPLOYING, Outcome.SMOKE_TEST_FAILED),
            *(Outcome.ROLLING_BACK, Outcome.ROLLED_BACK, Outcome.COLLECTED),
        ),
        (),
        champion=1,
        deployed=(1, 2, 1),
        happens={0: (Approval(1),), 8: (Approval(2),)},
        versions=2,
        failing=2,
        spec=DEPLOYED,
    ),
    Scenario(
        "each champion is watched with its own baseline",
        {},
        (
            *(Outcome.DEPLOYING, Outcome.CHAMPION_CHANGED, Outcome.WATCHED) * 2,
            *(Outcome.ROLLING_BACK, Outcome.ROLLED_BACK, Outcome.WATCHED),
        ),
        (),
        champion=1,
        deployed=(1, 2, 1),
        happens={0: (Approval(1),), 8: (Approval(2),), 16: (Approval(2, "Rejected"),)},
        versions=2,
        spec=watched_spec(),
    ),
    Scenario(
        "the oldest configuration is collected, and made again when it is asked for",
        {},
        (
            *(Outcome.DEPLOYING, Outcome.CHAMPION_CHANGED) * 3,
            *(Outcome.COLLECTED, Outcome.DEPLOYING, Outcome.CHAMPION_CHANGED, Outcome.COLLECTED),
        ),
        (),
        champion=1,
        deployed=(1, 2, 3, 1),
        kept=(1, 3),
        happens={0: (Approval(1),), 6: (Approval(2),), 12: (Approval(3),), 18: (AGAIN,)},
        versions=3,
        spec=deployed_spec(changes={"deployment.keep": 2}),
    ),
    Scenario(
        "a version rejected on its way",
        {},
        (
            *(Outcome.DEPLOYING, Outcome.CHAMPION_CHANGED, Outcome.DEPLOYING, Outcome.CHAMPION_CHANGED),
            *(Outcome.ROLLING_BACK, Outcome.ROLLED_BACK),
        ),
        (),
        champion=1,
        deployed=(1, 2, 1),
        happens={0: (Approval(1),), 8: (Approval(2),), 10: (Approval(2, "Rejected"),)},
        versions=2,
        spec=DEPLOYED,
    ),
    Scenario(
        "an approval in a freeze",
        {},
        (Outcome.DEPLOYING, Outcome.CHAMPION_CHANGED),
        (),
        champion=1,
        deployed=(1,),
        happens={0: (Approval(1),)},
        versions=1,
        spec=FROZEN,
    ),
    Scenario(
        "no capacity for an endpoint",
        {},
        (Outcome.DEPLOYING, Outcome.CHAMPION_CHANGED),
        (),
        champion=1,
        deployed=(1,),
        happens={0: (Approval(1),)},
        starts={0: CapacityExceeded("full"), 3: None},
        versions=1,
        spec=DEPLOYED,
    ),
    Scenario(
        "no alarm to guard an endpoint",
        {},
        (Outcome.DEPLOYING, Outcome.CHAMPION_CHANGED),
        (),
        champion=1,
        deployed=(1,),
        happens={0: (Approval(1),)},
        starts={0: AlarmsMissing("no alarm"), 3: None},
        versions=1,
        spec=DEPLOYED,
    ),
    Scenario(
        "asked to go back and forth",
        {},
        (
            *(Outcome.DEPLOYING, Outcome.CHAMPION_CHANGED) * 2,
            *(Outcome.ROLLING_BACK, Outcome.ROLLED_BACK, Outcome.DEPLOYING, Outcome.CHAMPION_CHANGED),
        ),
        (),
        champion=2,
        deployed=(1, 2, 1, 2),
        happens={0: (Approval(1),), 6: (Approval(2),), 12: (BACK,), 18: (FORTH,)},
        versions=2,
        spec=DEPLOYED,
    ),
    Scenario(
        "an endpoint of others is adopted",
        {},
        (Outcome.ADOPTED, Outcome.DEPLOYING, Outcome.CHAMPION_CHANGED),
        (),
        champion=2,
        deployed=(2,),
        happens={0: (ADOPTION,), 4: (Approval(2),)},
        versions=2,
        found=1,
        spec=DEPLOYED,
    ),
    Scenario(
        "a champion rejected while its successor fails",
        {},
        (
            *(Outcome.DEPLOYING, Outcome.CHAMPION_CHANGED) * 2,
            *(Outcome.DEPLOYING, Outcome.DEPLOYMENT_ROLLED_BACK),
            *(Outcome.ROLLING_BACK, Outcome.ROLLED_BACK, Outcome.COLLECTED),
        ),
        (),
        champion=1,
        deployed=(1, 2, 3, 1),
        reported=(Outcome.SKIPPED_NOT_APPROVAL,),
        happens={0: (Approval(1),), 6: (Approval(2),), 12: (Approval(3),), 14: (Approval(2, "Rejected"),)},
        versions=3,
        broken=3,
        spec=DEPLOYED,
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
        "drift that a monitor finds",
        {},
        (Outcome.CHAMPION_CHANGED, Outcome.STARTED, Outcome.SKIPPED_NOT_DEGRADED),
        (EVALUATION,),
        champion=1,
        happens={0: (Approval(1),), 2: (MonitorRan(),)},
        spec=evaluated_spec(changes={"monitor.schedules": {"churn-data-quality": "data_quality"}}),
        versions=1,
        stored=("evaluation/a.csv",),
    ),
    Scenario(
        "an alarm that recovers",
        {},
        (
            *(Outcome.CHAMPION_CHANGED, Outcome.STARTED, Outcome.SKIPPED_NOT_DEGRADED),
            Outcome.SKIPPED_NO_DRIFT,
        ),
        (EVALUATION,),
        champion=1,
        happens={0: (Approval(1),), 2: (ALARM,), 12: (RECOVERED,)},
        spec=evaluated_spec(changes={"monitor.alarms": {"churn-tenure": "bias"}}),
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
        {5: FIRST, 7: JUDGED},
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
        # Nothing but these looks hears of an approval that is not reported.
        self.plane.look_after_every = timedelta(minutes=1 if mode == "unreported" else 4)
        self.plane.ledger.apply(scenario.spec, self.plane.now())
        for _ in range(scenario.versions):
            self.plane.registry.register("churn")
        if scenario.found:
            self._find_serving(package_arn(scenario.found))
        put(self.plane.objects, *map(key, scenario.stored))
        pack_samples(self.plane)
        give_baselines(self.plane)
        if scenario.failing:
            self.plane.endpoints.answers[package_arn(scenario.failing)] = Answer(500)
        wrap = self.faults.wrap
        self.view = PlaneOf(
            self.plane,
            ledger=wrap("ledger", self.plane.ledger),
            objects=wrap("objects", self.plane.objects),
            pipelines=wrap("pipelines", self.plane.pipelines),
            events=wrap("events", self.plane.events),
            registry=wrap("registry", self.plane.registry),
            monitors=wrap("monitors", self.plane.monitors),
            notices=wrap("notices", self.plane.notices),
            schedules=wrap("schedules", self.plane.schedules),
            endpoints=wrap("endpoints", self.plane.endpoints),
        )
        self.undelivered: list[str] = []
        self._observed = 0
        self._approved: set[str] = set()

    def play(self) -> Ending:
        idle = longest = 0
        for minute in range(MINUTES):
            self._minute(minute)
            model = self.plane.ledger.model("churn")
            moving = any(not endpoint.has_settled for endpoint in self.plane.endpoints.endpoints.values())
            held = (model.slot and not self.plane.pipelines.running) or (model.deploying and not moving)
            idle = idle + 1 if held else 0
            longest = max(longest, idle)
            self.plane.wait(timedelta(minutes=1))
            if minute >= self.scenario.last_minute and self._has_seen_all() and not self._due():
                break
        return self._ending(longest)

    def _find_serving(self, version: str) -> None:
        """It was approved before the model was ours."""
        package, endpoints, then = self.plane.registry.describe(version), self.plane.endpoints, after(days=-1)
        self.plane.registry.packages[version] = replace(package, approval_status="Approved", last_modified=then)
        endpoints.endpoints["churn-prod"] = Endpoint("churn-prod", "InService", "theirs", None, then)
        endpoints.configs["theirs"] = [Variant("theirs", "theirs", (version,))]

    def _minute(self, minute: int) -> None:
        if minute in self.scenario.starts:
            self.plane.pipelines.unavailable = self.plane.endpoints.unavailable = self.scenario.starts[minute]
        if minute in self.scenario.landings:
            keys = map(key, self.scenario.landings[minute])
            self._deliver(partial(on_data_arrival, put(self.plane.objects, *keys), self.view))
        for happening in self.scenario.happens.get(minute, ()):
            report = self._report if isinstance(happening, Approval | MonitorRan) else self._deliver
            report(self._handling(happening))
        with suppress(*FAILURES, ExceptionGroup):
            self.faults.invoke(partial(tick, self.view))
        for handle in [*self._ours(), *self._ends(), *self._settled()]:
            self._deliver(handle)
        for arn in self.plane.registry.approval_descriptions.keys() - self._approved:
            self._approved.add(arn)
            self._report(self._package_event(arn))

    def _handling(self, happening: Happening) -> Callable[[], object]:
        match happening:
            case DriftReport() | AlarmStateChange():
                return partial(on_drift, happening, self.view)
            case RunRequested() | DeploymentRequested() | RollbackRequested() | AdoptionRequested():
                return partial(on_request, happening, self.view)
            case MonitorRan():
                self.plane.monitors.add(monitor_run(ended_at=self.plane.now()))
                return partial(on_drift, parse_drift_event(sample_event("monitor_run_completed")), self.view)
            case Approval(version, status):
                return self._package_event(self.plane.registry.set_approval(package_arn(version), status).arn)

    def _package_event(self, arn: str) -> Callable[[], object]:
        found = self.plane.registry.describe(arn)
        event = package_changed(arn, found.approval_status, at=found.last_modified, fields=["ModelApprovalStatus"])
        return partial(on_model_package, ModelPackageStateChange.parse(event), self.view)

    def _has_seen_all(self) -> bool:
        """What a look after the model is there to see."""
        model, runs = self.plane.ledger.model("churn"), self.plane.monitors.runs.values()
        ends = [run.ended_at for run in runs if run.ended_at]
        heard = not ends or (model.heard_until is not None and model.heard_until >= max(ends))
        return heard and model.approvals == self.plane.registry.approvals("churn")

    def _due(self) -> list[Due]:
        """A model is always looked after again."""
        due = FakeLedger.due(self.plane.ledger, after(days=1))
        return [item for item in due if not isinstance(item, Model)]

    def _ours(self) -> Iterator[Callable[[], object]]:
        """What `on_tick` has to say since the last time."""
        sent, self._observed = self.plane.events.sent[self._observed :], len(self.plane.events.sent)
        for number, (detail_type, detail) in enumerate(sent):
            match detail_type:
                case "Pipeline Execution Observed":
                    yield partial(on_pipeline_execution, detail["pipelineExecutionArn"], self.view)
                case "Endpoint Observed":
                    yield partial(on_endpoint, detail["EndpointName"], self.view, model=detail["model"])
                case "Monitor Run Observed":
                    observed = parse_drift_event(ours(detail_type, f"{self._observed}-{number}", detail))
                    yield partial(on_drift, observed, self.view)
                case "Model Package Observed":
                    told = {"id": f"{self._observed}-{number}", "source": "pointsman", "detail-type": detail_type}
                    event = ModelPackageStateChange.parse(told | {"detail": detail})
                    yield partial(on_model_package, event, self.view)

    def _ends(self) -> Iterator[Callable[[], object]]:
        for arn in self.plane.pipelines.running:
            if self.plane.now() - self.plane.pipelines.describe(arn).ended_at >= RUN_LASTS:
                self._end(arn)
                if self.mode != "unreported":
                    yield partial(on_pipeline_execution, arn, self.view)

    def _settled(self) -> Iterator[Callable[[], object]]:
        endpoints = self.plane.endpoints
        for endpoint in list(endpoints.endpoints.values()):
            if endpoint.has_settled or self.plane.now() - endpoint.modified_at < DEPLOYMENT_LASTS:
                continue
            wanted = endpoints.asked[-1].package
            broken = self.scenario.broken is not None and wanted == package_arn(self.scenario.broken)
            (endpoints.roll_back if broken else endpoints.settle)(endpoint.name)
            if self.mode != "unreported":
                yield partial(on_endpoint, endpoint.name, self.view)

    def _end(self, arn: str) -> None:
        """A training leaves a version, an evaluation a report."""
        self.plane.pipelines.end(arn, self.scenario.status)
        (request,) = [started.request for started in self.plane.pipelines.started if started.arn == arn]
        if request.purpose is TRAINING:
            version = self.plane.registry.register("churn", generated_by=arn)
            write_verdict(self.plane, str(version.report_uri), passed=True)
        else:
            uri = f"{request.parameters['ReportUri']}/evaluation.json"
            write_verdict(self.plane, uri, passed=self.scenario.passes)

    def _report(self, handle: Callable[[], object]) -> None:
        """As SageMaker does it, which promises nothing."""
        if self.mode != "unreported":
            self._deliver(handle)

    def _deliver(self, handle: Callable[[], object]) -> None:
        for _ in range(2 if self.mode == "twice" else 1):
            for _ in range(DELIVERIES):
                with suppress(*FAILURES):
                    self.faults.invoke(handle)
                    break
            else:
                self.undelivered.append(str(handle))

    def _ending(self, idle: int) -> Ending:
        ledger, pipelines, schedules = self.plane.ledger, self.plane.pipelines, self.plane.schedules
        endpoints = self.plane.endpoints
        return Ending(
            purposes=tuple(started.request.purpose for started in pipelines.started),
            data=len({started.request.fingerprint for started in pipelines.started}),
            model=ledger.model("churn"),
            decisions=ledger.decisions("churn"),
            runs=ledger.runs("churn"),
            due=self._due(),
            undelivered=self.undelivered,
            deployed=tuple(request.package for request in endpoints.asked),
            serving={
                endpoint.name: (endpoint.config, endpoint.has_settled) for endpoint in endpoints.endpoints.values()
            },
            idle=idle,
            kept={request.package for request in endpoints.asked if request.config in endpoints.made},
            models=len(endpoints.models),
            definitions=len(schedules.plans),
            monitors={name: schedules.plans[ran].constraints for name, ran in schedules.running.items()},
        )


def play(scenario: Scenario, mode: Mode, fault: Fault | None = None) -> tuple[Ending, Faults]:
    """The ending, and the calls that were made."""
    world = World(scenario, mode, fault)
    return world.play(), world.faults
