"""Which names of AWS an event is about: a model's spec claims its endpoint, schedules and alarms by name."""

import re

from control_plane.events import AlarmStateChange
from control_plane.events.cloudwatch import Metric
from control_plane.models import endpoint_claim
from control_plane.monitors import MonitorRun
from control_plane.policies import DriftKind

# Model Monitor writes `aws/sagemaker/Endpoints/data-metrics`; its pages say `/aws/sagemaker/Endpoints/data-metric`.
_NAMESPACE = re.compile(r"/?aws/sagemaker/(?:Endpoints|ModelMonitoring)/(data|model|bias|explainability)-metrics?")
_KINDS = {
    "data": DriftKind.DATA_QUALITY,
    "model": DriftKind.MODEL_QUALITY,
    "bias": DriftKind.BIAS,
    "explainability": DriftKind.FEATURE_ATTRIBUTION,
}
# By either of the names that a dimension goes by; the schedule's first, which says more.
_DIMENSIONS = (
    ("MonitoringSchedule", "schedule/{}".format),
    ("ScheduleName", "schedule/{}".format),
    ("Endpoint", endpoint_claim),
    ("EndpointName", endpoint_claim),
)


def claims_of_run(run: MonitorRun) -> tuple[str, ...]:
    """The most telling first."""
    return (f"schedule/{run.schedule}", *((endpoint_claim(run.endpoint),) if run.endpoint else ()))


def claims_of_alarm(event: AlarmStateChange) -> tuple[str, ...]:
    """The most telling first. Dimensions count where Model Monitor wrote the metric: latency is no drift."""
    monitored = [metric.dimensions for metric in event.metrics if kind_of_metric(metric)]
    named = [claim(dimensions[name]) for name, claim in _DIMENSIONS for dimensions in monitored if name in dimensions]
    return tuple(dict.fromkeys([f"alarm/{event.detail.name}", *named]))


def kind_of_metric(metric: Metric) -> DriftKind | None:
    """None for a metric that Model Monitor doesn't write."""
    match = _NAMESPACE.fullmatch(metric.namespace)
    return _KINDS[match[1]] if match else None
