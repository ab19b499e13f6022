"""`ControlPlane` in memory, with a clock that stands still until it is moved."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from control_plane.endpoints import Endpoints
from control_plane.ledger import Ledger
from control_plane.monitors import Monitors
from control_plane.ports import Events, Notices, Objects, Pipelines
from control_plane.registry import Registry
from control_plane.schedules import Schedules
from pointsman.rehearsal.ledger import InMemoryLedger as FakeLedger
from tests.fakes.endpoints import FakeEndpoints
from tests.fakes.events import FakeEvents
from tests.fakes.monitors import FakeMonitors
from tests.fakes.notices import FakeNotices
from tests.fakes.objects import FakeObjects
from tests.fakes.pipelines import FakePipelines
from tests.fakes.registry import FakeRegistry
from tests.fakes.schedules import FakeSchedules
from tests.samples import MORNING


@dataclass
class FakeControlPlane:
    """A fresh control plane that nothing has happened to."""

    clock: datetime = MORNING
    artifact_bucket: str = "artifacts"
    ledger: FakeLedger = field(default_factory=FakeLedger)
    objects: FakeObjects = field(default_factory=FakeObjects)
    events: FakeEvents = field(default_factory=FakeEvents)
    monitors: FakeMonitors = field(default_factory=FakeMonitors)
    notices: FakeNotices = field(default_factory=FakeNotices)
    schedules: FakeSchedules = field(default_factory=FakeSchedules)
    pipelines: FakePipelines = field(init=False)
    registry: FakeRegistry = field(init=False)
    endpoints: FakeEndpoints = field(init=False)
    look_after_every: timedelta = timedelta(minutes=15)
    patience: timedelta = timedelta(minutes=1)

    def __post_init__(self) -> None:
        self.pipelines = FakePipelines(self.now)
        self.registry = FakeRegistry(self.now)
        self.endpoints = FakeEndpoints(self.now)

    def now(self) -> datetime:
        return self.clock

    def wait(self, duration: timedelta) -> None:
        self.clock += duration


@dataclass(frozen=True)
class PlaneOf:
    """The same control plane seen through other ports, such as ports that fail."""

    whole: FakeControlPlane
    ledger: Ledger
    objects: Objects
    pipelines: Pipelines
    events: Events
    registry: Registry
    monitors: Monitors
    notices: Notices
    schedules: Schedules
    endpoints: Endpoints

    @property
    def patience(self) -> timedelta:
        return self.whole.patience

    @property
    def look_after_every(self) -> timedelta:
        return self.whole.look_after_every

    @property
    def artifact_bucket(self) -> str:
        return self.whole.artifact_bucket

    def now(self) -> datetime:
        return self.whole.now()
