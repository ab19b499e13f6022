"""CloudWatch's `CloudWatch Alarm State Change` events, which MiniStack does not send.

Shape: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
"""

# ruff: noqa: SLF001

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from pointsman.local.aws.ministack import MiniStack

type Emit = Callable[[str, str, dict[str, Any], list[str]], None]


def install(ministack: MiniStack, emit: Emit, changed: Callable[[Mapping[str, Any]], None]) -> None:
    """At each change of state call `changed` and emit an event, beside the actions, which need not be enabled."""
    cloudwatch = ministack.cloudwatch
    dispatch_actions = cloudwatch._dispatch_alarm_actions

    def dispatch(alarm: Mapping[str, Any], old_state: str, new_state: str, reason: str) -> None:
        changed(alarm)
        dispatch_actions(alarm, old_state, new_state, reason)
        detail = state_change(alarm, old_state, new_state, reason, now=datetime.now(UTC))
        emit("aws.cloudwatch", "CloudWatch Alarm State Change", detail, [alarm["AlarmArn"]])

    cloudwatch._dispatch_alarm_actions = dispatch


def state_change(
    alarm: Mapping[str, Any], old_state: str, new_state: str, reason: str, *, now: datetime
) -> dict[str, Any]:
    """The event's detail."""
    return {
        "alarmName": alarm["AlarmName"],
        "state": {"value": new_state, "reason": reason, "timestamp": _timestamp(now)},
        "previousState": {"value": old_state},
        "configuration": _configuration(alarm),
    }


def _configuration(alarm: Mapping[str, Any]) -> dict[str, Any]:
    described = {"description": alarm["AlarmDescription"]} if alarm.get("AlarmDescription") else {}
    if "AlarmRule" in alarm:
        return {**described, "alarmRule": alarm["AlarmRule"]}
    if "Metrics" in alarm:
        return {**described, "metrics": [_query(query) for query in alarm["Metrics"]]}
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic", "Average")
    stat = {"metric": _metric(alarm), "period": int(alarm.get("Period", 60)), "stat": statistic}
    metric_id = f"{alarm['AlarmName']}-metric"
    return {**described, "metrics": [{"id": metric_id, "metricStat": stat, "returnData": True}]}


def _query(query: Mapping[str, Any]) -> dict[str, Any]:
    """Of metric math."""
    told = {"id": query["Id"], "returnData": query.get("ReturnData", True)}
    if "Expression" in query:
        return {**told, "expression": query["Expression"]}
    stat = query["MetricStat"]
    return {**told, "metricStat": {"metric": _metric(stat["Metric"]), "period": stat["Period"], "stat": stat["Stat"]}}


def _metric(named: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "namespace": named.get("Namespace", ""),
        "name": named.get("MetricName", ""),
        "dimensions": {each["Name"]: each["Value"] for each in named.get("Dimensions") or []},
    }


def _timestamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}+0000"
