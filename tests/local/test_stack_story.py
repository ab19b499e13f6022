"""The template's life by the SAM CLI, as to an account: updated, put back when an update fails, removed."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from pointsman.checkout import project_root
from pointsman.errors import ToolFailed
from pointsman.local import deployment
from tests.local.instances import eventually
from tests.local.stack import Stack

# What only some accounts ask for, all at once.
EVERYTHING = (
    "FunctionSubnets=subnet-1",
    "FunctionSecurityGroups=sg-1",
    "FunctionConcurrency=20",
    "TrustedAccounts=444455556666",
    "JobSubnets=subnet-2",
    "JobSecurityGroups=sg-2",
    "JobKeyArn=arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "NoticesTo=somebody@example.com",
)
KEPT = {"Ledger", "DataBucket", "ArtifactBucket", "Key", "StepsRepository"}


class Updates:
    """Of what is deployed: the template as a commit after it would have it, its functions as they are."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self.stack, self.file = stack, folder / "template.yaml"
        deployed = stack.environment.client("cloudformation").get_template(
            StackName="pointsman", TemplateStage="Original"
        )
        self.template: dict[str, Any] = yaml.safe_load(deployed["TemplateBody"])

    def deploy(self, *parameters: str) -> None:
        self.file.write_text(yaml.safe_dump(self.template))
        options = ("--config-file", str(project_root() / "samconfig.toml"), "--template-file", str(self.file))
        deployment.deploy(self.stack.environment, *options, parameters=parameters)


@pytest.mark.timeout(600)  # the SAM CLI starts three times, and perhaps deploys for all tests first
def test_a_stack_is_updated_put_back_where_that_fails_and_removed_but_for_what_it_keeps(
    stack: Stack, tmp_path: Path
) -> None:
    """`deployed` began it: from nothing."""
    updates, before = Updates(stack, tmp_path), physical_names(stack)
    updates.template["Resources"]["DeadLetters"]["Properties"]["MessageRetentionPeriod"] = 86400
    updates.deploy("LogDays=7", *EVERYTHING)
    assert (kept_seconds(stack), log_days(stack)) == ("86400", 7)
    updated = physical_names(stack)
    assert before.items() <= updated.items()
    assert networks(stack) == {("subnet-1", "sg-1")}
    assert "AWS::" not in dashboard(stack)

    updates.template["Resources"]["DeadLetters"]["Properties"]["MessageRetentionPeriod"] = 3600
    second = {"Type": "AWS::SQS::Queue", "DependsOn": "DeadLetters", "Properties": {"MessageRetentionPeriod": 5}}
    updates.template["Resources"]["Second"] = second
    with pytest.raises(ToolFailed, match=r"Second: .* between 60 and 1209600"):
        updates.deploy("LogDays=14", *EVERYTHING)
    assert stack_status(stack) == "UPDATE_ROLLBACK_COMPLETE"
    assert (kept_seconds(stack), log_days(stack)) == ("86400", 7)
    assert physical_names(stack) == updated
    stack.land(complete=False)
    eventually(stack.windows)

    deployment.remove(stack.environment)
    assert what_is_there(stack) == {before[name] for name in KEPT}


def physical_names(stack: Stack) -> dict[str, str]:
    described = stack.environment.client("cloudformation").describe_stack_resources(StackName="pointsman")
    return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in described["StackResources"]}


def stack_status(stack: Stack) -> str:
    (described,) = stack.environment.client("cloudformation").describe_stacks(StackName="pointsman")["Stacks"]
    return str(described["StackStatus"])


def dashboard(stack: Stack) -> str:
    """As it is shown, which takes JSON."""
    body = stack.environment.client("cloudwatch").get_dashboard(DashboardName="pointsman")["DashboardBody"]
    return json.dumps(json.loads(body))


def networks(stack: Stack) -> set[tuple[str, ...]]:
    """Those that functions are in."""
    functions = stack.environment.client("lambda").list_functions()["Functions"]
    placed = [function.get("VpcConfig") or {} for function in functions]
    return {(*place.get("SubnetIds", []), *place.get("SecurityGroupIds", [])) for place in placed}


def kept_seconds(stack: Stack) -> str:
    url, name = stack.environment.output("DeadLetters"), "MessageRetentionPeriod"
    answer = stack.environment.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])
    return str(answer["Attributes"][name])


def log_days(stack: Stack) -> int:
    logs = stack.environment.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/pointsman-on-tick")
    return int(logs["logGroups"][0]["retentionInDays"])


def what_is_there(stack: Stack) -> set[str]:
    """Names of what the stack is made of, of the kinds that cost or act."""
    client = stack.environment.client
    buckets = [bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]]
    keys = client("kms").list_keys()["Keys"]
    return {
        *(function["FunctionName"] for function in client("lambda").list_functions()["Functions"]),
        *(rule["Name"] for rule in client("events").list_rules()["Rules"]),
        *(schedule["Name"] for schedule in client("scheduler").list_schedules()["Schedules"]),
        *client("sqs").list_queues().get("QueueUrls", []),
        *(topic["TopicArn"] for topic in client("sns").list_topics()["Topics"]),
        *(alarm["AlarmName"] for alarm in client("cloudwatch").describe_alarms()["MetricAlarms"]),
        *(role["RoleName"] for role in client("iam").list_roles()["Roles"]),
        *(policy["PolicyName"] for policy in client("iam").list_policies(Scope="Local")["Policies"]),
        *client("dynamodb").list_tables()["TableNames"],
        *(name for name in buckets if not name.startswith("aws-sam-cli-managed-")),  # where it uploads to
        *(repository["repositoryName"] for repository in client("ecr").describe_repositories()["repositories"]),
        *(key["KeyId"] for key in keys),
    }
