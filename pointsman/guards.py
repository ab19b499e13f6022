"""The alarms that guard an endpoint while it goes over to a new version, as a model's spec sets their limits.

The functions only look whether they exist; SageMaker watches them, and takes an update back when one goes off.
Metrics: https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html#cloudwatch-metrics-endpoint-invocation
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from control_plane.adapters.sagemaker_endpoints import VARIANT
from control_plane.serving import Serving, guard_name

_PERIOD_SECONDS = 60
_METRICS = {
    # 1 is sent for a request that fails and 0 for one that doesn't, so the average is the share of those that fail.
    "http_5xx": {"MetricName": "Invocation5XXErrors", "Statistic": "Average"},
    "model_errors": {"MetricName": "InvocationModelErrors", "Statistic": "Average"},
    "latency_p99": {"MetricName": "ModelLatency", "ExtendedStatistic": "p99"},
}


def guards(serving: Serving) -> Iterator[dict[str, Any]]:
    """The `PutMetricAlarm` request of each limit. An endpoint that nobody asks is in no alarm."""
    for name, limit in serving.rollout.alarms.limits.items():
        yield {
            "AlarmName": guard_name(serving.endpoint, name),
            "AlarmDescription": f"Takes an update of {serving.endpoint} back; made by `pointsman apply`",
            "Namespace": "AWS/SageMaker",
            **_METRICS[name],
            "Dimensions": [
                {"Name": "EndpointName", "Value": serving.endpoint},
                {"Name": "VariantName", "Value": VARIANT},
            ],
            "Period": _PERIOD_SECONDS,
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": limit / timedelta(microseconds=1) if isinstance(limit, timedelta) else limit,
            "TreatMissingData": "notBreaching",
        }
