"""The Model Registry's versions, as the control plane sees them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from control_plane.policies import DriftKind

type ApprovalStatus = Literal["Approved", "Rejected", "PendingManualApproval"]


@dataclass(frozen=True, slots=True)
class Baseline:
    """What monitors compare with: URIs of `constraints.json` and `statistics.json`."""

    constraints: str
    statistics: str | None = None


@dataclass(frozen=True, slots=True)
class Package:
    """A model package: one version of a model. `decision` started the run that registered it, where it was ours.

    `report_uri` is the evaluation that it was registered with; `sample_uri` an archive with a request that it should be
    able to answer, of the type `content_type`. No `instance_types`: it runs on any.
    """

    arn: str
    group: str
    version: int
    status: str
    approval_status: ApprovalStatus
    image: str
    model_data_url: str
    last_modified: datetime
    generated_by: str | None
    decision: str | None = None
    report_uri: str | None = None
    instance_types: tuple[str, ...] = ()
    sample_uri: str | None = None
    content_type: str = "text/csv"
    baselines: Mapping[DriftKind, Baseline] = field(default_factory=dict)


class Registry(Protocol):
    """SageMaker's Model Registry."""

    def describe(self, package_arn: str) -> Package:
        """Raises UnknownPackage."""

    def registered_by(self, group: str, execution_arn: str) -> Package | None:
        """The version that a pipeline execution registered, looked for among the group's 20 newest."""

    def approvals(self, group: str) -> Mapping[str, ApprovalStatus]:
        """The approval statuses of the complete ones among the group's 20 newest versions, by ARN.

        Empty where there is no such group.
        """

    def approve(self, package_arn: str, why: str) -> None:
        """Approve it; repeating is harmless."""
