"""The span of time whose data a run looks at, and the hours' folders that hold it.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-schedule.html, "Model monitor offsets"
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from pointsman.local.sagemaker import durations
from pointsman.local.sagemaker.errors import ValidationError
from pointsman.local.sagemaker.monitoring.cadence import HOUR_SECONDS, Cadence
from pointsman.local.sagemaker.shapes import Shape

_LONGEST_SECONDS = 24 * HOUR_SECONDS
_START, _END = "DataAnalysisStartTime", "DataAnalysisEndTime"


@dataclass(frozen=True)
class Window:
    """From `start` to just before `end`, in epoch seconds."""

    start: float
    end: float

    def hours(self) -> list[str]:
        """The folders `yyyy/mm/dd/hh` of the hours that it touches."""
        first = int(self.start // HOUR_SECONDS)
        return [folder(hour * HOUR_SECONDS) for hour in range(first, int(-(-self.end // HOUR_SECONDS)))]


def folder(instant: float) -> str:
    return datetime.fromtimestamp(instant, UTC).strftime("%Y/%m/%d/%H")


def report_folder(due: float, cadence: Cadence | None) -> str:
    """Of the run due then. With a fast clock an hour of ours holds several: the second tells them apart,
    as none may overwrite what another found. Beyond 3600 times as fast, runs share a second, and a folder.
    """
    hour = folder(due)
    return hour if cadence is None or cadence.scale == 1 else f"{hour}/{datetime.fromtimestamp(due, UTC):%M%S}"


def of_run(due: float, cadence: Cadence | None, schedule: Shape, given: Shape) -> Window:
    """`schedule`: a ScheduleConfig; `given`: the EndpointInput or BatchTransformInput, whose offsets come first.

    Offsets are by the schedule's clock; without any, the window reaches back to the run before.
    """
    scale = cadence.scale if cadence else 1.0
    start, end = given.get("StartTimeOffset", schedule.get(_START)), given.get("EndTimeOffset", schedule.get(_END))
    since = cadence.before(due) if cadence else due
    return Window(
        start=since if start is None else due - seconds_back(start) / scale,
        end=due if end is None else due - seconds_back(end) / scale,
    )


def check(schedule: Shape, given: Shape, cadence: Cadence | None) -> None:
    """Raises ValidationError where no window can come of them."""
    if cadence is None and not {_START, _END} <= schedule.keys():
        raise ValidationError(f"{_START} and {_END} are required when ScheduleExpression is NOW.")
    window = of_run(0.0, cadence, schedule, given)
    if window.start >= window.end:
        raise ValidationError("The start of the monitoring window must be before its end.")
    if {_START, _END} <= schedule.keys() and seconds_back(schedule[_START]) - seconds_back(schedule[_END]) > (
        _LONGEST_SECONDS
    ):
        raise ValidationError(f"{_START} must not precede {_END} by more than 24 hours.")


def seconds_back(offset: str) -> float:
    """Of an offset such as -PT1H. Raises ValidationError."""
    try:
        return durations.parse(offset.removeprefix("-")).total_seconds()
    except ValueError as error:
        raise ValidationError(f"Invalid offset {offset}: {error}.") from error
