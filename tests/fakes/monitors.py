"""`Monitors` that knows the runs it is given."""

from dataclasses import dataclass, field

from control_plane.monitors import MonitorRun


@dataclass
class FakeMonitors:
    """`runs` by the ARN of their job."""

    runs: dict[str, MonitorRun] = field(default_factory=dict)

    def describe(self, job_arn: str) -> MonitorRun | None:
        return self.runs.get(job_arn)

    def add(self, run: MonitorRun) -> MonitorRun:
        self.runs[run.job_arn] = run
        return run
