"""Environments differ by the stack's parameters: its outputs say what pipelines are compiled for."""

from datetime import timedelta

import pytest

from pipeline_defs.account import Account, Vpc
from pipeline_defs.step_code import StepCode
from pipeline_defs.step_image import image_uri
from pointsman.environment import Environment
from pointsman.errors import NotDeployed
from pointsman.pipeline_account import account_of

CODE = StepCode({"a.py": b"1"})
ROLE = "arn:aws:iam::111122223333:role/jobs"
REPOSITORY = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/pointsman-steps"
PLAIN = {"ArtifactBucket": "artifacts", "JobRoleArn": ROLE, "StepsRepository": REPOSITORY, "TrainOnSpotSeconds": "0"}


def compiled_for(outputs: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Account:
    monkeypatch.setattr(Environment, "outputs", outputs)
    monkeypatch.setattr("pointsman.pipeline_account.last_change", lambda folder: f"commit of {folder}")
    return account_of(Environment("dev", "pointsman-dev", "eu-west-1"), CODE)


def test_a_stack_that_asks_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert compiled_for(PLAIN, monkeypatch) == Account(
        region="eu-west-1",
        bucket="artifacts",
        job_role_arn=ROLE,
        code_uri=CODE.uri("artifacts"),
        image_uri=image_uri(REPOSITORY),
        environment="dev",
        git_commit="commit of pipeline_defs",
    )


def test_a_stack_with_a_network_a_key_and_spot_training(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {
        "JobSubnets": "subnet-1, subnet-2",
        "JobSecurityGroups": "sg-1",
        "JobKeyArn": "arn:key",
        "TrainOnSpotSeconds": "86400",
    }
    account = compiled_for(PLAIN | asked, monkeypatch)
    assert account.vpc == Vpc(subnets=("subnet-1", "subnet-2"), security_groups=("sg-1",))
    assert (account.kms_key, account.spot_wait) == ("arn:key", timedelta(days=1))


def test_a_stack_of_before_an_output_is_to_be_deployed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotDeployed, match=r"has no output StepsRepository; deploy it with .* again"):
        compiled_for({name: value for name, value in PLAIN.items() if name != "StepsRepository"}, monkeypatch)
