"""What came of a decision: a run, or a deployment."""

from datetime import datetime
from typing import Literal

from control_plane.outcomes import Outcome
from control_plane.policies import Purpose
from control_plane.records.record import Record
from control_plane.records.requests import DeployRequest


class Run(Record):
    """A pipeline execution that the control plane started. `status` is SageMaker's; None until it has ended."""

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
    correlation_id: str | None = None

    @property
    def root(self) -> str:
        """As the decision's that started it."""
        return self.correlation_id or self.decision


class Deployment(Record):
    """A version that the control plane asked an endpoint to serve. `outcome` is None while that is under way.

    `id` is that of its decision, `correlation_id` that of the decision which it all came of.
    """

    kind: Literal["deployment"] = "deployment"
    id: str
    request: DeployRequest
    started_at: datetime
    look_at: datetime | None = None
    correlation_id: str | None = None
    outcome: Outcome | None = None
    ended_at: datetime | None = None
