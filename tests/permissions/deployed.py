"""The roles of a deployed stack as IAM has them."""

from typing import Any

from pointsman.environment import Environment

type Policies = dict[str, list[dict[str, Any]]]
"""By the logical id of the role or the managed policy that holds them: statements in the template's order."""


def roles(environment: Environment) -> dict[str, Policies]:
    """By the roles' names; JSON."""
    iam = environment.client("iam")
    described = environment.client("cloudformation").describe_stack_resources(StackName=environment.stack)
    logical = {each["PhysicalResourceId"]: each["LogicalResourceId"] for each in described["StackResources"]}
    names = [
        each["PhysicalResourceId"] for each in described["StackResources"] if each["ResourceType"] == "AWS::IAM::Role"
    ]
    return {name: _policies(iam, name, logical) for name in names}


def _policies(iam: Any, role: str, logical: dict[str, str]) -> Policies:
    found: Policies = {logical[role]: []}
    for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
        found[logical[role]].extend(document["Statement"])
    for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        found[logical[arn]] = document["Statement"]
    return found
