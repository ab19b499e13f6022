"""One structured line per outcome, so that the log answers "why?" by model, decision or run."""

from functools import cache

from aws_lambda_powertools import Logger

from control_plane.actions import RecordEnd, Skip
from control_plane.outcomes import Outcome
from control_plane.records import Decision


@cache
def logger() -> Logger:
    """Made at first use: importing a room does nothing."""
    return Logger(service="pointsman")


def log_decision(decision: Decision) -> None:
    """`correlation_id` is the decision's id, which the execution and the model package carry too."""
    logger().info(
        f"{decision.outcome}: {decision.then or decision.because}",
        extra={"correlation_id": decision.id, **decision.model_dump(mode="json", exclude={"request", "because"})},
    )


def log_outcome(outcome: Outcome, subject: str, action: RecordEnd | Skip) -> None:
    """For an event that leaves no decision of its own."""
    why = action.because if isinstance(action, Skip) else f"it ended {action.status}"
    logger().info(f"{outcome}: {why}", extra={"outcome": outcome, "subject": subject})
