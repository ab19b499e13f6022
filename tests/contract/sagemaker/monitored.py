"""Monitors as tests make them, on what a batch transform captured: that needs no endpoint."""

import json
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from tests.contract.sagemaker.definitions import CLUSTER, IMAGE
from tests.contract.sagemaker.serving import Client
from tests.local.instances import eventually, unique

ANALYZER = "156813124566.dkr.ecr.us-east-1.amazonaws.com/sagemaker-model-monitor-analyzer"
HOURLY = "cron(0 * ? * * *)"
LAST_HOUR = {"ScheduleExpression": "NOW", "DataAnalysisStartTime": "-PT1H", "DataAnalysisEndTime": "-PT0H"}
ENDED = {"Completed", "CompletedWithViolations", "Failed", "Stopped"}


class Monitored:
    """`root`: the URI below which captured data and reports lie. What it makes it deletes, with `tidied`."""

    def __init__(self, client: Client, s3: Any, bucket: str, role: str) -> None:
        self._client = client
        self._s3 = s3
        self._bucket = bucket
        self._role = role
        self._prefix = unique("monitored")
        self.root = f"s3://{bucket}/{self._prefix}"
        self._made: list[tuple[str, dict[str, str]]] = []

    @property
    def sagemaker(self) -> Any:
        return self._client.boto3

    @contextmanager
    def tidied(self) -> "Iterator[Monitored]":
        try:
            yield self
        finally:
            for operation, named in reversed(self._made):
                with suppress(ClientError):
                    getattr(self.sagemaker, operation)(**named)

    def put(self, key: str, text: str) -> str:
        self._s3.put_object(Bucket=self._bucket, Key=f"{self._prefix}/{key}", Body=text.encode())
        return f"{self.root}/{key}"

    def document(self, uri: str) -> Any:
        key = uri.removeprefix(f"s3://{self._bucket}/")
        return json.load(self._s3.get_object(Bucket=self._bucket, Key=key)["Body"])

    def capture(self, text: str) -> None:
        """As a batch transform of this hour captures a file that it read: in a manifest."""
        name = unique("rows")
        self.put(f"data/{name}.csv", text)
        manifest = json.dumps([{"prefix": f"{self.root}/data/"}, f"{name}.csv"])
        self.put(f"captured/input/{datetime.now(UTC):%Y/%m/%d/%H}/{name}.json", manifest)

    def definition(self, **changes: Any) -> dict[str, Any]:
        """A request for a definition about the quality of the data of a batch transform."""
        where = {"S3Uri": f"{self.root}/reports", "LocalPath": "/opt/ml/processing/output"}
        return {
            "JobDefinitionName": unique("Definition"),
            "DataQualityAppSpecification": {"ImageUri": ANALYZER},
            "DataQualityJobInput": {"BatchTransformInput": self.batch()},
            "DataQualityJobOutputConfig": {"MonitoringOutputs": [{"S3Output": where}]},
            "JobResources": CLUSTER,
            "RoleArn": self._role,
            **changes,
        }

    def batch(self, **changes: Any) -> dict[str, Any]:
        return {
            "DataCapturedDestinationS3Uri": f"{self.root}/captured",
            "DatasetFormat": {"Csv": {"Header": True}},
            "LocalPath": "/opt/ml/processing/input_data",
            **changes,
        }

    def inline(self, **changes: Any) -> dict[str, Any]:
        """The same as part of a schedule."""
        given = self.definition()
        return {
            "MonitoringInputs": [given["DataQualityJobInput"]],
            "MonitoringOutputConfig": given["DataQualityJobOutputConfig"],
            "MonitoringResources": CLUSTER,
            "MonitoringAppSpecification": given["DataQualityAppSpecification"],
            "RoleArn": self._role,
            **changes,
        }

    def defined(self, **changes: Any) -> str:
        """The name of a new definition."""
        request = self.definition(**changes)
        self.sagemaker.create_data_quality_job_definition(**request)
        name = str(request["JobDefinitionName"])
        self._made.append(("delete_data_quality_job_definition", {"JobDefinitionName": name}))
        return name

    def config(self, schedule: Mapping[str, str] | None = None, /, **changes: Any) -> dict[str, Any]:
        """A MonitoringScheduleConfig, of a new definition unless the changes say otherwise."""
        job = {} if changes else {"MonitoringJobDefinitionName": self.defined(), "MonitoringType": "DataQuality"}
        return {"ScheduleConfig": schedule or {"ScheduleExpression": HOURLY}, **job, **changes}

    def scheduled(self, config: dict[str, Any], **arguments: Any) -> str:
        """The name of a new schedule, past Pending."""
        name = unique("Schedule")
        self.sagemaker.create_monitoring_schedule(
            MonitoringScheduleName=name, MonitoringScheduleConfig=config, **arguments
        )
        self._made.append(("delete_monitoring_schedule", {"MonitoringScheduleName": name}))
        self.settled(name)
        return name

    def settled(self, schedule: str) -> dict[str, Any]:
        """DescribeMonitoringSchedule's answer once it isn't pending."""

        def look() -> dict[str, Any] | None:
            found: dict[str, Any] = self.sagemaker.describe_monitoring_schedule(MonitoringScheduleName=schedule)
            return None if found["MonitoringScheduleStatus"] == "Pending" else found

        return eventually(look, within=self._client.deadline_seconds) or {}

    def executions(self, schedule: str) -> list[dict[str, Any]]:
        """The newest first."""
        listed = self.sagemaker.list_monitoring_executions(MonitoringScheduleName=schedule, MaxResults=100)
        found: list[dict[str, Any]] = listed["MonitoringExecutionSummaries"]
        return found

    def ended(self, schedule: str) -> dict[str, Any]:
        """The schedule's first run to end."""

        def look() -> dict[str, Any] | None:
            found = self.executions(schedule)
            return next((run for run in found if run["MonitoringExecutionStatus"] in ENDED), None)

        return eventually(look, within=self._client.deadline_seconds) or {}

    def run(self, script: str = "", **changes: Any) -> dict[str, Any]:
        """A run, ended, of a container of our own with this script, on the data of this hour and the one before."""
        job = self.inline(**{"MonitoringAppSpecification": self.container(script), **changes})
        return self.ended(self.scheduled(self.config(LAST_HOUR, MonitoringJobDefinition=job)))

    def container(self, script: str) -> dict[str, Any]:
        """Runs a script: one that the job brings along, as it would a preprocessor's."""
        uri = self.put(f"code/{unique('script')}.py", textwrap.dedent(script))
        path = f"/opt/ml/processing/code/preprocessing/{uri.rpartition('/')[2]}"
        return {"ImageUri": IMAGE, "ContainerEntrypoint": ["python3", path], "RecordPreprocessorSourceUri": uri}

    def job(self, execution: dict[str, Any]) -> dict[str, Any]:
        name = execution["ProcessingJobArn"].rpartition("/")[2]
        found: dict[str, Any] = self.sagemaker.describe_processing_job(ProcessingJobName=name)
        return found
