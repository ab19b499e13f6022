"""SageMaker's endpoints, as the control plane sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from control_plane.records import DeployRequest

CHANGING = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`status` is the API's, such as InService. `config` is the active configuration, `coming` the one on its way.

    An update that SageMaker rolled back ends InService, too, on the configuration from before.
    """

    name: str
    status: str
    config: str
    coming: str | None
    modified_at: datetime
    failure: str | None = None

    @property
    def has_settled(self) -> bool:
        return self.status not in CHANGING

    def heads_for(self, config: str) -> bool:
        """It serves this configuration, or is on its way to."""
        return (self.coming or self.config) == config and self.status not in {"Failed", "Deleting", "RollingBack"}


@dataclass(frozen=True, slots=True)
class Variant:
    """A production variant as its configuration has it.

    `model` is SageMaker's, None where it has none. `packages` has an item for each of the model's containers: the
    version that it is made of, by ARN or by name, None where it is made of an image and an archive.
    """

    name: str
    model: str | None
    packages: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from a request: HTTP's status, 0 where nothing did, and the beginning of what was said."""

    status: int
    said: str = ""

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004  HTTP's classes


class Endpoints(Protocol):
    """SageMaker's real-time endpoints."""

    def describe(self, name: str) -> Endpoint | None:
        """None where there is none of that name."""

    def variants(self, config: str) -> Sequence[Variant]:
        """What a configuration serves, in two requests for one variant. Empty where it was deleted."""

    def missing_alarms(self, names: Sequence[str]) -> list[str]:
        """Those of these CloudWatch alarms that don't exist."""

    def create(self, request: DeployRequest) -> None:
        """Make the model, the configuration and the endpoint. Raises EndpointBusy, CapacityExceeded, CallRefused."""

    def update(self, request: DeployRequest) -> None:
        """Make the model and the configuration, and have the endpoint go over to it. Raises as `create` does."""

    def discard(self, configs: Sequence[str], models: Sequence[str]) -> None:
        """Delete these configurations and models; what is gone already is no error."""

    def invoke(self, name: str, body: bytes, content_type: str) -> Answer:
        """Send an endpoint one request. What SageMaker itself can't do now, such as throttling, is raised as it is."""
