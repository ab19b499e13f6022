"""`Registry` on SageMaker's Model Registry."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from control_plane.adapters.sagemaker import one_line
from control_plane.errors import UnknownPackage
from control_plane.policies import DriftKind
from control_plane.registry import ApprovalStatus, Baseline, Package

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import (
        DescribeModelPackageOutputTypeDef,
        ModelPackageContainerDefinitionOutputTypeDef,
        ModelPackageSummaryTypeDef,
    )


_BASELINES = {DriftKind.DATA_QUALITY: "ModelDataQuality", DriftKind.MODEL_QUALITY: "ModelQuality"}


class SageMakerRegistry:
    """Needs sagemaker:DescribeModelPackage, ListModelPackages and UpdateModelPackage."""

    def __init__(self, client: "SageMakerClient") -> None:
        self._client = client

    def describe(self, package_arn: str) -> Package:
        try:
            answer = self._client.describe_model_package(ModelPackageName=package_arn)
        except ClientError as error:
            # SageMaker says ValidationException for a version that isn't there.
            if "does not exist" in error.response["Error"]["Message"]:
                raise UnknownPackage(f"{package_arn} is not in the registry") from error
            raise
        container, specification = _container(answer), answer.get("InferenceSpecification", {})
        return Package(
            arn=answer["ModelPackageArn"],
            group=answer.get("ModelPackageGroupName", ""),
            version=answer.get("ModelPackageVersion", 0),
            status=answer["ModelPackageStatus"],
            approval_status=answer.get("ModelApprovalStatus", "PendingManualApproval"),
            image=container.get("Image", ""),
            model_data_url=container.get("ModelDataUrl", ""),
            last_modified=answer.get("LastModifiedTime", answer["CreationTime"]),
            generated_by=answer.get("MetadataProperties", {}).get("GeneratedBy"),
            report_uri=answer.get("ModelMetrics", {}).get("ModelQuality", {}).get("Statistics", {}).get("S3Uri"),
            decision=answer.get("CustomerMetadataProperties", {}).get("DecisionKey"),
            instance_types=tuple(specification.get("SupportedRealtimeInferenceInstanceTypes", ())),
            baselines=_baselines(answer),
            sample_uri=answer.get("SamplePayloadUrl"),
            content_type=next(iter(specification.get("SupportedContentTypes", ())), "text/csv"),
        )

    def registered_by(self, group: str, execution_arn: str) -> Package | None:
        """Newest first: the version of a run that has just ended is among the first."""
        for summary in self._newest(group):
            package = self.describe(summary["ModelPackageArn"])
            if package.generated_by == execution_arn:
                return package
        return None

    def approvals(self, group: str) -> dict[str, ApprovalStatus]:
        try:
            newest = self._newest(group)
        except ClientError as error:
            if "does not exist" in error.response["Error"]["Message"]:
                return {}
            raise
        return {
            item["ModelPackageArn"]: item.get("ModelApprovalStatus", "PendingManualApproval")
            for item in newest
            if item["ModelPackageStatus"] == "Completed"
        }

    def _newest(self, group: str) -> "list[ModelPackageSummaryTypeDef]":
        answer = self._client.list_model_packages(
            ModelPackageGroupName=group, SortBy="CreationTime", SortOrder="Descending", MaxResults=20
        )
        return answer["ModelPackageSummaryList"]

    def approve(self, package_arn: str, why: str) -> None:
        self._client.update_model_package(
            ModelPackageArn=package_arn, ModelApprovalStatus="Approved", ApprovalDescription=one_line(why, 1024)
        )


def _container(answer: "DescribeModelPackageOutputTypeDef") -> "ModelPackageContainerDefinitionOutputTypeDef":
    """Empty for a version that isn't made to be served: others in the account may register such."""
    containers = answer["InferenceSpecification"]["Containers"] if "InferenceSpecification" in answer else []
    return containers[0] if containers else {}


def _baselines(answer: "DescribeModelPackageOutputTypeDef") -> dict[DriftKind, Baseline]:
    """Those that were registered to compare with; or else, what the version was measured by when it was registered.

    https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-quality-clarify-baseline-lifecycle.html
    """
    found: dict[DriftKind, Baseline] = {}
    for kind, member in _BASELINES.items():
        said: Any = {**answer.get("ModelMetrics", {}), **answer.get("DriftCheckBaselines", {})}.get(member, {})
        if "Constraints" in said:
            statistics = said.get("Statistics", {}).get("S3Uri")
            found[kind] = Baseline(constraints=said["Constraints"]["S3Uri"], statistics=statistics)
    return found
