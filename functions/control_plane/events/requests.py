"""What `on_request` receives: one of four, told apart by `detail-type` here and nowhere else."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from control_plane.events.envelope import Payload, parse_as
from control_plane.events.ours import OurEvent, RunRequested, Told
from control_plane.fields import ResourceName

_VERSION = r"^arn:.+:model-package/.+/\d+$"


class DeploymentRequestedDetail(Told):
    """`detail` of a request to put a version in use. `force` passes a pause and a freeze, never the approval."""

    package_arn: str = Field(pattern=_VERSION)
    why: str = Field(min_length=1, max_length=500)
    actor: str = Field(min_length=1, max_length=200)
    force: bool = False


class DeploymentRequested(OurEvent):
    """Somebody wants an approved version in use, other than by approving it."""

    detail_type: Literal["Deployment Requested"] = Field(alias="detail-type")
    detail: DeploymentRequestedDetail


class RollbackRequestedDetail(Told):
    """`detail` of a request to go back: to a version, or, without one, to the last champion that is still approved."""

    package_arn: str | None = Field(None, pattern=_VERSION)
    why: str = Field(min_length=1, max_length=500)
    actor: str = Field(min_length=1, max_length=200)


class RollbackRequested(OurEvent):
    """Somebody wants an earlier version back."""

    detail_type: Literal["Rollback Requested"] = Field(alias="detail-type")
    detail: RollbackRequestedDetail


class AdoptionRequestedDetail(Told):
    """`detail` of a request to take over an endpoint that others made: what it serves becomes the champion."""

    endpoint: ResourceName
    why: str = Field(min_length=1, max_length=500)
    actor: str = Field(min_length=1, max_length=200)


class AdoptionRequested(OurEvent):
    """Somebody wants an endpoint looked after as it is."""

    detail_type: Literal["Adoption Requested"] = Field(alias="detail-type")
    detail: AdoptionRequestedDetail


type Request = RunRequested | DeploymentRequested | RollbackRequested | AdoptionRequested

_REQUEST: TypeAdapter[Request] = TypeAdapter(Annotated[Request, Field(discriminator="detail_type")])


def parse_request(payload: Payload) -> Request:
    """Raises InvalidEvent."""
    return parse_as(_REQUEST, payload, "request")
