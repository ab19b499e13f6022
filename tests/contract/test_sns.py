"""`Notices`: what is told reaches who subscribes, as the attributes let it, in words or as JSON."""

import json
import uuid
from typing import Any

import pytest
from botocore.stub import Stubber

from control_plane.adapters.sns import SnsNotices
from control_plane.notices import Notice
from tests.contract.conftest import client_of
from tests.contract.test_eventbridge import receive
from tests.local.instances import Instance

NOTICE = Notice("DEPLOYMENT_FAILED", "churn", "a deployment failed", "churn-prod is Failed", "package-1", "config-1")
LINK = (
    "https://us-east-1.console.aws.amazon.com/dynamodbv2/home?region=us-east-1"
    "#edit-item?itemMode=2&pk=DECISION%23package-1&route=ROUTE_ITEM_EXPLORER&sk=&table=ledger"
)


def test_programs_get_its_fields_and_may_choose_by_model_and_kind(aws: Instance) -> None:
    sns, sqs = client_of(aws, "sns"), client_of(aws, "sqs")
    topic = sns.create_topic(Name=f"notices-{uuid.uuid4().hex[:8]}")["TopicArn"]
    queues = {model: subscribed(sns, sqs, topic, model) for model in ("churn", "fraud")}
    SnsNotices(sns, topic, "ledger").tell(NOTICE)
    received = receive(sqs, queues["churn"])
    assert received["Subject"] == "churn: a deployment failed"
    assert json.loads(received["Message"]) == {
        "what": "DEPLOYMENT_FAILED",
        "model": "churn",
        "headline": "a deployment failed",
        "title": "churn: a deployment failed",
        "because": "churn-prod is Failed",
        "decision": "package-1",
        "run": "config-1",
        "link": LINK,
    }
    assert "Messages" not in sqs.receive_message(QueueUrl=queues["fraud"])


def subscribed(sns: Any, sqs: Any, topic: str, model: str) -> str:
    """The URL of a queue that gets what is told of the model."""
    queue = str(sqs.create_queue(QueueName=f"{model}-{uuid.uuid4().hex[:8]}")["QueueUrl"])
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}]}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
    attributes = {"FilterPolicy": json.dumps({"model": [model]})}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=attributes)
    return queue


@pytest.mark.parametrize(("run", "lines"), [("config-1", ["What came of it: config-1"]), (None, [])])
def test_an_inbox_gets_words(aws: Instance, run: str | None, lines: list[str]) -> None:
    client = client_of(aws, "sns")
    told: dict[str, Any] = {}
    client.meta.events.register("provide-client-params.sns.Publish", lambda params, **_: told.update(params))
    with Stubber(client) as stubber:
        stubber.add_response("publish", {"MessageId": "m1"})
        notice = Notice("DEPLOYMENT_FAILED", "churn", "a deployment failed", "churn-prod is Failed", "package-1", run)
        SnsNotices(client, "arn:aws:sns:us-east-1:000000000000:notices", "ledger").tell(notice)
    assert json.loads(told["Message"])["email"].splitlines() == [
        "churn: a deployment failed (DEPLOYMENT_FAILED)",
        "",
        "churn-prod is Failed",
        "",
        *lines,
        "pointsman decisions show package-1",
        LINK,
    ]
