"""What people are told of. Everything else is in the log and in `pointsman decisions`, for whoever asks."""

from dataclasses import dataclass

from control_plane.outcomes import Outcome
from control_plane.records import Decision, Run

# What changed in production, and what only a person can mend, each in words for a subject line.
HEADLINES = {
    Outcome.AWAITS_APPROVAL: "a version waits for approval",
    Outcome.CHAMPION_CHANGED: "a new version serves",
    Outcome.ROLLED_BACK: "an earlier version serves again",
    Outcome.DEPLOYMENT_ROLLED_BACK: "SageMaker rolled a deployment back",
    Outcome.DEPLOYMENT_FAILED: "a deployment failed",
    Outcome.SMOKE_TEST_FAILED: "a version does not answer its own sample, and makes way",
    Outcome.CHAMPION_NOT_SERVING: "the endpoint does not serve the champion",
    Outcome.DEFERRED_UNGUARDED: "a deployment waits for alarms that are to guard it",
    Outcome.SKIPPED_NO_BASELINE: "nothing watches the champion, which has no baseline",
    Outcome.REFUSED: "SageMaker refuses what was decided",
    Outcome.DATA_OVERDUE: "expected data did not arrive",
    Outcome.SKIPPED_DATA_ERRORS: "live data is broken",
    Outcome.SKIPPED_MONITOR_FAILED: "a monitor could not tell whether there is drift",
}
RUN_FAILED = "RUN_FAILED"


@dataclass(frozen=True, slots=True)
class Notice:
    """A message for people. `what` is an outcome or RUN_FAILED; `decision` and `run` are where to look further."""

    what: str
    model: str
    headline: str
    because: str
    decision: str
    run: str | None = None

    @property
    def title(self) -> str:
        return f"{self.model}: {self.headline}"


def news_of(record: Decision | Run) -> str | None:
    """What a record is told as; None of most. A record that changes and is still the same news is told once."""
    if isinstance(record, Run):
        return RUN_FAILED if record.status == "Failed" else None
    return record.outcome if record.outcome in HEADLINES else None
