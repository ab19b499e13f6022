"""CloudWatch alarms that a deployment is watched by."""

import logging
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from pointsman.local.sagemaker.aws_clients import impatient_client
from pointsman.local.sagemaker.container import Surroundings

logger = logging.getLogger(__name__)


class Alarms:
    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._clients: dict[str | None, Any] = {}

    def ringing(self, names: Sequence[str], role: str | None) -> list[str]:
        """Those in state ALARM. One that doesn't exist, or can't be asked about, isn't. `role`: the model's."""
        if not names:
            return []
        try:
            found = self._cloudwatch(role).describe_alarms(
                AlarmNames=list(names), AlarmTypes=["MetricAlarm", "CompositeAlarm"]
            )
        except (BotoCoreError, ClientError) as error:
            logger.warning("The alarms %s can't be looked at: %s", ", ".join(names), error)
            return []
        alarms = [*found.get("MetricAlarms", []), *found.get("CompositeAlarms", [])]
        return [alarm["AlarmName"] for alarm in alarms if alarm["StateValue"] == "ALARM"]

    def _cloudwatch(self, role: str | None) -> Any:
        if role not in self._clients:
            self._clients[role] = impatient_client("cloudwatch", self._surroundings.acting_as(role))
        return self._clients[role]
