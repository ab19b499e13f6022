"""Events that could not be delivered or handled: what they are, why they are there, and the way back."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pointsman.environment import Environment

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_MOST_AT_ONCE = 10
# While somebody looks at them nobody else gets them.
_HELD_SECONDS = 300


@dataclass(frozen=True)
class Letter:
    """`event` is None for what is none; `why` is in the words of who gave up."""

    receipt: str
    event: Mapping[str, Any] | None
    why: str
    text: str


@dataclass(frozen=True)
class DeadLetters:
    """The queue of an environment."""

    sqs: "SQSClient"
    url: str

    @classmethod
    def of(cls, environment: Environment) -> "DeadLetters":
        """Raises NotDeployed."""
        return cls(environment.client("sqs"), environment.output("DeadLetters"))

    def take(self, limit: int) -> Iterator[Letter]:
        """Up to `limit`, kept from others for five minutes."""
        taken = 0
        while taken < limit:
            answer = self.sqs.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=min(_MOST_AT_ONCE, limit - taken),
                MessageAttributeNames=["All"],
                VisibilityTimeout=_HELD_SECONDS,
            )
            found = answer.get("Messages", [])
            if not found:
                return
            taken += len(found)
            yield from map(letter_of, found)

    def put_back(self, letter: Letter) -> None:
        self.sqs.change_message_visibility(QueueUrl=self.url, ReceiptHandle=letter.receipt, VisibilityTimeout=0)

    def remove(self, letter: Letter) -> None:
        self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=letter.receipt)


def letter_of(message: "MessageTypeDef") -> Letter:
    """From EventBridge, which tells why in attributes; from Lambda, which wraps the event; from the queue of arrivals.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    text = message.get("Body", "")
    document: Any = None
    with suppress(ValueError):
        document = json.loads(text)
    attributes = {name: value.get("StringValue", "") for name, value in message.get("MessageAttributes", {}).items()}
    why = attributes.get("ERROR_MESSAGE") or attributes.get("ERROR_CODE") or "its room gave up on it; its log says why"
    if isinstance(document, dict) and "requestPayload" in document:
        failed = document.get("responsePayload") or {}
        why = f"{failed.get('errorType')}: {failed.get('errorMessage')}" if failed else str(document["requestContext"])
        document = document["requestPayload"]
    event = document if isinstance(document, dict) and "detail-type" in document else None
    return Letter(message["ReceiptHandle"], event, why, text)
