"""What `pointsman apply` compares with what is there, and how it brings it about, by boto3's own calls."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from control_plane.serving import Serving
from pipeline_defs.step_code import StepCode
from pointsman.guards import guards
from pointsman.upserts import Planned, plan_alarm, plan_code, plan_group, plan_pipeline
from tests.contract.conftest import client_of
from tests.contract.sagemaker.definitions import definition, fail
from tests.contract.sagemaker.serving import ROLE
from tests.local.instances import Instance, unique

NAME = "Their-Training"
COMMITS = ("c0ffee", "decade")
DEFINITIONS = (definition([fail("First")]), definition([fail("First"), fail("Second")]))


class Target:
    """An environment with nothing but the stack's outputs and the clients."""

    def __init__(self, sagemaker: Any, s3: Any, bucket: str) -> None:
        outputs = {"JobRoleArn": ROLE, "ArtifactBucket": bucket, "StepsRepository": "registry/steps"}
        self.sagemaker, self.s3, self.bucket = sagemaker, s3, bucket
        self.environment: Any = SimpleNamespace(sagemaker=sagemaker, s3=s3, output=outputs.__getitem__)

    def planned(self, text: str = DEFINITIONS[0], commit: str = COMMITS[0]) -> Planned:
        return plan_pipeline(self.environment, NAME, text, {"pointsman:commit": commit})

    @property
    def known(self) -> Any:
        return self.sagemaker.describe_pipeline(PipelineName=NAME)

    @property
    def tags(self) -> dict[str, str]:
        listed = self.sagemaker.list_tags(ResourceArn=self.known["PipelineArn"])["Tags"]
        return {tag["Key"]: tag["Value"] for tag in listed}


@pytest.fixture
def target(sagemaker: Any, s3: Any, bucket: str) -> Target:
    return Target(sagemaker, s3, bucket)


def told(planned: Planned) -> tuple[str, list[str]]:
    return planned.change.what, [str(field) for field in planned.change.fields]


def test_a_pipeline_is_created_once_and_updated_where_it_differs(target: Target) -> None:
    first = target.planned()
    assert told(first) == ("create", [])
    first.carry_out()
    first.carry_out()  # its answer got lost
    assert (target.known["PipelineDefinition"], target.known["RoleArn"]) == (DEFINITIONS[0], ROLE)
    assert target.tags == {"pointsman:commit": COMMITS[0]}
    assert told(target.planned()) == ("unchanged", [])
    assert told(target.planned(json.dumps(json.loads(DEFINITIONS[0]), indent=2))) == ("unchanged", [])

    target.sagemaker.add_tags(ResourceArn=target.known["PipelineArn"], Tags=[{"Key": "team", "Value": "trains"}])
    second = target.planned(DEFINITIONS[1], COMMITS[1])
    what, (step, commit) = told(second)
    assert (what, commit) == ("update", '~ Tags.pointsman:commit  "c0ffee" → "decade"')
    assert step.startswith('+ Steps.Second  {"Name": "Second", "Type": "Fail"')
    second.carry_out()
    assert target.known["PipelineDefinition"] == DEFINITIONS[1]
    assert target.tags == {"pointsman:commit": COMMITS[1], "team": "trains"}


def test_what_was_not_tagged_after_an_update_is_found_wanting_and_makes_no_new_version(target: Target) -> None:
    target.planned().carry_out()
    again = target.planned(commit=COMMITS[1])
    assert told(again)[0] == "update"
    again.carry_out()
    assert target.tags == {"pointsman:commit": COMMITS[1]}
    assert (
        target.sagemaker.list_pipeline_versions(PipelineName=NAME)["PipelineVersionSummaries"][0]["PipelineVersionId"]
        == 1
    )


def test_code_is_uploaded_where_a_file_of_it_is_missing(target: Target) -> None:
    code = StepCode({"prepare.py": b"1", "train.py": b"2"})
    plan_code(target.environment, code).carry_out()
    assert plan_code(target.environment, code).change.what == "unchanged"
    target.s3.delete_object(Bucket=target.bucket, Key=f"{code.prefix}train.py")
    missing = plan_code(target.environment, code)
    assert missing.change.what == "create"
    missing.carry_out()
    found = target.s3.get_object(Bucket=target.bucket, Key=f"{code.prefix}train.py")["Body"].read()
    assert found == b"2"


def test_a_group_is_made_where_there_is_none(target: Target) -> None:
    plan_group(target.environment, "churn").carry_out()
    assert plan_group(target.environment, "churn").change.what == "unchanged"


def test_an_alarm_is_made_once_and_again_where_its_limit_differs(aws: Instance) -> None:
    environment: Any = SimpleNamespace(cloudwatch=client_of(aws, "cloudwatch"))
    limits = {"http_5xx": "1%", "latency_p99": "250ms"}
    serving = {"endpoint": unique("churn"), "rollout": {"alarms": limits}}
    for alarm in guards(Serving.model_validate(serving)):
        assert told(plan_alarm(environment, alarm)) == ("create", [])
        plan_alarm(environment, alarm).carry_out()
        assert told(plan_alarm(environment, alarm)) == ("unchanged", [])
    limits["http_5xx"] = "2%"
    looser, _ = guards(Serving.model_validate(serving))
    assert told(plan_alarm(environment, looser)) == ("update", ["~ Threshold  0.01 → 0.02"])
    plan_alarm(environment, looser).carry_out()
    assert told(plan_alarm(environment, looser)) == ("unchanged", [])
