"""`Registry` in memory. What people do to versions, `register` and `set_approval`, stands beside the port's methods."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from control_plane.errors import UnknownPackage
from control_plane.registry import ApprovalStatus, Package

_LOOKED_AMONG = 20


@dataclass
class FakeRegistry:
    """`packages` by ARN, oldest first; `approval_descriptions` says why each was approved by us."""

    now: Callable[[], datetime]
    packages: dict[str, Package] = field(default_factory=dict)
    approval_descriptions: dict[str, str] = field(default_factory=dict)

    def describe(self, package_arn: str) -> Package:
        if package_arn not in self.packages:
            raise UnknownPackage(f"{package_arn} is not in the registry")
        return self.packages[package_arn]

    def registered_by(self, group: str, execution_arn: str) -> Package | None:
        newest = [package for package in reversed(self.packages.values()) if package.group == group][:_LOOKED_AMONG]
        return next((package for package in newest if package.generated_by == execution_arn), None)

    def approvals(self, group: str) -> dict[str, ApprovalStatus]:
        newest = [package for package in reversed(self.packages.values()) if package.group == group][:_LOOKED_AMONG]
        return {package.arn: package.approval_status for package in newest if package.status == "Completed"}

    def approve(self, package_arn: str, why: str) -> None:
        self.set_approval(package_arn, "Approved")
        self.approval_descriptions[package_arn] = why

    def register(self, group: str, generated_by: str | None = None, decision: str | None = None) -> Package:
        """A new version, which waits for approval."""
        version = 1 + max((package.version for package in self.packages.values() if package.group == group), default=0)
        package = Package(
            arn=f"arn:aws:sagemaker:eu-west-1:111122223333:model-package/{group}/{version}",
            group=group,
            version=version,
            status="Completed",
            approval_status="PendingManualApproval",
            image="scikit-learn:1.7",
            model_data_url=f"s3://artifacts/models/{group}/{version}/model.tar.gz",
            last_modified=self.now(),
            generated_by=generated_by,
            decision=decision,
            report_uri=f"s3://artifacts/pipelines/{group}/{version}/evaluation.json",
            sample_uri=f"s3://artifacts/pipelines/{group}/{version}/sample.tar.gz",
        )
        self.packages[package.arn] = package
        return package

    def set_approval(self, package_arn: str, status: ApprovalStatus) -> Package:
        changed = replace(self.describe(package_arn), approval_status=status, last_modified=self.now())
        self.packages[package_arn] = changed
        return changed
