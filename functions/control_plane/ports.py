"""What the rooms need of AWS, in our words. One adapter each under `adapters/`, one fake each under `tests/fakes/`;
that of the ledger serves plans, too, and lies in `pointsman/rehearsal/`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from control_plane.costs import JobUse
from control_plane.endpoints import Endpoints
from control_plane.ledger import Ledger
from control_plane.manifests import DataObject
from control_plane.monitors import Monitors
from control_plane.notices import Notice
from control_plane.records import StartRequest
from control_plane.registry import Registry
from control_plane.schedules import Schedules

# Ours: the execution was deleted with its pipeline. It has ended, or its slot would be held for ever.
GONE = "Gone"
RUNNING = frozenset({"Executing", "Stopping"})


@dataclass(frozen=True, slots=True)
class Execution:
    """A pipeline execution as SageMaker describes it; `status` is one of PipelineExecutionStatus, or GONE."""

    arn: str
    status: str
    ended_at: datetime
    failure: str | None

    @property
    def has_ended(self) -> bool:
        return self.status not in RUNNING


class Pipelines(Protocol):
    """SageMaker Pipelines."""

    def start(self, request: StartRequest, *, token: str, display_name: str, description: str) -> str:
        """Start an execution once per `token` (32 to 128 characters) and return its ARN.

        Raises CapacityExceeded, CallRefused.
        """

    def describe(self, arn: str) -> Execution: ...

    def jobs(self, arn: str) -> Sequence[JobUse]:
        """What an execution that has ended ran itself; steps that the cache served ran nothing.

        One request, and one for each job.
        """


class Objects(Protocol):
    """S3."""

    def list(self, bucket: str, prefix: str) -> Iterable[DataObject]:
        """The current version of every object under the prefix, in no promised order."""

    def write(self, bucket: str, key: str, body: bytes) -> str:
        """Store a JSON document and return its S3 URI."""

    def read(self, uri: str) -> bytes | None:
        """The document at an S3 URI; None where there is none."""

    def unpack(self, uri: str) -> bytes | None:
        """The first file of the gzipped tar archive at an S3 URI; None where that isn't. Raises UnreadableArchive."""


class Events(Protocol):
    """Our own bus source."""

    def send(self, detail_type: str, detail: Mapping[str, object]) -> None: ...


class Notices(Protocol):
    """People."""

    def tell(self, notice: Notice) -> None: ...


class ControlPlane(Protocol):
    """All that a room may use. `wiring.py` puts AWS behind it; tests put fakes."""

    @property
    def ledger(self) -> Ledger: ...
    @property
    def objects(self) -> Objects: ...
    @property
    def pipelines(self) -> Pipelines: ...
    @property
    def events(self) -> Events: ...
    @property
    def notices(self) -> Notices: ...
    @property
    def registry(self) -> Registry: ...
    @property
    def monitors(self) -> Monitors: ...
    @property
    def schedules(self) -> Schedules: ...
    @property
    def endpoints(self) -> Endpoints: ...
    @property
    def artifact_bucket(self) -> str: ...
    @property
    def patience(self) -> timedelta:
        """How long what is begun or under way is left alone before a tick sees to it."""

    @property
    def look_after_every(self) -> timedelta:
        """How long a model may go without being compared with what SageMaker says of it."""

    def now(self) -> datetime: ...
