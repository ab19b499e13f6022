"""A run ended: what that means for its model."""

from control_plane.actions import RecordEnd, Skip, Start
from control_plane.outcomes import Outcome
from control_plane.ports import Execution
from control_plane.records import Decision, Run


def decide_end(run: Run, execution: Execution) -> RecordEnd | Skip:
    """SageMaker's word counts, not the event's: events come late, twice and out of order."""
    if not execution.has_ended:
        return Skip(Outcome.SKIPPED_STALE, f"{run.arn} is still {execution.status}")
    if run.status:
        return Skip(Outcome.SKIPPED_DUPLICATE, f"{run.arn} is on record as {run.status}")
    return RecordEnd(execution.status, execution.failure)


def decide_next(pending: Decision, ended: Run) -> Start:
    """What waited for the slot takes it."""
    return Start(pending.start, f"{ended.arn} has ended")
