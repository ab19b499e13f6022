"""The model registry: packages, their approval, their events."""

from typing import Any

from pointsman.local.sagemaker import events, pages, times
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.errors import ConflictError, ValidationError
from pointsman.local.sagemaker.naming import resource_name
from pointsman.local.sagemaker.package_groups import PackageGroups
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Kind

_SORT = {"Name": "ModelPackageName", "CreationTime": "CreationTime"}
# In the order and spelling of UpdatedModelPackageFields, where sourceUri alone starts in lower case.
_UPDATABLE = {
    "ModelApprovalStatus": "ModelApprovalStatus",
    "ApprovalDescription": "ApprovalDescription",
    "CustomerMetadataProperties": "CustomerMetadataProperties",
    "ModelLifeCycle": "ModelLifeCycle",
    "SourceUri": "sourceUri",
    "InferenceSpecification": "InferenceSpecification",
    "ModelPackageRegistrationType": "ModelPackageRegistrationType",
    "ModelCard": "ModelCard",
}
_KEPT = frozenset({
    "ModelPackageDescription", "ModelPackageRegistrationType", "InferenceSpecification", "SourceAlgorithmSpecification",
    "ValidationSpecification", "MetadataProperties", "ModelMetrics", "Domain", "Task", "SamplePayloadUrl",
    "CustomerMetadataProperties", "DriftCheckBaselines", "AdditionalInferenceSpecifications", "SkipModelValidation",
    "SourceUri", "SecurityConfig", "ModelCard", "ModelLifeCycle", "ManagedStorageType",
})  # fmt: skip


class Registry:
    """Packages by ARN, in the form of DescribeModelPackage."""

    def __init__(self, account: Account, groups: PackageGroups) -> None:
        self._account = account
        self._store = account.store
        self._groups = groups

    def create_package(self, request: Shape, *, create_missing_group: bool = False) -> Shape:
        """`create_missing_group`: as a pipeline's RegisterModel step does; the operation itself refuses."""
        if ("ModelPackageGroupName" in request) == ("ModelPackageName" in request):
            raise ValidationError("Exactly one of ModelPackageGroupName and ModelPackageName must be specified.")
        scope, token = "CreateModelPackage", request.get("ClientToken", "")
        with self._store.transaction():
            known = self._store.token_result(scope, token) if token else None
            if known is not None:
                return {"ModelPackageArn": known}
            package = self._new_package(request, create_missing_group=create_missing_group)
            arn = package["ModelPackageArn"]
            self._store.put(Kind.MODEL_PACKAGE, arn, package, parent=package.get("ModelPackageGroupName", ""))
            self._store.set_tags(arn, {tag["Key"]: tag["Value"] for tag in request.get("Tags") or ()})
            if token:
                self._store.keep_token(scope, token, arn)
            self._account.publish(events.model_package_changed(package))
        return {"ModelPackageArn": arn}

    def has_group(self, name: str) -> bool:
        try:
            self._groups.find(name)
        except ValidationError:
            return False
        return True

    def describe_package(self, request: Shape) -> Shape:
        return _answered(self._package(request["ModelPackageName"]))

    def list_packages(self, request: Shape) -> Shape:
        group = request.get("ModelPackageGroupName")
        parent = self._groups.find(group)["ModelPackageGroupName"] if group else None
        packages = pages.within(
            self._store.items(Kind.MODEL_PACKAGE, parent),
            request,
            "CreationTime",
            "CreationTimeAfter",
            "CreationTimeBefore",
        )
        found = [package for package in packages if _selected(package, request)]
        ordered = pages.sort(found, request, _SORT, by="CreationTime", order="Ascending")
        return pages.page(
            [_answered(package) for package in ordered],
            request,
            into="ModelPackageSummaryList",
            identity=lambda package: str(package["ModelPackageArn"]),
        )

    def update_package(self, request: Shape) -> Shape:
        with self._store.transaction():
            before = self._package(request["ModelPackageArn"])
            changes: dict[str, Any] = {name: request[name] for name in _UPDATABLE if request.get(name) is not None}
            removed = request.get("CustomerMetadataPropertiesToRemove") or []
            if removed or "CustomerMetadataProperties" in changes:
                kept = {**before.get("CustomerMetadataProperties", {}), **changes.get("CustomerMetadataProperties", {})}
                changes["CustomerMetadataProperties"] = {key: kept[key] for key in kept if key not in removed} or None
            added = request.get("AdditionalInferenceSpecificationsToAdd")
            if added:
                changes["AdditionalInferenceSpecifications"] = [
                    *before.get("AdditionalInferenceSpecifications", []),
                    *added,
                ]
            after = self._store.change(
                Kind.MODEL_PACKAGE, before["ModelPackageArn"], **changes, LastModifiedTime=times.now()
            )
            # An update of metadata alone tells of the unchanged approval status again: receivers must look at these.
            fields = [written for name, written in _UPDATABLE.items() if name in changes]
            self._account.publish(events.model_package_changed(after, fields))
        return {"ModelPackageArn": before["ModelPackageArn"]}

    def delete_package(self, request: Shape) -> Shape:
        with self._store.transaction():
            arn = self._package(request["ModelPackageName"])["ModelPackageArn"]
            self._store.delete(Kind.MODEL_PACKAGE, arn)
            self._store.delete_tags(arn)
        return {}

    def _new_package(self, request: Shape, *, create_missing_group: bool) -> Shape:
        at = times.now()
        package = {
            **{name: request[name] for name in _KEPT if request.get(name) is not None},
            "CreationTime": at,
            "LastModifiedTime": at,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
            "CertifyForMarketplace": request.get("CertifyForMarketplace", False),
        }
        if "ModelPackageName" in request:
            return {**package, **self._unversioned(request["ModelPackageName"])}
        name = resource_name(request["ModelPackageGroupName"])
        if create_missing_group and self._store.get(Kind.MODEL_PACKAGE_GROUP, name) is None:
            self._groups.create({"ModelPackageGroupName": name})
        version = self._groups.next_version(name)
        return {
            **package,
            "ModelPackageName": name,
            "ModelPackageGroupName": name,
            "ModelPackageVersion": version,
            "ModelPackageArn": self._account.arns.model_package(name, version),
            "ModelApprovalStatus": request.get("ModelApprovalStatus", "PendingManualApproval"),
        }

    def _unversioned(self, name: str) -> Shape:
        arn = self._account.arns.model_package(name)
        if self._store.get(Kind.MODEL_PACKAGE, arn) is not None:
            raise ConflictError(f"Model Package already exists: {arn}")
        return {"ModelPackageName": name, "ModelPackageArn": arn}

    def _package(self, name_or_arn: str) -> Shape:
        arn = self._account.arns.model_package(resource_name(name_or_arn))
        package = self._store.get(Kind.MODEL_PACKAGE, arn)
        if package is None:
            raise ValidationError(f"Model Package {arn} does not exist.")
        return package


def _answered(package: Shape) -> Shape:
    """A version has no name, only its group's: docs.aws.amazon.com/sagemaker/latest/dg/model-registry-details.html."""
    unsaid = {"ModelPackageName"} if "ModelPackageGroupName" in package else set()
    return {name: value for name, value in package.items() if name not in unsaid}


def _selected(package: Shape, request: Shape) -> bool:
    # Unversioned is the documented default where no group is named.
    kind = request.get("ModelPackageType", "Both" if "ModelPackageGroupName" in request else "Unversioned")
    versioned = "ModelPackageGroupName" in package
    status = request.get("ModelApprovalStatus")
    return (
        (kind == "Both" or (kind == "Versioned") == versioned)
        and (status is None or package.get("ModelApprovalStatus") == status)
        and request.get("NameContains", "") in package["ModelPackageName"]
    )
