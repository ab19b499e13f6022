"""What a clean stop and a `kill -9` leave."""

import json
import socket
import threading
from typing import Any
from urllib.parse import urlsplit

import pytest

from pointsman.errors import UnreadableState
from pointsman.local.process import stop
from tests.local.instances import Instance, eventually, unique
from tests.local.test_deliveries import rule_to, send

TEMPLATE = {
    "Resources": {
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Parameter": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "kept"}},
    }
}

APPENDING = """
import json, os, time
def handler(event, context):
    with open(os.environ["OUT"], "a") as out:
        out.write(json.dumps(event) + chr(10))
    time.sleep(float(os.environ.get("SLEEP", "0")))
"""


def populate(aws: Instance, out: str) -> dict[str, Any]:
    """Something in every service that matters; returns the names."""
    bucket, table, stack = unique("bucket"), unique("table"), unique("stack")
    aws.client("s3").create_bucket(Bucket=bucket)
    aws.client("s3").put_object(Bucket=bucket, Key="a/key", Body=b"contents")
    aws.client("dynamodb").create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    aws.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "1"}, "set": {"SS": ["a", "b"]}})
    aws.client("cloudformation").create_stack(StackName=stack, TemplateBody=json.dumps(TEMPLATE))
    aws.client("cloudformation").get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    function = aws.function(APPENDING, Environment={"Variables": {"OUT": out}})
    source, _ = rule_to(aws, function)
    queue, _ = aws.queue(VisibilityTimeout="600")
    aws.client("sqs").send_message(QueueUrl=queue, MessageBody="received before")
    assert aws.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    return {"bucket": bucket, "table": table, "stack": stack, "source": source, "queue": queue}


def check(aws: Instance, names: dict[str, Any], out: Any) -> None:
    contents = aws.client("s3").get_object(Bucket=names["bucket"], Key="a/key")["Body"].read()
    item = aws.client("dynamodb").get_item(TableName=names["table"], Key={"id": {"S": "1"}})["Item"]
    stack = aws.client("cloudformation").describe_stacks(StackName=names["stack"])["Stacks"][0]
    assert contents == b"contents"
    assert sorted(item["set"]["SS"]) == ["a", "b"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert [message["Body"] for message in aws.receive(names["queue"])] == ["received before"]  # in flight before
    send(aws, names["source"], {"after": "restart"})
    eventually(lambda: out.exists() and "restart" in out.read_text())


def test_everything_is_back_after_a_kill(own_aws: Instance, tmp_path: Any) -> None:
    out = tmp_path / "out"
    names = populate(own_aws, str(out))
    port = own_aws.running.port
    eventually(
        lambda: b"received before" in own_aws.settings.snapshot_file.read_bytes()
    )  # the last thing that was made
    own_aws.kill()
    own_aws.start_again()
    assert own_aws.running.port == port
    check(own_aws, names, out)


def test_everything_is_back_after_a_stop_on_another_port(own_aws: Instance, tmp_path: Any) -> None:
    out = tmp_path / "out"
    names = populate(own_aws, str(out))
    assert stop(own_aws.settings.state)
    with socket.create_server(("127.0.0.1", own_aws.running.port)):
        own_aws.start_again()
    names["queue"] = own_aws.client("sqs").get_queue_url(QueueName=names["queue"].rpartition("/")[2])["QueueUrl"]
    check(own_aws, names, out)


def test_a_queue_of_a_stack_has_the_port_that_is_served(own_aws: Instance) -> None:
    ref = {"Value": {"Ref": "Queue"}, "Export": {"Name": "queue"}}
    template = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}, "Outputs": {"Url": ref}}
    own_aws.client("cloudformation").create_stack(StackName="queues", TemplateBody=json.dumps(template))
    own_aws.client("cloudformation").get_waiter("stack_create_complete").wait(StackName="queues")
    assert stop(own_aws.settings.state)
    with socket.create_server(("127.0.0.1", own_aws.running.port)):
        own_aws.start_again()
    client = own_aws.client("cloudformation")
    resources = client.describe_stack_resources(StackName="queues")["StackResources"]
    urls = {
        *(resource["PhysicalResourceId"] for resource in resources),
        *(output["OutputValue"] for output in client.describe_stacks(StackName="queues")["Stacks"][0]["Outputs"]),
        *(export["Value"] for export in client.list_exports()["Exports"]),
    }
    assert [urlsplit(url).port for url in urls] == [own_aws.running.port]
    assert own_aws.receive(urls.pop()) == []


def test_an_invocation_cut_off_by_a_kill_is_made_again(own_aws: Instance, tmp_path: Any) -> None:
    out = tmp_path / "out"
    function = own_aws.function(APPENDING, Environment={"Variables": {"OUT": str(out), "SLEEP": "5"}}, Timeout=20)
    source, _ = rule_to(own_aws, function)
    send(own_aws, source, {"number": 1})
    eventually(out.exists)
    eventually(lambda: b"number" in own_aws.settings.snapshot_file.read_bytes())
    own_aws.kill()
    own_aws.start_again()
    eventually(lambda: len(out.read_text().splitlines()) == 2)
    first, second = out.read_text().splitlines()
    assert first == second


def test_a_one_shot_schedule_fires_once_over_a_restart(own_aws: Instance) -> None:
    url, arn = own_aws.queue()
    own_aws.client("scheduler").create_schedule(
        Name="once",
        ScheduleExpression="at(2020-01-01T00:00:00)",
        ScheduleExpressionTimezone="Europe/Zurich",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arn, "RoleArn": own_aws.role(("sqs:SendMessage", "*")), "Input": '"once"'},
    )
    eventually(lambda: own_aws.messages(url) == 1)
    assert stop(own_aws.settings.state)
    own_aws.start_again()
    # A later schedule fires: so the first one was looked at again, and passed over.
    later, later_arn = own_aws.queue()
    own_aws.client("scheduler").create_schedule(
        Name="later",
        ScheduleExpression="at(2020-01-01T00:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": later_arn, "RoleArn": own_aws.role(("sqs:SendMessage", "*")), "Input": '"later"'},
    )
    eventually(lambda: own_aws.messages(later) == 1)
    assert own_aws.messages(url) == 1


def test_no_object_is_kept_without_its_event(own_aws: Instance) -> None:
    """A kill in the middle of many puts: every object that is there was announced."""
    url, arn = own_aws.queue()
    bucket, s3 = unique("bucket"), own_aws.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}})
    own_aws.client("events").put_rule(Name="all", EventPattern=json.dumps({"source": ["aws.s3"]}))
    own_aws.client("events").put_targets(Rule="all", Targets=[{"Id": "queue", "Arn": arn}])

    def put_until_refused() -> None:
        try:
            for number in range(10_000):
                s3.put_object(Bucket=bucket, Key=f"key-{number}", Body=b"")
        except Exception:  # noqa: BLE001  the connection broke: that is the kill
            return

    putting = threading.Thread(target=put_until_refused)
    putting.start()
    eventually(lambda: own_aws.messages(url) > 100)
    own_aws.kill()
    putting.join()
    own_aws.start_again()
    pages = own_aws.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
    kept = {item["Key"] for page in pages for item in page.get("Contents", [])}
    announced: set[str] = set()

    def all_announced() -> bool:
        sqs = own_aws.client("sqs")
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            announced.update(json.loads(message["Body"])["detail"]["object"]["key"] for message in messages)
        return kept <= announced

    assert len(kept) > 100
    eventually(all_announced)


def test_a_damaged_snapshot_is_one_clear_error(own_aws: Instance) -> None:
    assert stop(own_aws.settings.state)
    own_aws.settings.snapshot_file.write_bytes(b"not a pickle")
    with pytest.raises(UnreadableState, match=str(own_aws.settings.snapshot_file)):
        own_aws.start_again()
