"""Versions as people name them: GROUP/NUMBER, a number among a model's own, or the ARN."""

import json
import re
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from control_plane.errors import UnknownPackage
from control_plane.registry import Package
from pointsman.environment import Environment
from pointsman.errors import NotFound

_BASELINE = "_best_constant_classifier"
_VERSION_PREFIX = re.compile(r"arn:[a-z-]+:sagemaker:[^:\s]*:[0-9]*:model-package/")


@dataclass(frozen=True)
class Version:
    """A version in the registry, with the metrics that its run wrote."""

    arn: str
    approval_status: str
    metrics: dict[str, float]


def arn_of(environment: Environment, version: str, group: str | None = None) -> str:
    """`group` is whose version a mere number is. The version itself isn't looked for. Raises NotFound."""
    if version.startswith("arn:"):
        return version
    if group and version.isdigit():
        version = f"{group}/{version}"
    group, _, number = version.partition("/")
    if not number.isdigit():
        raise NotFound(f"{version!r} names no version; expected GROUP/NUMBER, such as churn/3")
    try:
        described = environment.sagemaker.describe_model_package_group(ModelPackageGroupName=group)
    except ClientError as error:
        if is_missing(error):
            raise NotFound(f"the registry has no group {group!r}") from error
        raise
    prefix = described["ModelPackageGroupArn"].replace(":model-package-group/", ":model-package/")
    return f"{prefix}/{number}"


def found(environment: Environment, version: str, group: str | None = None) -> Package:
    """The version as the registry has it. Raises NotFound."""
    try:
        return environment.registry.describe(arn_of(environment, version, group))
    except UnknownPackage as error:
        raise NotFound(f"the registry has no version {version}") from error


def version_of(environment: Environment, arn: str) -> Version | None:
    """None for one that was deleted."""
    try:
        described = environment.sagemaker.describe_model_package(ModelPackageName=arn)
    except ClientError as error:
        if is_missing(error):
            return None
        raise
    return Version(arn, described["ModelApprovalStatus"], _metrics(environment, described))


def _metrics(environment: Environment, package: Any) -> dict[str, float]:
    """From the report in Model Monitor's model quality shape that the package points to; others may have none.

    Without matrices and curves, and without what a model that always says the same class would have.
    """
    uri = package.get("ModelMetrics", {}).get("ModelQuality", {}).get("Statistics", {}).get("S3Uri")
    if uri is None:
        return {}
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    report = json.loads(environment.s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    groups = [group for name, group in report.items() if name.endswith("_metrics")]
    measured = {name: metric for group in groups for name, metric in group.items() if not name.endswith(_BASELINE)}
    return {name: metric["value"] for name, metric in measured.items() if "value" in metric}


def short(arn: str) -> str:
    """`churn/3`, as `arn_of` takes it."""
    return arn.rpartition("model-package/")[2]


def plain(text: str) -> str:
    """Words that people read, with versions by their short names."""
    return _VERSION_PREFIX.sub("", text)


def is_missing(error: ClientError) -> bool:
    """SageMaker answers ValidationException "... does not exist" for a group or a version that isn't there."""
    return "does not exist" in error.response["Error"]["Message"]
