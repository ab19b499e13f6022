"""The one place that says whether a start may happen now. Pure; every room that starts something asks here."""

from control_plane.actions import Defer, Skip, StartTraining
from control_plane.ledger import Model, StartRequest
from control_plane.outcomes import Outcome


def admit(
    request: StartRequest, model: Model, *, because: str, data_used_by: str | None
) -> StartTraining | Defer | Skip:
    """Start, wait or skip. `data_used_by` is the decision that has claimed exactly this data, if any has."""
    if data_used_by:
        return Skip(Outcome.SKIPPED_SAME_DATA, f"{because}, but decision {data_used_by} is on exactly this data")
    if model.slot:
        return Defer(
            request, Outcome.DEFERRED_BUSY, f"{because}, but {model.slot.run or model.slot.decision} is under way"
        )
    return StartTraining(request, because)
