"""What becomes of an event on its way to a function."""

import json
from pathlib import Path
from typing import Any

from tests.local.instances import Instance, eventually, unique

FAILING = "def handler(event, context): raise RuntimeError('no')"


def rule_to(aws: Instance, target: str, **properties: Any) -> tuple[str, str]:
    """The source to send from, and the ARN, of a new rule with one target."""
    events, source = aws.client("events"), unique("source")
    arn = events.put_rule(Name=source, EventPattern=json.dumps({"source": [source]}))["RuleArn"]
    events.put_targets(Rule=source, Targets=[{"Id": "target", "Arn": target, **properties}])
    return source, arn


def send(aws: Instance, source: str, detail: dict[str, Any] | None = None) -> None:
    entry = {"Source": source, "DetailType": "Something", "Detail": json.dumps(detail or {})}
    assert aws.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0


def test_failures_are_retried_twice_and_end_at_the_destination(aws: Instance) -> None:
    url, arn = aws.queue()
    function = aws.function(FAILING)
    aws.client("lambda").put_function_event_invoke_config(
        FunctionName=function, DestinationConfig={"OnFailure": {"Destination": arn}}
    )
    source, _ = rule_to(aws, function)
    send(aws, source)
    record = json.loads(eventually(lambda: aws.receive(url))[0]["Body"])
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["requestPayload"]["source"] == source
    assert record["responsePayload"]["errorMessage"] == "no"


def test_an_alias_has_a_configuration_of_its_own(aws: Instance) -> None:
    url, arn = aws.queue()
    function, client = aws.function(FAILING), aws.client("lambda")
    version = client.publish_version(FunctionName=function)["Version"]
    alias = client.create_alias(FunctionName=function, Name="live", FunctionVersion=version)["AliasArn"]
    client.put_function_event_invoke_config(
        FunctionName=function,
        Qualifier="live",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )
    source, _ = rule_to(aws, alias)
    send(aws, source)
    context = json.loads(eventually(lambda: aws.receive(url))[0]["Body"])["requestContext"]
    assert (context["functionArn"], context["approximateInvokeCount"]) == (alias, 1)


def test_a_success_goes_to_its_destination(aws: Instance) -> None:
    url, arn = aws.queue()
    function = aws.function("def handler(event, context): return {'arn': context.invoked_function_arn}")
    aws.client("lambda").put_function_event_invoke_config(
        FunctionName=function, DestinationConfig={"OnSuccess": {"Destination": arn}}
    )
    aws.client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=b'{"from": "me"}')
    record = json.loads(eventually(lambda: aws.receive(url))[0]["Body"])
    assert record["requestContext"]["condition"] == "Success"
    assert (record["requestPayload"], record["responsePayload"]) == ({"from": "me"}, {"arn": function})


def test_the_functions_own_dead_letter_queue_gets_the_event_as_it_came(aws: Instance) -> None:
    url, arn = aws.queue()
    function = aws.function(FAILING, DeadLetterConfig={"TargetArn": arn})
    source, _ = rule_to(aws, function)
    send(aws, source, {"number": 1})
    message = eventually(lambda: aws.receive(url))[0]
    assert json.loads(message["Body"])["detail"] == {"number": 1}
    assert message["MessageAttributes"]["ErrorMessage"]["StringValue"] == "no"


def test_an_event_for_a_missing_function_goes_to_the_targets_dead_letter_queue(aws: Instance) -> None:
    url, arn = aws.queue()
    missing = f"arn:aws:lambda:us-east-1:000000000000:function:{unique('missing')}"
    source, rule = rule_to(aws, missing, DeadLetterConfig={"Arn": arn})
    send(aws, source, {"number": 1})
    message = eventually(lambda: aws.receive(url))[0]
    attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert json.loads(message["Body"])["detail"] == {"number": 1}
    assert attributes["RULE_ARN"] == rule
    assert attributes["TARGET_ARN"] == missing
    assert {"ERROR_CODE", "ERROR_MESSAGE", "RETRY_ATTEMPTS"} <= attributes.keys()


def test_throttled_invocations_wait_and_none_is_lost(aws: Instance) -> None:
    url, arn = aws.queue()
    function = aws.function("def handler(event, context): return event['detail']['number']")
    client = aws.client("lambda")
    client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=1)
    client.put_function_event_invoke_config(
        FunctionName=function, DestinationConfig={"OnSuccess": {"Destination": arn}}, MaximumRetryAttempts=0
    )
    source, _ = rule_to(aws, function)
    for number in range(30):
        send(aws, source, {"number": number})
    eventually(lambda: aws.messages(url) == 30)


def test_schedules_follow_the_time_scale(aws: Instance) -> None:
    url, arn = aws.queue()
    aws.client("scheduler").create_schedule(
        Name=unique("schedule"),
        ScheduleExpression="rate(1 minute)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": arn,
            "RoleArn": aws.role(("sqs:SendMessage", "*")),
            "Input": json.dumps({"due": "<aws.scheduler.scheduled-time>", "by": "<aws.scheduler.schedule-arn>"}),
        },
    )
    message = json.loads(eventually(lambda: aws.receive(url), within=10)[0]["Body"])
    assert message["due"].endswith("Z")
    assert ":schedule/default/" in message["by"]


def test_an_alarm_that_changes_its_state_is_an_event(aws: Instance) -> None:
    url, queue = aws.queue()
    name = unique("alarm")
    events, cloudwatch = aws.client("events"), aws.client("cloudwatch")
    pattern = {"source": ["aws.cloudwatch"], "detail": {"alarmName": [name], "state": {"value": ["ALARM"]}}}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": queue}])
    dimensions = [{"Name": "Endpoint", "Value": "churn"}]
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace=name,
        MetricName="drift",
        Dimensions=dimensions,
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0.4,
        ComparisonOperator="GreaterThanThreshold",
    )
    cloudwatch.put_metric_data(
        Namespace=name, MetricData=[{"MetricName": "drift", "Dimensions": dimensions, "Value": 1}]
    )
    event = json.loads(eventually(lambda: aws.receive(url))[0]["Body"])
    metric = event["detail"]["configuration"]["metrics"][0]["metricStat"]["metric"]
    assert event["detail-type"] == "CloudWatch Alarm State Change"
    assert event["resources"][0].endswith(f":alarm:{name}")
    assert metric == {"namespace": name, "name": "drift", "dimensions": {"Endpoint": "churn"}}


def test_an_alarm_set_by_hand_holds_until_its_own_data_say_otherwise(aws: Instance) -> None:
    cloudwatch, alarm = aws.client("cloudwatch"), own_alarm(aws, TreatMissingData="missing")
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="by hand")
    cloudwatch.put_metric_data(Namespace=alarm, MetricData=[{"MetricName": "other", "Value": 0}])
    assert state_of(aws, alarm) == "ALARM"
    cloudwatch.put_metric_data(Namespace=alarm, MetricData=[{"MetricName": "drift", "Value": 0}])
    assert state_of(aws, alarm) == "OK"


def test_an_alarm_changes_its_state_as_time_passes(aws: Instance) -> None:
    alarm = own_alarm(aws)
    aws.client("cloudwatch").put_metric_data(Namespace=alarm, MetricData=[{"MetricName": "drift", "Value": 1}])
    assert state_of(aws, alarm) == "ALARM"
    eventually(lambda: state_of(aws, alarm) == "INSUFFICIENT_DATA")


def own_alarm(aws: Instance, **arguments: Any) -> str:
    """On metric `drift` of a namespace of the alarm's name."""
    name = unique("alarm")
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName=name, Namespace=name, MetricName="drift", Statistic="Maximum", Period=60, EvaluationPeriods=1,
        Threshold=0.4, ComparisonOperator="GreaterThanThreshold", **arguments,
    )  # fmt: skip
    return name


def state_of(aws: Instance, alarm: str) -> str:
    (found,) = aws.client("cloudwatch").describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
    return str(found["StateValue"])


def test_a_batching_window_gathers_more_than_ten_messages(aws: Instance, tmp_path: Path) -> None:
    url, queue = aws.queue()
    out = tmp_path / "out"
    code = """
import os
def handler(event, context):
    with open(os.environ["OUT"], "a") as out:
        out.write(f"{len(event['Records'])}\\n")
"""
    function = aws.function(code, Environment={"Variables": {"OUT": str(out)}})
    window = {"BatchSize": 100, "MaximumBatchingWindowInSeconds": 180}  # three seconds on the time scale
    aws.client("lambda").create_event_source_mapping(EventSourceArn=queue, FunctionName=function, **window)
    for number in range(25):
        aws.client("sqs").send_message(QueueUrl=url, MessageBody=str(number))
    eventually(out.exists)
    assert out.read_text().split() == ["25"]


def test_an_objects_event_has_its_version_and_is_archived(aws: Instance) -> None:
    url, queue = aws.queue()
    bucket, s3, events = unique("bucket"), aws.client("s3"), aws.client("events")
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}})
    pattern = json.dumps({"source": ["aws.s3"], "detail": {"bucket": {"name": [bucket]}}})
    events.put_rule(Name=bucket, EventPattern=pattern)
    events.put_targets(Rule=bucket, Targets=[{"Id": "queue", "Arn": queue}])
    bus = "arn:aws:events:us-east-1:000000000000:event-bus/default"
    events.create_archive(ArchiveName=bucket, EventSourceArn=bus, EventPattern=pattern)
    version = s3.put_object(Bucket=bucket, Key="key", Body=b"")["VersionId"]
    event = json.loads(eventually(lambda: aws.receive(url))[0]["Body"])
    assert event["detail"]["object"]["version-id"] == version
    assert events.describe_archive(ArchiveName=bucket)["EventCount"] == 1
