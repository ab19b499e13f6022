"""Where an invocation's end, or an event that could not be delivered, is sent."""

# ruff: noqa: SLF001

import hashlib
import json
import logging
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from pointsman.local.aws.event_loop import EventLoop
from pointsman.local.aws.ministack import MiniStack

logger = logging.getLogger(__name__)


class Destinations:
    """Sends to the ARN of a queue, a topic, a function or a bus."""

    def __init__(self, ministack: MiniStack, loop: EventLoop, invoke: Callable[[str, Any], None]) -> None:
        self._ministack = ministack
        self._loop = loop
        self._invoke = invoke

    def send(self, arn: str, body: Any, attributes: Mapping[str, tuple[str, str]] | None = None) -> None:
        """`attributes` are message attributes for a queue: name to (type, value)."""
        match arn.split(":")[2]:
            case "sqs":
                self._loop.call(self._to_queue, arn, body if isinstance(body, str) else json.dumps(body), attributes)
            case "sns":
                self._loop.call(self._ministack.sns.publish_internal, arn, json.dumps(body), "")
            case "lambda":
                self._invoke(arn, body)
            case "events":
                self._loop.call(self._to_bus, arn, body)
            case other:
                logger.error("%s is no destination that is known here: %s", other, arn)

    def _to_queue(self, arn: str, body: str, attributes: Mapping[str, tuple[str, str]] | None) -> None:
        sqs = self._ministack.sqs
        queue = sqs._queue_by_arn(arn)
        if queue is None:
            logger.error("the queue %s does not exist; lost: %s", arn, body)
            return
        now = time.time()
        values = {name: {"DataType": kind, "StringValue": value} for name, (kind, value) in (attributes or {}).items()}
        message = {
            "id": str(uuid.uuid4()),
            "body": body,
            "md5_body": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
            "md5_attrs": sqs._md5_msg_attrs(values) or "",
            "receipt_handle": None,
            "sent_at": now,
            "visible_at": now + sqs.queue_delay(queue),
            "receive_count": 0,
            "message_attributes": values,
            "sys": {"SenderId": self._ministack.account, "SentTimestamp": str(int(now * 1000))},
        }
        sqs._ensure_msg_fields(message)
        queue["messages"].append(message)
        sqs.esm_wake.set()

    def _to_bus(self, arn: str, body: Mapping[str, Any]) -> None:
        succeeded = body["requestContext"]["condition"] == "Success"
        entry = {
            "Source": "lambda",
            "DetailType": f"Lambda Function Invocation Result - {'Success' if succeeded else 'Failure'}",
            "Detail": json.dumps(body),
            "Resources": [arn, body["requestContext"]["functionArn"]],
            "EventBusName": arn.rsplit("event-bus/", maxsplit=1)[-1],
        }
        self._ministack.eventbridge._put_events({"Entries": [entry]})
