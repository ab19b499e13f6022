"""Schedules to the second, in their time zone, on a time scale, and remembered over a restart.

MiniStack looks every ten seconds, takes every expression for UTC, and forgets what fired: after a restart a one-shot
schedule would fire again. Only rate() follows the scale: cron() and at() name moments of the real clock.
"""

# ruff: noqa: SLF001

import logging
import re
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pointsman.local.aws.event_loop import EventLoop
from pointsman.local.aws.ministack import MiniStack

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.5
SHORTEST_PERIOD_SECONDS = 1.0


def install(ministack: MiniStack, loop: EventLoop, *, time_scale: float) -> None:
    """Tick twice a second, on the loop's thread."""
    eventbridge, scheduler = ministack.eventbridge, ministack.scheduler
    eventbridge._SCHEDULER_TICK_INTERVAL = scheduler._SCHEDULE_TICK_INTERVAL = TICK_SECONDS
    tick_rules = eventbridge._tick_scheduled_rules
    eventbridge._tick_scheduled_rules = lambda: loop.call(tick_rules)
    eventbridge._parse_rate_seconds = scaled_rate(eventbridge._parse_rate_seconds, time_scale)
    scheduler._tick_schedules = lambda: loop.call(_tick_schedules, ministack)


def scaled_rate(parse: Callable[[str], int | None], time_scale: float) -> Callable[[str], float | None]:
    """The period of a rate() expression in real seconds; None for another expression, as from `parse`."""

    def period(expression: str) -> float | None:
        seconds = parse(expression)
        return None if seconds is None else max(SHORTEST_PERIOD_SECONDS, seconds / time_scale)

    return period


def _tick_schedules(ministack: MiniStack) -> None:
    now = time.time()
    fired = ministack.scheduler._schedule_last_fired
    for key, schedule in list(ministack.scheduler._schedules._data.items()):
        if schedule["State"] != "ENABLED" or now < (schedule.get("StartDate") or 0):
            continue
        ended = schedule.get("EndDate") is not None and now > schedule["EndDate"]
        due = None if ended else _due(ministack, schedule, fired.get(key))
        if due is not None and due <= now:
            fired[key] = now
            _fire(ministack, key, schedule, due)
            ended = is_one_shot(schedule)
        if ended and schedule.get("ActionAfterCompletion") == "DELETE":
            ministack.scheduler._schedules._data.pop(key, None)


def _due(ministack: MiniStack, schedule: Mapping[str, Any], last: float | None) -> float | None:
    """When it fires next, in epoch seconds; the past means now. None: never, or not understood."""
    if is_one_shot(schedule):
        moment = one_shot_moment(schedule)
        return None if last is not None and last >= moment else moment
    expression = schedule["ScheduleExpression"]
    since = max(last or 0.0, schedule["LastModificationDate"])  # an update starts the count anew
    period = ministack.eventbridge._parse_rate_seconds(expression)
    if period is not None:
        return float(since + period)
    fields = ministack.eventbridge._parse_cron_fields(expression)
    after = datetime.fromtimestamp(since, _zone(schedule))
    occurrence = ministack.eventbridge._cron_next_fire(fields, after) if fields else None
    return occurrence.timestamp() if occurrence else None


def is_one_shot(schedule: Mapping[str, Any]) -> bool:
    return str(schedule["ScheduleExpression"]).strip().startswith("at(")


def one_shot_moment(schedule: Mapping[str, Any]) -> float:
    """Epoch seconds of at(yyyy-mm-ddThh:mm:ss), which is in the schedule's time zone; infinity when malformed."""
    found = re.fullmatch(r"\s*at\((.+)\)\s*", schedule["ScheduleExpression"])
    try:
        moment = datetime.fromisoformat(found[1].strip() if found else "")
    except ValueError:
        return float("inf")
    return (moment if moment.tzinfo else moment.replace(tzinfo=_zone(schedule))).timestamp()


def _zone(schedule: Mapping[str, Any]) -> ZoneInfo:
    return ZoneInfo(schedule.get("ScheduleExpressionTimezone") or "UTC")


def _fire(ministack: MiniStack, key: tuple[str, str, str], schedule: Mapping[str, Any], due: float) -> None:
    account, region, name = key
    event = {
        "EventId": str(uuid.uuid4()),
        "Source": "aws.scheduler",
        "DetailType": "Scheduled Event",
        "Detail": "{}",
        "Time": due,
        "Resources": [schedule["Arn"]],
        "Account": account,
        "Region": region,
    }
    with ministack.responses.request_scope(account, region):
        try:
            ministack.eventbridge._invoke_target(schedule["Target"], event, schedule)
        except Exception:
            # One schedule that cannot be delivered must not keep the others from firing.
            logger.exception("the schedule %s at %s was not delivered", name, datetime.fromtimestamp(due, UTC))


def last_fired(ministack: MiniStack) -> dict[str, dict[Any, float]]:
    """Part of the snapshot: when each schedule and each scheduled rule last fired."""
    return {
        "schedules": ministack.scheduler._schedule_last_fired,
        "rules": ministack.eventbridge._rule_last_fired,
    }


def restore_last_fired(ministack: MiniStack, fired: dict[str, dict[Any, float]]) -> None:
    """Undo the forgetting."""
    ministack.scheduler._schedule_last_fired.update(fired["schedules"])
    ministack.eventbridge._rule_last_fired.update(fired["rules"])
