"""What CloudFormation must not drop."""

import json
from datetime import timedelta
from typing import Any

import pytest

from pipeline_defs.account import Vpc
from pipeline_defs.step_code import step_code
from pointsman.environment import Environment
from pointsman.pipeline_account import account_of
from tests.local.instances import Instance, eventually, unique
from tests.template import asked_for


def deploy(aws: Instance, stack: str, resources: dict[str, Any], *, update: bool = False) -> dict[str, str]:
    """Logical to physical names."""
    client = aws.client("cloudformation")
    template = json.dumps({"Resources": resources})
    (client.update_stack if update else client.create_stack)(StackName=stack, TemplateBody=template)
    wanted = "UPDATE_COMPLETE" if update else "CREATE_COMPLETE"
    eventually(lambda: client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"] == wanted)
    described = client.describe_stack_resources(StackName=stack)["StackResources"]
    return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in described}


def test_properties_of_a_table(aws: Instance) -> None:
    table = {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        },
    }
    name = deploy(aws, unique("stack"), {"Table": table})["Table"]
    client = aws.client("dynamodb")
    ttl = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_properties_of_a_function(aws: Instance) -> None:
    _, queue = aws.queue()
    function: dict[str, Any] = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Role": aws.role(),
            "Code": {"ZipFile": "def handler(event, context): pass"},
            "ReservedConcurrentExecutions": 3,
            "DeadLetterConfig": {"TargetArn": queue},
            "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
        },
    }
    stack = unique("stack")
    name = deploy(aws, stack, {"Function": function})["Function"]
    client = aws.client("lambda")
    assert client.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"] == 3
    assert client.get_function_configuration(FunctionName=name)["DeadLetterConfig"] == {"TargetArn": queue}
    assert client.get_function_configuration(FunctionName=name)["VpcConfig"]["SubnetIds"] == ["subnet-1"]
    del function["Properties"]["ReservedConcurrentExecutions"]
    deploy(aws, stack, {"Function": function}, update=True)
    assert not client.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions")


def test_properties_of_a_bucket(aws: Instance) -> None:
    encryption = [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "key"}}]
    rule = {"Id": "old", "Status": "Enabled", "ExpirationInDays": 30}
    bucket = {
        "Type": "AWS::S3::Bucket",
        "Properties": {
            "BucketEncryption": {"ServerSideEncryptionConfiguration": encryption},
            "LifecycleConfiguration": {"Rules": [rule]},
        },
    }
    name = deploy(aws, unique("stack"), {"Bucket": bucket})["Bucket"]
    client = aws.client("s3")
    encrypted = client.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0]
    lifecycle = client.get_bucket_lifecycle_configuration(Bucket=name)["Rules"][0]
    assert encrypted["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert lifecycle["Expiration"]["Days"] == 30


def test_the_time_zone_of_a_schedule(aws: Instance) -> None:
    function = aws.function("def handler(event, context): pass")
    schedule = {
        "Type": "AWS::Scheduler::Schedule",
        "Properties": {
            "ScheduleExpression": "cron(0 8 * * ? *)",
            "ScheduleExpressionTimezone": "Europe/Zurich",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {"Arn": function, "RoleArn": aws.role()},
        },
    }
    name = deploy(aws, unique("stack"), {"Schedule": schedule})["Schedule"]
    assert aws.client("scheduler").get_schedule(Name=name)["ScheduleExpressionTimezone"] == "Europe/Zurich"


def test_an_archive_records(aws: Instance) -> None:
    source = unique("source")
    archive = {
        "Type": "AWS::Events::Archive",
        "Properties": {
            "SourceArn": {"Fn::Sub": "arn:aws:events:${AWS::Region}:${AWS::AccountId}:event-bus/default"},
            "EventPattern": {"source": [source]},
            "RetentionDays": 7,
        },
    }
    name = deploy(aws, unique("stack"), {"Archive": archive})["Archive"]
    events = aws.client("events")
    events.put_events(Entries=[{"Source": source, "DetailType": "Something", "Detail": "{}"}])
    assert events.describe_archive(ArchiveName=name)["EventCount"] == 1


def test_a_bus_lets_in_whom_its_policy_names_and_nobody_once_that_is_gone(aws: Instance) -> None:
    bus, stack = unique("bus"), unique("stack")
    aws.client("events").create_event_bus(Name=bus)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": ["444455556666"]},
        "Action": "events:PutEvents",
        "Resource": f"arn:aws:events:us-east-1:000000000000:event-bus/{bus}",
    }
    policy = {
        "Type": "AWS::Events::EventBusPolicy",
        "Properties": {"EventBusName": bus, "StatementId": "senders", "Statement": statement},
    }
    deploy(aws, stack, {"Policy": policy})
    shown = json.loads(aws.client("events").describe_event_bus(Name=bus)["Policy"])
    assert shown["Statement"] == [{**statement, "Sid": "senders"}]
    aws.client("cloudformation").delete_stack(StackName=stack)
    eventually(lambda: "Policy" not in aws.client("events").describe_event_bus(Name=bus))


KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
NETWORK = {"JobSubnets": "subnet-1,subnet-2", "JobSecurityGroups": "sg-1"}


@pytest.mark.parametrize(
    ("given", "vpc", "key", "spot"),
    [
        ({}, None, None, None),
        (NETWORK, Vpc(subnets=("subnet-1", "subnet-2"), security_groups=("sg-1",)), None, None),
        ({"JobKeyArn": KEY, "TrainOnSpotSeconds": "86400"}, None, KEY, timedelta(days=1)),
    ],
    ids=["nothing", "a-network", "a-key-and-spot"],
)
def test_what_a_stack_is_deployed_with_is_what_its_pipelines_are_compiled_for(
    aws: Instance, given: dict[str, str], vpc: Vpc | None, key: str | None, spot: timedelta | None
) -> None:
    """That every job then has it, `test_compile.py` sees."""
    template, stack = asked_for(), unique("stack")
    others = ("ArtifactBucket", "JobRoleArn", "StepsRepository")
    template["Outputs"] |= {name: {"Value": name.lower()} for name in others}
    template["Resources"] = {"Topic": {"Type": "AWS::SNS::Topic"}}
    client = aws.client("cloudformation")
    parameters = [{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()]
    client.create_stack(StackName=stack, TemplateBody=json.dumps(template), Parameters=parameters)
    eventually(lambda: client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE")
    account = account_of(Environment("dev", stack, "us-east-1", aws.endpoint_url), step_code())
    assert (account.vpc, account.kms_key, account.spot_wait) == (vpc, key, spot)


def test_an_alarm_over_several_metrics_looks_at_those_that_functions_write(aws: Instance) -> None:
    namespace = unique("namespace")
    line = json.dumps(
        {
            "_aws": {
                "Timestamp": 1,
                "CloudWatchMetrics": [{"Namespace": namespace, "Dimensions": [[]], "Metrics": [{"Name": "Failures"}]}],
            },
            "Failures": 3,
        }
    )
    stats = [
        {
            "Id": name.lower(),
            "ReturnData": False,
            "MetricStat": {"Metric": {"Namespace": namespace, "MetricName": name}, "Period": 300, "Stat": "Sum"},
        }
        for name in ("Failures", "Others")
    ]
    alarm: dict[str, Any] = {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "Metrics": [{"Id": "all", "Expression": "SUM(METRICS())"}, *stats],
            "EvaluationPeriods": 1,
            "Threshold": 2,
            "ComparisonOperator": "GreaterThanThreshold",
        },
    }
    name = deploy(aws, unique("stack"), {"Alarm": alarm})["Alarm"]
    aws.client("lambda").invoke(FunctionName=aws.function(f"def handler(event, context): print({line!r})"))
    alarms = aws.client("cloudwatch")
    eventually(lambda: alarms.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"] == "ALARM")
