"""Model package groups: the names under which a model's versions are numbered."""

from pointsman.local.sagemaker import pages, times
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.errors import ConflictError, ValidationError
from pointsman.local.sagemaker.naming import resource_name
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Kind

_SORT = {"Name": "ModelPackageGroupName", "CreationTime": "CreationTime"}


class PackageGroups:
    """By name, in the form of DescribeModelPackageGroup with the latest version's number."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._store = account.store

    def create(self, request: Shape) -> Shape:
        name = request["ModelPackageGroupName"]
        arn = self._account.arns.model_package_group(name)
        with self._store.transaction():
            if self._store.get(Kind.MODEL_PACKAGE_GROUP, name) is not None:
                raise ValidationError(f"Model Package Group already exists: {arn}")
            body = {
                "ModelPackageGroupName": name,
                "ModelPackageGroupArn": arn,
                "ModelPackageGroupDescription": request.get("ModelPackageGroupDescription"),
                "CreationTime": times.now(),
                "CreatedBy": {},
                "ModelPackageGroupStatus": "Completed",
                "latestVersion": 0,
            }
            self._store.put(Kind.MODEL_PACKAGE_GROUP, name, body)
            self._store.set_tags(arn, {tag["Key"]: tag["Value"] for tag in request.get("Tags") or ()})
        return {"ModelPackageGroupArn": arn}

    def describe(self, request: Shape) -> Shape:
        return self.find(request["ModelPackageGroupName"])

    def list_page(self, request: Shape) -> Shape:
        groups = pages.within(
            self._store.items(Kind.MODEL_PACKAGE_GROUP),
            request,
            "CreationTime",
            "CreationTimeAfter",
            "CreationTimeBefore",
        )
        named = [group for group in groups if request.get("NameContains", "") in group["ModelPackageGroupName"]]
        ordered = pages.sort(named, request, _SORT, by="CreationTime", order="Ascending")
        return pages.page(
            ordered,
            request,
            into="ModelPackageGroupSummaryList",
            identity=lambda group: str(group["ModelPackageGroupArn"]),
        )

    def delete(self, request: Shape) -> Shape:
        with self._store.transaction():
            group = self.find(request["ModelPackageGroupName"])
            name = group["ModelPackageGroupName"]
            if self._store.items(Kind.MODEL_PACKAGE, parent=name):
                raise ConflictError(
                    f"Model Package Group cannot be deleted because it still contains Model Packages: {name}"
                )
            self._store.delete(Kind.MODEL_PACKAGE_GROUP, name)
            self._store.delete_tags(group["ModelPackageGroupArn"])
        return {}

    def find(self, name_or_arn: str) -> Shape:
        name = resource_name(name_or_arn)
        group = self._store.get(Kind.MODEL_PACKAGE_GROUP, name)
        if group is None:
            # The registry answers ValidationException, not ResourceNotFound, for what does not exist.
            raise ValidationError(f"Model Package Group {self._account.arns.model_package_group(name)} does not exist.")
        return group

    def next_version(self, name: str) -> int:
        """The number of the group's next package. A deleted version's number is not given again."""
        with self._store.transaction():
            version = int(self.find(name)["latestVersion"]) + 1
            self._store.change(Kind.MODEL_PACKAGE_GROUP, name, latestVersion=version)
        return version
