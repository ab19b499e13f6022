"""What a security review asks of the template: rules that it keeps as it grows."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.template import TEMPLATE, outputs, parameters_in_full, resources

RESOURCES = resources()
DEAD_LETTERS = {"Fn::GetAtt": ["DeadLetters", "Arn"]}
JOINS = {"Fn::If": ["FunctionsAreInANetwork", {"Ref": "MayJoinTheFunctionsNetwork"}, {"Ref": "AWS::NoValue"}]}
# Actions that AWS authorises on no resource, by the service's own pages; composite alarms are seen by no other way; and
# images may be in repositories of AWS's, or of whoever a model's file names.
ON_NO_RESOURCE = {
    *("sagemaker:ListModelPackages", "sagemaker:ListMonitoringExecutions", "ecr:GetAuthorizationToken"),
    *("cloudwatch:PutMetricData", "cloudwatch:DescribeAlarms"),
    *("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"),
    *("ec2:DescribeNetworkInterfaces", "ec2:DescribeVpcs", "ec2:DescribeDhcpOptions"),
    *("ec2:DescribeSubnets", "ec2:DescribeSecurityGroups"),
    *("xray:PutTraceSegments", "xray:PutTelemetryRecords"),
}


def typed(kind: str) -> dict[str, dict[str, Any]]:
    return {name: each["Properties"] for name, each in RESOURCES.items() if each["Type"] == kind}


FUNCTIONS = typed("AWS::Serverless::Function")


def statements() -> Iterator[tuple[str, dict[str, Any]]]:
    """Of everything that allows something to a role."""
    for name, resource in RESOURCES.items():
        properties = resource["Properties"]
        if resource["Type"] == "AWS::IAM::ManagedPolicy":
            documents = [properties["PolicyDocument"]]
        else:
            documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
        for document in documents:
            yield from ((name, each) for each in document["Statement"] if each["Effect"] == "Allow")


def actions(statement: dict[str, Any]) -> list[str]:
    found = statement["Action"]
    return [found] if isinstance(found, str) else list(found)


STATEMENTS = list(statements())


@pytest.mark.parametrize(("name", "statement"), STATEMENTS, ids=[name for name, _ in STATEMENTS])
def test_a_statement_names_its_actions_and_where_aws_can_tell_resources_apart_those_too(
    name: str, statement: dict[str, Any]
) -> None:
    named = actions(statement)
    assert [action for action in named if "*" in action] == [], name
    if statement["Resource"] == "*":
        assert set(named) <= ON_NO_RESOURCE, name


@pytest.mark.parametrize(("name", "statement"), STATEMENTS, ids=[name for name, _ in STATEMENTS])
def test_a_role_is_passed_to_sagemaker_alone(name: str, statement: dict[str, Any]) -> None:
    if "iam:PassRole" in actions(statement):
        assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}, name


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_functions_role_is_its_own_and_what_it_may_stands_in_this_template(name: str) -> None:
    """Without a role, SAM makes one and attaches policies of AWS's to it, on all resources."""
    function = FUNCTIONS[name]
    assert function["Role"] == {"Fn::GetAtt": [f"{name}Role", "Arn"]}
    assert "Policies" not in function


def test_no_role_has_a_managed_policy_of_others() -> None:
    ours = [{"Ref": name} for name in typed("AWS::IAM::ManagedPolicy")]
    traced = {"Fn::If": ["FunctionsAreTraced", {"Ref": "MayTrace"}, {"Ref": "AWS::NoValue"}]}
    attached = [policy for role in typed("AWS::IAM::Role").values() for policy in role.get("ManagedPolicyArns", [])]
    assert [policy for policy in attached if policy not in [*ours, traced, JOINS]] == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_both_failure_paths(name: str) -> None:
    """What can't be delivered to it, and what it can't handle."""
    function = FUNCTIONS[name]
    for trigger in function["Events"].values():
        properties = trigger["Properties"]
        match trigger["Type"]:
            case "EventBridgeRule":
                assert properties["DeadLetterConfig"] == {"Arn": DEAD_LETTERS}
                assert properties["RetryPolicy"]["MaximumRetryAttempts"] > 0
            case "ScheduleV2":
                assert properties["DeadLetterConfig"] == {"Arn": DEAD_LETTERS}
            case "DynamoDB":
                assert properties["DestinationConfig"]["OnFailure"]["Destination"] == DEAD_LETTERS
            case "SQS":
                queue = RESOURCES[properties["Queue"]["Fn::GetAtt"][0]]["Properties"]
                assert queue["RedrivePolicy"]["deadLetterTargetArn"] == DEAD_LETTERS
            case other:
                pytest.fail(f"no rule for {other}")
    if any(trigger["Type"] in {"EventBridgeRule", "ScheduleV2"} for trigger in function["Events"].values()):
        assert function["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"] == DEAD_LETTERS


def test_functions_may_join_their_network_where_there_is_one() -> None:
    """A function's role may join it before the function is made: Lambda asks for that right away."""
    roles = [RESOURCES[function["Role"]["Fn::GetAtt"][0]]["Properties"] for function in FUNCTIONS.values()]
    assert all(JOINS in role["ManagedPolicyArns"] for role in roles)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_functions_log_is_there_before_it_is_and_ends_some_day(name: str) -> None:
    log = RESOURCES[FUNCTIONS[name]["LoggingConfig"]["LogGroup"]["Ref"]]["Properties"]
    function = FUNCTIONS[name]["FunctionName"]["Fn::Sub"]
    assert log["LogGroupName"] == {"Fn::Sub": f"/aws/lambda/{function}"}
    assert log["RetentionInDays"] == {"Ref": "LogDays"}


def test_all_that_is_kept_waits_or_is_told_is_encrypted_with_the_stacks_own_key() -> None:
    key, arn = {"Ref": "Key"}, {"Fn::GetAtt": ["Key", "Arn"]}
    assert [queue["KmsMasterKeyId"] for queue in typed("AWS::SQS::Queue").values()] == [key, key]
    assert [topic["KmsMasterKeyId"] for topic in typed("AWS::SNS::Topic").values()] == [key]
    assert [table["SSESpecification"]["KMSMasterKeyId"] for table in typed("AWS::DynamoDB::Table").values()] == [key]
    assert {json.dumps(log["KmsKeyId"]) for log in typed("AWS::Logs::LogGroup").values()} == {json.dumps(arn)}
    for bucket in typed("AWS::S3::Bucket").values():
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn}
    (images,) = typed("AWS::ECR::Repository").values()
    assert images["EncryptionConfiguration"] == {"EncryptionType": "KMS", "KmsKey": arn}
    (secret,) = typed("AWS::KMS::Key").values()
    assert secret["EnableKeyRotation"] is True


@pytest.mark.parametrize("name", typed("AWS::S3::Bucket"))
def test_a_bucket_is_private_takes_tls_alone_and_forgets(name: str) -> None:
    bucket = typed("AWS::S3::Bucket")[name]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert any("NoncurrentVersionExpiration" in rule for rule in bucket["LifecycleConfiguration"]["Rules"])
    (policy,) = [each for each in typed("AWS::S3::BucketPolicy").values() if each["Bucket"] == {"Ref": name}]
    deny, *others = policy["PolicyDocument"]["Statement"]
    assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert deny["Resource"] == [{"Fn::GetAtt": [name, "Arn"]}, {"Fn::Sub": f"${{{name}.Arn}}/*"}]
    assert {each["Fn::If"][0] for each in others} <= {"OthersAreTrusted"}


def test_our_own_events_are_of_this_account_and_of_those_that_are_trusted() -> None:
    """Whatever else the bus's policy lets in."""
    patterns = [
        trigger["Properties"]["Pattern"]
        for function in FUNCTIONS.values()
        for trigger in function["Events"].values()
        if trigger["Type"] == "EventBridgeRule"
    ]
    told = {"Fn::Split": [",", {"Fn::Sub": "${AWS::AccountId},${TrustedAccounts}"}]}
    ours = {
        json.dumps(each["detail-type"]): each.get("account") for each in patterns if each["source"] == ["pointsman"]
    }
    others = {kind for kind, account in ours.items() if account == told}
    assert {kind for kind, account in ours.items() if account == [{"Ref": "AWS::AccountId"}]} | others == set(ours)
    (sender,) = typed("AWS::Events::EventBusPolicy").values()
    allowed = sender["Statement"]["Condition"]["StringEquals"]
    assert allowed["events:source"] == "pointsman"
    assert set(allowed["events:detail-type"]) == {kind for kinds in others for kind in json.loads(kinds)}


def test_what_is_kept_outlives_the_stack() -> None:
    keeps = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::ECR::Repository")
    kept = [each for each in RESOURCES.values() if each["Type"] in keeps]
    assert len(kept) == 5
    assert {(each["DeletionPolicy"], each["UpdateReplacePolicy"]) for each in kept} == {("Retain", "Retain")}


def test_every_role_is_bounded_where_the_account_asks_for_it() -> None:
    boundary = {"Fn::If": ["RolesAreBounded", {"Ref": "PermissionsBoundary"}, {"Ref": "AWS::NoValue"}]}
    assert {name for name, role in typed("AWS::IAM::Role").items() if role["PermissionsBoundary"] != boundary} == set()
    made_by_sam = [
        name
        for name, function in FUNCTIONS.items()
        for trigger in function["Events"].values()
        if trigger["Type"] == "ScheduleV2" and "RoleArn" not in trigger["Properties"]
    ]
    assert made_by_sam == []


def test_every_alarm_is_told_to_people_in_words() -> None:
    alarms = typed("AWS::CloudWatch::Alarm")
    assert {name for name, alarm in alarms.items() if alarm["AlarmActions"] != [{"Ref": "Notices"}]} == set()
    assert all(len(alarm["AlarmDescription"].split()) > 5 for alarm in alarms.values())


@pytest.mark.parametrize("metric", ["Errors", "Throttles", "Duration"])
def test_every_function_is_watched(metric: str) -> None:
    """An alarm may look at ten metrics; beyond that it takes a second one."""
    queries = [query for alarm in typed("AWS::CloudWatch::Alarm").values() for query in alarm.get("Metrics", [])]
    looked_at = [query["MetricStat"]["Metric"] for query in queries if "MetricStat" in query]
    dimensions = [each["Dimensions"] for each in looked_at if each["MetricName"] == metric]
    assert dimensions == [[{"Name": "FunctionName", "Value": {"Ref": name}}] for name in FUNCTIONS]


def test_parameters_and_outputs_are_described() -> None:
    described = {**parameters_in_full(), **outputs()}
    assert {name for name, each in described.items() if not each.get("Description")} == set()
    constraints = {"AllowedPattern", "AllowedValues", "MinValue"}  # one each: a free text would be found out too late
    parameters = parameters_in_full().items()
    assert {name for name, each in parameters if not constraints & set(each) or not told(each)} == set()


def told(parameter: dict[str, Any]) -> bool:
    """CloudFormation itself says which pattern or list it is that a value doesn't fit, and not what to write."""
    return str(parameter.get("ConstraintDescription")).startswith("must be ")


def test_what_a_scanner_does_not_ask_has_a_reason_beside_it() -> None:
    skipped = [
        skip for each in RESOURCES.values() for skip in each.get("Metadata", {}).get("checkov", {}).get("skip", [])
    ]
    assert all(len(skip["comment"].split()) > 5 for skip in skipped)
    lines = (TEMPLATE.parent / ".checkov.yaml").read_text().splitlines()
    assert all(len(line.partition("# ")[2].split()) > 5 for line in lines if line.strip().startswith("- CKV"))
