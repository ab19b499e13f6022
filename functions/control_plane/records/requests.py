"""What SageMaker is asked for, to the letter."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from control_plane.policies import Purpose
from control_plane.records.record import Record
from control_plane.serving import Serving


class StartRequest(Record):
    """One `StartPipelineExecution`, kept with the decision so that a retry repeats it to the letter."""

    kind: Literal["start"] = "start"
    model: str
    purpose: Purpose
    fingerprint: str
    pipeline: str
    parameters: Mapping[str, str]

    @property
    def is_rollback(self) -> bool:
        """A run goes back from nothing."""
        return False


class DeployRequest(Record):
    """One version on its way to an endpoint, kept with the decision so that a retry asks for the same.

    `config` and `served_model` are the names of the endpoint configuration and of the SageMaker model: what has no
    client token is asked for once because its name says all that is in it. `chosen_at` is when the version was
    approved, or asked for. A rollback names the version that it is there to remove: `instead_of`. One that `restores`
    goes back to the champion itself, which an endpoint had left for a version that never became it.
    """

    kind: Literal["deploy"] = "deploy"
    model: str
    package: str
    chosen_at: datetime
    config: str
    served_model: str
    serving: Serving
    instead_of: str | None = None
    restores: bool = False

    @property
    def endpoint(self) -> str:
        return self.serving.endpoint

    @property
    def is_rollback(self) -> bool:
        return self.instead_of is not None

    def was_chosen_after(self, other: "StartRequest | DeployRequest") -> bool:
        return isinstance(other, DeployRequest) and self.chosen_at > other.chosen_at
