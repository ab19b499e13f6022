"""The monitoring schedules that the control plane makes, of SageMaker's Model Monitor."""

from typing import Protocol

from control_plane.monitor_plans import MonitorPlan
from control_plane.policies import DriftKind


class Schedules(Protocol):
    """All of it may be repeated: what is as asked stays, and what is gone already is."""

    def attach(self, plan: MonitorPlan) -> None:
        """Make the job definition, and the schedule that runs it, or have the schedule run it from now on.

        Raises CallRefused. What may pass by itself, such as a schedule that is just changing, is raised as it is.
        """

    def detach(self, schedule: str) -> None:
        """Delete a schedule. A run under way goes on to its end."""

    def discard(self, kind: DriftKind, definition: str) -> None:
        """Delete a job definition that no schedule runs any more."""
