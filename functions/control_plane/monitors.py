"""The runs of monitoring schedules, as the control plane sees them. SageMaker's Model Monitor starts them."""

from dataclasses import dataclass
from typing import Literal, Protocol

from control_plane.policies import DriftKind

type MonitorStatus = Literal["InProgress", "Stopping", "Completed", "Failed", "Stopped"]


@dataclass(frozen=True, slots=True)
class MonitorRun:
    """A processing job that a monitoring schedule started.

    `output_uri` is the folder of its reports. `kind` is None where nothing but its reports tells what it looks at;
    `endpoint` where it looks at a batch of data. `exit_message` is the container's own word, one line.
    """

    job_arn: str
    schedule: str
    endpoint: str | None
    status: MonitorStatus
    exit_message: str
    failure: str | None
    output_uri: str | None
    kind: DriftKind | None

    @property
    def found_violations(self) -> bool:
        """What the container says. The reports say more, but where there are none it need not leave any."""
        return self.exit_message.startswith("CompletedWithViolations")


class Monitors(Protocol):
    """SageMaker's Model Monitor."""

    def describe(self, job_arn: str) -> MonitorRun | None:
        """None for a job that analyses nothing for a monitoring schedule, and for one that SageMaker doesn't know."""
