"""`Events` on EventBridge's default bus."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from control_plane.errors import EventNotSent

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient


class EventBridgeEvents:
    """Needs events:PutEvents with the condition `events:source` = pointsman."""

    def __init__(self, client: "EventBridgeClient") -> None:
        self._client = client

    def send(self, detail_type: str, detail: Mapping[str, object]) -> None:
        """Raises EventNotSent: PutEvents answers 200 also when it took nothing."""
        answer = self._client.put_events(
            Entries=[{"Source": "pointsman", "DetailType": detail_type, "Detail": json.dumps(detail)}]
        )
        if answer["FailedEntryCount"]:
            entry = answer["Entries"][0]
            raise EventNotSent(f"{entry.get('ErrorCode')}: {entry.get('ErrorMessage')}")
