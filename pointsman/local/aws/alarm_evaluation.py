"""Alarms' states by their own metric, period by period, and as time passes.

MiniStack looks at all of a metric's name, whatever the dimensions, at all periods as one, and only when data arrive.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
CloudWatch evaluates by the minute; here data count as they arrive, and periods are counted back from now.
"""

# ruff: noqa: SLF001

import asyncio
import operator
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pointsman.local.aws.metric_math import combined, watched
from pointsman.local.aws.ministack import MiniStack

TICK_SECONDS = 1.0
# Longer than metrics take to arrive, whatever the time scale.
SHORTEST_PERIOD_SECONDS = 5.0
# MiniStack goes through all of them at each request.
KEPT_POINTS = 10_000

_COMPARISONS = {
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}
_WITHOUT_DATA = {"breaching": "ALARM", "notBreaching": "OK", "missing": "INSUFFICIENT_DATA"}

type Point = Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    state: str
    reason: str


def verdict(alarm: Mapping[str, Any], values: Sequence[float | None]) -> Verdict | None:
    """`values`: the statistic in each of the alarm's periods, newest first. None: the state stays as it is."""
    if alarm.get("ComparisonOperator") not in _COMPARISONS:
        return None  # of anomaly detection, which there is none of
    compare, words = _COMPARISONS[alarm["ComparisonOperator"]]
    treatment, needed = alarm.get("TreatMissingData") or "missing", alarm.get("DatapointsToAlarm") or len(values)
    known = [value for value in values if value is not None]
    if not known:
        return _without_data(treatment, len(values))
    breaches = [value is not None and compare(value, alarm["Threshold"]) for value in values]
    assumed = len(values) - len(known) if treatment == "breaching" else 0
    shown = ", ".join(f"{value:g}" for value in known)
    is_crossed = sum(breaches) + assumed >= needed
    if not is_crossed and treatment in {"missing", "ignore"} and _is_breaching_since(values, breaches, needed):
        if treatment == "ignore":
            return None
        is_crossed = True
    state, count, negation = ("ALARM", sum(breaches), "") if is_crossed else ("OK", len(known) - sum(breaches), "not ")
    datapoints = f"{count} out of the last {len(values)} datapoints [{shown}]"
    threshold = f"the threshold ({alarm['Threshold']:g})"
    return Verdict(state, f"Threshold Crossed: {datapoints} {_were(count)} {negation}{words} {threshold}.")


def _without_data(treatment: str, periods: int) -> Verdict | None:
    if treatment not in _WITHOUT_DATA:
        return None
    treated = "unknown" if treatment == "missing" else f"missing and treated as {treatment}"
    return Verdict(
        _WITHOUT_DATA[treatment],
        f"Insufficient Data: {periods} datapoint{'' if periods == 1 else 's'} {_were(periods)} {treated}.",
    )


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _is_breaching_since(values: Sequence[float | None], breaches: Sequence[bool], needed: int) -> bool:
    """Whether one lies as far back as is needed, and none since was within the threshold."""
    oldest = max((index for index, breach in enumerate(breaches) if breach), default=-1)
    since = zip(values[: oldest + 1], breaches, strict=False)
    return oldest + 1 >= needed and all(breach or value is None for value, breach in since)


class AlarmEvaluation:
    """In place of MiniStack's. Alarms' periods are on the time scale, as the deployments are that they watch."""

    def __init__(self, ministack: MiniStack, time_scale: float) -> None:
        self._ministack = ministack
        self._cloudwatch = ministack.cloudwatch
        self._time_scale = time_scale
        self._set_at: dict[str, float] = {}
        self._evaluating = False
        self._cloudwatch._evaluate_alarm = self._evaluate

    def heard(self, alarm: Mapping[str, Any]) -> None:
        """Its state changed. One that was set by hand holds for a period, unless data say otherwise before."""
        if not self._evaluating:
            self._set_at[alarm["AlarmArn"]] = time.time()

    async def keep(self) -> None:
        """Evaluate as time passes, on the loop, until cancelled."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            for account, region in {key[:2] for key in self._cloudwatch._alarms._data}:
                with self._ministack.responses.request_scope(account, region):
                    self._cloudwatch._evaluate_all_alarms()
            for points in list(self._cloudwatch._metrics._data.values()):  # functions add theirs on threads
                del points[:-KEPT_POINTS]

    def _evaluate(self, alarm: dict[str, Any]) -> None:
        alone = watched(alarm)
        if not alone:
            return
        now, period = time.time(), max(SHORTEST_PERIOD_SECONDS, alone[0].get("Period", 60) / self._time_scale)
        points = [self._points(each) for each in alone]
        set_at = self._set_at.get(alarm["AlarmArn"], 0.0)
        if now - set_at < period and not any(point["Timestamp"] > set_at for each in points for point in each):
            return
        values = [self._by_period(each, its, now, period) for each, its in zip(alone, points, strict=True)]
        found = verdict(alarm, combined(alarm, values))
        if found is not None and found.state != alarm["StateValue"]:
            self._change(alarm, found)

    def _by_period(
        self, alarm: Mapping[str, Any], points: Sequence[Point], now: float, period: float
    ) -> list[float | None]:
        """Newest first."""
        periods: list[list[Point]] = [[] for _ in range(alarm.get("EvaluationPeriods", 1))]
        for point in points:
            if 0 <= (age := int((now - point["Timestamp"]) // period)) < len(periods):
                periods[age].append(point)
        return [self._statistic(alarm, each) for each in periods]

    def _points(self, alarm: Mapping[str, Any]) -> list[Point]:
        dimensions = {each["Name"]: each["Value"] for each in alarm.get("Dimensions") or ()}
        key = (alarm["Namespace"], alarm["MetricName"], self._cloudwatch._dims_key(dimensions))
        unit = alarm.get("Unit")
        return [point for point in self._cloudwatch._metrics.get(key) or () if unit in {None, point["Unit"]}]

    def _statistic(self, alarm: Mapping[str, Any], points: Sequence[Point]) -> float | None:
        # MiniStack keeps the default Statistic beside an ExtendedStatistic.
        name = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
        statistics = self._cloudwatch._calc_stats(points)
        if not statistics or not (name in statistics or self._cloudwatch._is_percentile_stat(name)):
            return None
        value: float | None = self._cloudwatch._stat_value(statistics, name, points)
        return value

    def _change(self, alarm: dict[str, Any], found: Verdict) -> None:
        old = alarm["StateValue"]
        alarm |= {
            "StateValue": found.state, "StateReason": found.reason, "StateUpdatedTimestamp": int(time.time()),
        }  # fmt: skip
        self._cloudwatch._record_history(alarm["AlarmName"], old, found.state, found.reason)
        self._evaluating = True
        try:
            self._cloudwatch._dispatch_alarm_actions(alarm, old, found.state, found.reason)
        finally:
            self._evaluating = False
        self._cloudwatch._evaluate_parent_alarms(alarm)
