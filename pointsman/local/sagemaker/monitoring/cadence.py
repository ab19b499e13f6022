"""When a schedule's runs are due: no store, no thread.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ScheduleConfig.html
"""

import math
import re
from dataclasses import dataclass

from pointsman.local.sagemaker.errors import ValidationError

NOW = "NOW"
HOUR_SECONDS = 3600.0
_HOURS = 24
_CRON = re.compile(r"cron\(0 (?:\*|(?P<hour>[01]?\d|2[0-3])(?:/(?P<step>0?[1-9]|1\d|2[0-4]))?) \? \* \* \*\)")


@dataclass(frozen=True)
class Cadence:
    """On the hour, at these hours of the day in UTC, by a clock that runs `scale` times as fast as ours.

    Instants are epoch seconds of our clock. With a scale of 60 an hourly schedule is due every minute.
    """

    hours: frozenset[int]
    scale: float = 1.0

    def latest(self, now: float) -> float:
        """The last instant, `now` at the latest, that a run was due at."""
        hour = math.floor(now * self.scale / HOUR_SECONDS)
        return self._instant(next(back for back in range(hour, hour - _HOURS, -1) if back % _HOURS in self.hours))

    def next(self, now: float) -> float:
        """The first instant after `now` that a run is due at."""
        hour = math.floor(now * self.scale / HOUR_SECONDS) + 1
        return self._instant(next(ahead for ahead in range(hour, hour + _HOURS) if ahead % _HOURS in self.hours))

    def before(self, due: float) -> float:
        """The instant that the run before the one at `due` was due at."""
        return self.latest(due - HOUR_SECONDS / 2 / self.scale)

    def shortest_seconds(self) -> float:
        """Between two runs, by the schedule's own clock."""
        hours = sorted(self.hours)
        ahead = [*hours[1:], hours[0] + _HOURS]
        return min(later - earlier for earlier, later in zip(hours, ahead, strict=True)) * HOUR_SECONDS

    def _instant(self, hour: int) -> float:
        return hour * HOUR_SECONDS / self.scale


def parsed(expression: str | None, scale: float = 1.0) -> Cadence | None:
    """None for one run, immediately. Without an expression SageMaker picks a time of the day; this picks midnight.

    Raises ValidationError for a form that SageMaker doesn't take.
    """
    if expression == NOW:
        return None
    if expression is None:
        return Cadence(frozenset({0}), scale)
    found = _CRON.fullmatch(expression)
    if found is None:
        raise ValidationError(
            f"Invalid schedule expression: {expression}. Supported are cron(0 * ? * * *), cron(0 [00-23] ? * * *),"
            " cron(0 [00-23]/[01-24] ? * * *) and NOW."
        )
    if found["hour"] is None:
        return Cadence(frozenset(range(_HOURS)), scale)
    start, step = int(found["hour"]), int(found["step"] or _HOURS)
    return Cadence(frozenset(hour % _HOURS for hour in range(start, start + _HOURS, step)), scale)
