"""What the pipelines are compiled for: an environment's stack says it."""

from collections.abc import Mapping
from datetime import timedelta

from pipeline_defs.account import Account, Vpc
from pipeline_defs.step_code import StepCode
from pipeline_defs.step_image import image_uri
from pointsman.checkout import last_change
from pointsman.environment import Environment


def account_of(environment: Environment, code: StepCode) -> Account:
    """Environments differ by the stack's parameters, and those are its outputs. Raises NotDeployed."""
    outputs = environment.outputs
    bucket, spot = environment.output("ArtifactBucket"), int(environment.output("TrainOnSpotSeconds"))
    return Account(
        region=environment.region,
        bucket=bucket,
        job_role_arn=environment.output("JobRoleArn"),
        code_uri=code.uri(bucket),
        image_uri=image_uri(environment.output("StepsRepository")),
        environment=environment.name,
        git_commit=last_change("pipeline_defs"),
        vpc=_network(outputs),
        kms_key=outputs.get("JobKeyArn"),
        spot_wait=timedelta(seconds=spot) if spot else None,
    )


def _network(outputs: Mapping[str, str]) -> Vpc | None:
    if "JobSubnets" not in outputs:
        return None
    return Vpc(subnets=_ids(outputs["JobSubnets"]), security_groups=_ids(outputs["JobSecurityGroups"]))


def _ids(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))
