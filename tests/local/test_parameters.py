"""What a stack can't be deployed with: told before anything is made, and in a sentence."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.instances import Instance
from tests.template import before_resources, parameters_in_full

BODY = json.dumps({**before_resources(), "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})

WRONG = [
    ({"Architecture": "arm"}, "arm64"),
    ({"LogLevel": "info"}, "INFO"),
    ({"Tracing": "true"}, "Active"),
    ({"PatienceSeconds": "0"}, "1 or more"),
    ({"LookAfterSeconds": "soon"}, "not a valid Number"),
    ({"DriftAlarmPrefix": ""}, "must be the beginning of alarms' names"),
    ({"DriftAlarmPrefix": "drift-*"}, "without wildcards"),
    ({"DriftAlarmPrefix": "d" * 201}, "1 to 200 characters"),
    ({"MonitorBucket": "s3://reports"}, "must be the name of a bucket, not its ARN or URI"),
    ({"MonitorBucket": "Reports"}, "lower-case letters"),
    ({"MonitorBucket": "r" * 64}, "3 to 63"),
    ({"NoticesTo": "a@example.com,b@example.com"}, "must be one email address"),
    ({"TrustedAccounts": "111122223333, 444455556666"}, "must be account numbers of 12 digits"),
    ({"ArchiveDays": "0"}, "must be a number of days, 1 or more"),
    ({"FunctionConcurrency": "-1"}, "0 or more"),
    ({"PermissionsBoundary": "boundary"}, "must be the ARN of a managed policy"),
    ({"LogDays": "8"}, "14"),
    ({"FunctionSubnets": "vpc-1", "FunctionSecurityGroups": "sg-1"}, "must be ids of subnets"),
    ({"FunctionSubnets": "subnet-1", "FunctionSecurityGroups": "default"}, "must be ids of security groups"),
    ({"FunctionSubnets": "subnet-1"}, "FunctionSubnets and FunctionSecurityGroups make a network together"),
    ({"JobSubnets": "vpc-1", "JobSecurityGroups": "sg-1"}, "must be ids of subnets"),
    ({"JobSubnets": "subnet-1", "JobSecurityGroups": "default"}, "must be ids of security groups"),
    ({"JobSubnets": "subnet-1"}, "JobSubnets and JobSecurityGroups make a network together"),
    ({"JobKeyArn": "alias/jobs"}, "must be the ARN of a KMS key, not its id or alias"),
    ({"TrainOnSpotSeconds": "21599"}, "must be 0, or 21600 seconds or more"),
]


def refusal(aws: Instance, given: dict[str, str]) -> str:
    parameters: Any = [{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()]
    with pytest.raises(ClientError) as refused:
        aws.client("cloudformation").create_stack(StackName="wrong", TemplateBody=BODY, Parameters=parameters)
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    return str(refused.value)


def test_a_wrong_parameter_is_told_in_a_sentence_before_anything_is_made(aws: Instance) -> None:
    assert {name for given, _ in WRONG for name in given} == set(parameters_in_full())
    for given, sentence in WRONG:
        assert sentence in refusal(aws, given), given
    with pytest.raises(ClientError, match="does not exist"):
        aws.client("cloudformation").describe_stacks(StackName="wrong")
