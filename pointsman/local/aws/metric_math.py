"""Alarms over several metrics, which MiniStack has none of: their sum, or the greatest of them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

# ruff: noqa: SLF001

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pointsman.local.aws.ministack import MiniStack

type Properties = dict[str, Any]
type Watched = Mapping[str, Any]

_EXPRESSIONS: dict[str, Callable[[Iterable[float]], float]] = {"SUM(METRICS())": sum, "MAX(METRICS())": max}


def install(ministack: MiniStack) -> None:
    """Let a template have such alarms. MiniStack makes them as alarms of their first metric, and keeps the others."""
    handler = ministack.provisioners._RESOURCE_HANDLERS["AWS::CloudWatch::Alarm"]
    create, update = handler["create"], handler["update"]

    def created(logical_id: str, properties: Properties, stack: str) -> tuple[str, Properties]:
        return kept(create(logical_id, _of_one_metric(properties), stack), properties)

    def updated(name: str, old: Properties, new: Properties, stack: str, *rest: Any, **named: Any) -> Any:
        return kept(update(name, old, _of_one_metric(new), stack, *rest, **named), new)

    def kept(made: tuple[str, Properties], properties: Properties) -> tuple[str, Properties]:
        alarm = ministack.cloudwatch._alarms[made[0]]
        if queries := properties.get("Metrics"):
            alarm |= {"Metrics": queries, "MetricName": "", "Namespace": "", "Dimensions": []}
        else:
            alarm.pop("Metrics", None)
        return made

    ministack.provisioners._RESOURCE_HANDLERS["AWS::CloudWatch::Alarm"] = {
        **handler,
        "create": created,
        "update": updated,
    }


def watched(alarm: Watched) -> list[Watched]:
    """The alarm for each metric that it looks at, as if that were its only one. Empty for a composite alarm."""
    if queries := alarm.get("Metrics"):
        return [_alone(alarm, query["MetricStat"]) for query in queries if "MetricStat" in query]
    return [alarm] if alarm.get("MetricName") else []


def combined(alarm: Watched, values: Sequence[Sequence[float | None]]) -> list[float | None]:
    """By period: `values` has a list for each metric. A metric without data in a period doesn't count in it."""
    if not alarm.get("Metrics"):
        return list(values[0])
    known = ([value for value in period if value is not None] for period in zip(*values, strict=True))
    combine = _EXPRESSIONS[_expression(alarm["Metrics"])]
    return [combine(period) if period else None for period in known]


def _of_one_metric(properties: Properties) -> Properties:
    """Raises ValueError, which CloudFormation reports as the resource's failure."""
    queries = properties.get("Metrics")
    if not queries:
        return properties
    if _expression(queries) not in _EXPRESSIONS:
        raise ValueError(f"here metric math knows {' and '.join(_EXPRESSIONS)} alone (found {_expression(queries)!r})")
    others = {name: value for name, value in properties.items() if name != "Metrics"}
    return {**others, **_alone({}, next(query["MetricStat"] for query in queries if "MetricStat" in query))}


def _alone(alarm: Watched, stat: Mapping[str, Any]) -> Properties:
    return {**alarm, "Dimensions": [], **stat["Metric"], "Period": int(stat["Period"]), "Statistic": stat["Stat"]}


def _expression(queries: Sequence[Mapping[str, Any]]) -> str:
    return next((str(query["Expression"]).replace(" ", "") for query in queries if "Expression" in query), "")
