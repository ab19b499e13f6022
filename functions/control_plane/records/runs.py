"""What came of a decision: a run, or a deployment."""

from datetime import datetime
from typing import Literal

from control_plane.outcomes import Outcome
from control_plane.policies import Purpose
from control_plane.records.record import Record
from control_plane.records.requests import DeployRequest


class Cost(Record):
    """What the jobs of a run are billed for, in USD; None where that is not known, and `unknown` says why."""

    usd: float | None = None
    unknown: str | None = None


class Run(Record):
    """A pipeline execution that the control plane started. `status` is SageMaker's; None until it has ended.

    `cost` is known, or known to be unknown, once it has; None on runs that ended before costs were kept.
    """

    kind: Literal["run"] = "run"
    arn: str
    model: str
    purpose: Purpose
    decision: str
    fingerprint: str
    started_at: datetime
    look_at: datetime | None = None
    status: str | None = None
    ended_at: datetime | None = None
    failure: str | None = None
    cost: Cost | None = None
    correlation_id: str | None = None

    @property
    def pipeline(self) -> str:
        """As `arn:aws:sagemaker:region:account:pipeline/NAME/execution/id` has it: in lower case."""
        return self.arn.partition(":pipeline/")[2].partition("/")[0]

    @property
    def region(self) -> str:
        return self.arn.split(":")[3]

    @property
    def root(self) -> str:
        """As the decision's that started it."""
        return self.correlation_id or self.decision


class Deployment(Record):
    """A version that the control plane asked an endpoint to serve. `outcome` is None while that is under way.

    `id` is that of its decision, `correlation_id` that of the decision which it all came of. Its configuration was
    deleted at `collected_at`.
    """

    kind: Literal["deployment"] = "deployment"
    id: str
    request: DeployRequest
    started_at: datetime
    look_at: datetime | None = None
    correlation_id: str | None = None
    outcome: Outcome | None = None
    ended_at: datetime | None = None
    collected_at: datetime | None = None
