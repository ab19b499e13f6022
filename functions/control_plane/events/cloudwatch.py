"""CloudWatch's events, delivered at least once.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from control_plane.clock import stamp
from control_plane.events.envelope import Event, Moment, Wire


class Metric(Wire):
    """`metricStat.metric`."""

    namespace: str = ""
    name: str = ""
    dimensions: Mapping[str, str] = {}


class MetricStat(Wire):
    """`metricStat`."""

    metric: Metric = Metric()


class AlarmMetric(Wire):
    """A metric that an alarm watches, or, without one, an expression over the others."""

    metric_stat: MetricStat | None = Field(None, alias="metricStat")


class AlarmConfiguration(Wire):
    """`detail.configuration`. A composite alarm has a rule over other alarms, and no metrics."""

    metrics: tuple[AlarmMetric, ...] = ()
    alarm_rule: str | None = Field(None, alias="alarmRule")


class AlarmState(Wire):
    """`detail.state`. `suppressed_by` says what holds a composite alarm's actions back, if anything does."""

    value: Literal["ALARM", "OK", "INSUFFICIENT_DATA"]
    reason: str = ""
    timestamp: Moment | None = None
    suppressed_by: str | None = Field(None, alias="actionsSuppressedBy")

    @property
    def is_suppressed(self) -> bool:
        """Not while it only waits for its suppressor: nobody promises another event when it has waited in vain."""
        return self.suppressed_by not in {None, "WaitPeriod"}


class AlarmDetail(Wire):
    """`detail` of an alarm's state change."""

    name: str = Field(alias="alarmName", min_length=1)
    state: AlarmState
    configuration: AlarmConfiguration = AlarmConfiguration()


class AlarmStateChange(Event):
    """An alarm of one metric, of an expression over several, or of other alarms changed its state."""

    detail_type: Literal["CloudWatch Alarm State Change"] = Field(alias="detail-type")
    resources: tuple[str, ...] = ()
    detail: AlarmDetail

    @property
    def identity(self) -> str:
        """The same for every delivery of one change. An alarm that was held back may be let go without another one."""
        state, arn = self.detail.state, next(iter(self.resources), self.detail.name)
        when = stamp(state.timestamp) if state.timestamp else f"{state.value} {self.occurrence}"
        return f"{arn} {when}" + (f" suppressed by {state.suppressed_by}" if state.suppressed_by else "")

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Those that it watches, itself or through an expression."""
        watched = (each.metric_stat for each in self.detail.configuration.metrics)
        return tuple(stat.metric for stat in watched if stat)
