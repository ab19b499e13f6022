"""Endpoints' invocation metrics in CloudWatch: best effort, and never in a request's way.

https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html#cloudwatch-metrics-endpoint-invocation
SageMaker publishes them by the minute; here it is by the second, so that a minute on a time scale has some.
"""

import itertools
import logging
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from pointsman.local.sagemaker.aws_clients import impatient_client
from pointsman.local.sagemaker.container import Surroundings
from pointsman.local.sagemaker.shapes import Shape

logger = logging.getLogger(__name__)
_NAMESPACE = "AWS/SageMaker"
_INTERVAL_SECONDS = 1.0
# PutMetricData's limits.
_VALUES = 150
_DATA = 1000


@dataclass(frozen=True)
class Invocation:
    """`status`: the container's, 0 where it gave none. `overhead_seconds`: ours."""

    endpoint: str
    variant: str
    status: int
    model_seconds: float
    overhead_seconds: float


def metric_data(invocations: Sequence[Invocation], at: float) -> list[Shape]:
    """PutMetricData's MetricData, each value with its count. `at`: epoch seconds."""
    values: defaultdict[tuple[str, str, str, str], Counter[float]] = defaultdict(Counter)
    for each in invocations:
        for metric, unit, value in _measured(each):
            values[each.endpoint, each.variant, metric, unit][value] += 1
    return [
        {
            "MetricName": metric,
            "Dimensions": [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": variant}],
            "Timestamp": at,
            "Unit": unit,
            "Values": [value for value, _ in batch],
            "Counts": [float(count) for _, count in batch],
        }
        for (endpoint, variant, metric, unit), counts in values.items()
        for batch in itertools.batched(counts.items(), _VALUES, strict=False)
    ]


def _measured(invocation: Invocation) -> Iterator[tuple[str, str, float]]:
    """Errors count 0 as well, so that their average is a rate."""
    kind = invocation.status // 100
    yield "Invocations", "None", 1
    yield "Invocation4XXErrors", "None", int(kind == 4)  # noqa: PLR2004
    yield "Invocation5XXErrors", "None", int(kind == 5)  # noqa: PLR2004
    yield "InvocationModelErrors", "None", int(kind != 2)  # noqa: PLR2004
    yield "ModelLatency", "Microseconds", round(invocation.model_seconds * 1e6)
    yield "OverheadLatency", "Microseconds", round(invocation.overhead_seconds * 1e6)


class Metrics:
    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._client: Any = None
        self._lock = threading.Lock()
        self._invocations: list[Invocation] = []
        self._added, self._closing = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._publish_all, name="sagemaker-metrics", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._closing.set()
        self._added.set()
        self._thread.join(timeout=5)

    def add(self, invocation: Invocation) -> None:
        with self._lock:
            self._invocations.append(invocation)
        self._added.set()

    def _publish_all(self) -> None:
        while not self._closing.is_set():
            self._added.wait()
            self._closing.wait(_INTERVAL_SECONDS)
            self._added.clear()
            with self._lock:
                invocations, self._invocations = self._invocations, []
            try:
                self._publish(invocations)
            except (BotoCoreError, ClientError) as error:
                logger.warning("The metrics of %d invocations are lost: %s", len(invocations), error)

    def _publish(self, invocations: Sequence[Invocation]) -> None:
        if self._client is None:
            self._client = impatient_client("cloudwatch", self._surroundings)
        for batch in itertools.batched(metric_data(invocations, time.time()), _DATA, strict=False):
            self._client.put_metric_data(Namespace=_NAMESPACE, MetricData=batch)
