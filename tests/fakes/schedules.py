"""`Schedules` in memory."""

from dataclasses import dataclass, field

from control_plane.errors import CallRefused
from control_plane.monitor_plans import MonitorPlan
from control_plane.policies import DriftKind


@dataclass
class FakeSchedules:
    """`running` are the definitions' names by schedule's, `plans` what definitions were made of, by name.

    `refusal` is what new ones are answered with.
    """

    running: dict[str, str] = field(default_factory=dict)
    plans: dict[str, MonitorPlan] = field(default_factory=dict)
    refusal: CallRefused | None = None

    def attach(self, plan: MonitorPlan) -> None:
        if self.refusal:
            raise self.refusal
        self.plans.setdefault(plan.definition, plan)
        self.running[plan.schedule] = plan.definition

    def detach(self, schedule: str) -> None:
        self.running.pop(schedule, None)

    def discard(self, kind: DriftKind, definition: str) -> None:
        """As SageMaker, it keeps what a schedule runs."""
        if definition in self.running.values():
            raise RuntimeError(f"definition {definition} is in use")
        if definition in self.plans and self.plans[definition].kind is kind:
            del self.plans[definition]
