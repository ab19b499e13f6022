"""`Events`: what is sent reaches a rule on source `pointsman`; what isn't taken is an error."""

import json
import time
import uuid
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from control_plane.adapters.eventbridge import EventBridgeEvents
from control_plane.errors import EventNotSent
from tests.contract.conftest import client_of
from tests.local.instances import Instance

DEADLINE_SECONDS = 30.0


def test_what_is_sent_reaches_a_rule_on_our_source(aws: Instance) -> None:
    events, sqs = client_of(aws, "events"), client_of(aws, "sqs")
    name = f"observed-{uuid.uuid4().hex[:8]}"
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name=name, EventPattern=json.dumps({"source": ["pointsman"], "detail-type": [name]}))
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
    EventBridgeEvents(events).send(name, {"pipelineExecutionArn": "arn:of/execution/1"})
    received = receive(sqs, queue)
    assert received["detail"] == {"pipelineExecutionArn": "arn:of/execution/1"}


def receive(sqs: Any, queue: str) -> dict[str, Any]:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1)
        for message in answer.get("Messages", []):
            event: dict[str, Any] = json.loads(message["Body"])
            return event
    pytest.fail("nothing arrived")


def test_an_event_that_was_not_taken_is_an_error_though_the_answer_is_200() -> None:
    client = boto3.client("events", region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test")
    with Stubber(client) as stubber:
        entry = {"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}
        stubber.add_response("put_events", {"FailedEntryCount": 1, "Entries": [entry]})
        with pytest.raises(EventNotSent, match="ThrottlingException: slow down"):
            EventBridgeEvents(client).send("Pipeline Execution Observed", {})
