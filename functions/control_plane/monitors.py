"""The runs of monitoring schedules, as the control plane sees them. SageMaker's Model Monitor starts them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from control_plane.policies import DriftKind

type MonitorStatus = Literal["InProgress", "Stopping", "Completed", "Failed", "Stopped"]


def drift_decision_id(identity: str) -> str:
    """Of the decision on what a monitor's job, by its ARN, or an alarm's change says.

    An alarm's name may be of any length and letters; the id becomes part of names.
    """
    return f"drift-{hashlib.sha256(identity.encode()).hexdigest()[:24]}"


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
    ended_at: datetime | None

    @property
    def found_violations(self) -> bool:
        """What the container says. The reports say more, but where there are none it need not leave any."""
        return self.exit_message.startswith("CompletedWithViolations")


class Monitors(Protocol):
    """SageMaker's Model Monitor."""

    def describe(self, job_arn: str) -> MonitorRun | None:
        """None for a job that analyses nothing for a monitoring schedule, and for one that SageMaker doesn't know."""

    def ended_of_schedule(self, name: str, since: datetime, until: datetime) -> Sequence[str]:
        """The ARNs of the jobs of a schedule's runs that ended after `since` and not after `until`, oldest first.

        Of the newest 100 runs, in one request. Empty for a schedule that SageMaker doesn't know; runs that failed
        before they had a job are left out.
        """

    def ended_of_endpoint(self, name: str, since: datetime, until: datetime) -> Sequence[str]:
        """As `ended_of_schedule`, of all schedules that look at an endpoint."""
