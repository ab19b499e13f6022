"""What people hear on the deployed stack's topic, in the order in which it happened, and once."""

import json
from collections.abc import Callable
from typing import Any

from tests.local.instances import eventually
from tests.local.stack import LAP_SECONDS, Stack


def test_people_hear_of_what_waits_for_them_what_serves_and_what_failed(stack: Stack) -> None:
    heard = listener(stack)
    stack.land()
    stack.ended(1)
    (version,) = stack.packages()
    stack.crown(version)
    stack.land({"part-00.csv": b"age,target\n59,151\n"})
    _, failed = stack.ended(2)

    notices = eventually(lambda: found if len(found := heard()) >= 3 else [], within=LAP_SECONDS)
    assert [notice["what"] for notice in notices] == ["AWAITS_APPROVAL", "CHAMPION_CHANGED", "RUN_FAILED"]
    waits, serves, failure = notices
    assert waits["title"] == "diabetes: a version waits for approval"
    assert "rmse" in waits["because"]
    assert version in serves["because"]
    assert failure["run"] == failed.arn
    assert failure["because"] == failed.failure
    assert failed.decision in failure["link"]


def listener(stack: Stack) -> Callable[[], list[dict[str, Any]]]:
    """Subscribes a queue; what it has heard so far."""
    sqs, sns = stack.environment.client("sqs"), stack.environment.client("sns")
    queue = sqs.create_queue(QueueName="listener")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}]}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
    sns.subscribe(TopicArn=stack.environment.output("Notices"), Protocol="sqs", Endpoint=arn)
    heard: list[dict[str, Any]] = []

    def hear() -> list[dict[str, Any]]:
        for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            told = json.loads(json.loads(message["Body"])["Message"])
            heard.extend([told] if "what" in told else [])  # alarms are told on the topic, too, in CloudWatch's words
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return heard

    return hear
