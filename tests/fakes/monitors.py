"""`Monitors` that knows the runs it is given."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from control_plane.monitors import MonitorRun


@dataclass
class FakeMonitors:
    """`runs` by the ARN of their job."""

    runs: dict[str, MonitorRun] = field(default_factory=dict)

    def describe(self, job_arn: str) -> MonitorRun | None:
        return self.runs.get(job_arn)

    def ended_of_schedule(self, name: str, since: datetime, until: datetime) -> list[str]:
        return self._ended(lambda run: run.schedule == name, since, until)

    def ended_of_endpoint(self, name: str, since: datetime, until: datetime) -> list[str]:
        return self._ended(lambda run: run.endpoint == name, since, until)

    def _ended(self, chosen: Callable[[MonitorRun], bool], since: datetime, until: datetime) -> list[str]:
        ends = {run.job_arn: run.ended_at for run in self.runs.values() if chosen(run) and run.ended_at}
        return sorted((arn for arn, at in ends.items() if since < at <= until), key=lambda arn: ends[arn])

    def add(self, run: MonitorRun) -> MonitorRun:
        self.runs[run.job_arn] = run
        return run
