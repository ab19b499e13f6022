"""One structured line per outcome, so that the log answers "why?" by model, decision or run."""

from functools import cache

from aws_lambda_powertools import Logger

from control_plane.actions import Hold, RecordEnd, Skip
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


def log_outcome(outcome: Outcome, subject: str, action: Hold | RecordEnd | Skip) -> None:
    """For an event that leaves no decision of its own, or none yet."""
    logger().info(f"{outcome}: {_why(action)}", extra={"outcome": outcome, "subject": subject})


def _why(action: Hold | RecordEnd | Skip) -> str:
    match action:
        case Hold(route, _, arrivals, complete):
            waits = "which are complete" if complete else "until their window closes"
            return f"{arrivals} arrivals in {route.source.prefix} of model {route.model}, {waits}"
        case RecordEnd():
            return f"it ended {action.status}"
        case Skip():
            return action.because
