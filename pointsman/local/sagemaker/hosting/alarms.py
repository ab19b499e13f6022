"""CloudWatch alarms that a deployment is watched by."""

import logging
from collections.abc import Sequence
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

logger = logging.getLogger(__name__)


class Alarms:
    def __init__(self, endpoint_url: str, region: str) -> None:
        self._endpoint_url = endpoint_url
        self._region = region
        self._client: Any = None

    def ringing(self, names: Sequence[str]) -> list[str]:
        """Those in state ALARM. One that doesn't exist, or can't be asked about, isn't."""
        if not names:
            return []
        try:
            found = self._cloudwatch().describe_alarms(
                AlarmNames=list(names), AlarmTypes=["MetricAlarm", "CompositeAlarm"]
            )
        except (BotoCoreError, ClientError) as error:
            logger.warning("The alarms %s can't be looked at: %s", ", ".join(names), error)
            return []
        alarms = [*found.get("MetricAlarms", []), *found.get("CompositeAlarms", [])]
        return [alarm["AlarmName"] for alarm in alarms if alarm["StateValue"] == "ALARM"]

    def _cloudwatch(self) -> Any:
        if self._client is None:
            self._client = boto3.client(
                "cloudwatch",
                endpoint_url=self._endpoint_url,
                region_name=self._region,
                aws_access_key_id="test",
                aws_secret_access_key="test",  # noqa: S106 -- the embedded AWS knows no other
                config=Config(retries={"max_attempts": 1}, connect_timeout=2, read_timeout=5),
            )
        return self._client
