"""A processing job that a schedule started: one whose metrics go to CloudWatch.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-cloudwatch.html
"""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from pointsman.local.sagemaker.aws_clients import impatient_client
from pointsman.local.sagemaker.container import Surroundings
from pointsman.local.sagemaker.job_folder import JobFolder
from pointsman.local.sagemaker.processing_job import ProcessingJob
from pointsman.local.sagemaker.s3_transfer import Transfer
from pointsman.local.sagemaker.shapes import Shape

logger = logging.getLogger(__name__)
_METRICS = "/opt/ml/output/metrics/cloudwatch"
_BATCH = 1000


class MonitorJob(ProcessingJob):
    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings

    def deliver(self, job: Shape, folder: JobFolder, transfer: Transfer) -> None:
        super().deliver(job, folder, transfer)
        if job["Environment"].get("publish_cloudwatch_metrics") == "Enabled":
            self._publish(
                namespace(job["Environment"]), list(_metrics(folder.container(_METRICS), folder)), folder, job
            )

    def _publish(self, namespace: str, metrics: list[Shape], folder: JobFolder, job: Shape) -> None:
        """Best effort: the reports tell the same, and stand in S3 by now."""
        cloudwatch: Any = impatient_client("cloudwatch", self._surroundings.acting_as(self.role(job)))
        try:
            for start in range(0, len(metrics), _BATCH):
                cloudwatch.put_metric_data(Namespace=namespace, MetricData=metrics[start : start + _BATCH])
        except (BotoCoreError, ClientError) as error:
            logger.warning("The metrics of a monitoring job are not in CloudWatch: %s", error)
            folder.note([f"the metrics are not in CloudWatch: {error}"])


def namespace(environment: dict[str, str]) -> str:
    """The one that Model Monitor writes to; its documentation has others."""
    of = "Endpoints" if "sagemaker_endpoint_name" in environment else "ModelMonitoring"
    what = "model" if environment.get("analysis_type") == "MODEL_QUALITY" else "data"
    return f"aws/sagemaker/{of}/{what}-metrics"


def _metrics(directory: Path, folder: JobFolder) -> Iterator[Shape]:
    """In the form of PutMetricData's MetricData; a line that isn't one is told of in the job's log."""
    for path in sorted(directory.rglob("*.jsonl")):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if not line.strip():
                continue
            try:
                metric: Shape = json.loads(line)
                yield {"MetricName": metric["MetricName"], **metric}
            except (ValueError, TypeError, KeyError) as error:
                folder.note([f"{path.name}, line {number}, is no metric: {type(error).__name__}: {error}"])
