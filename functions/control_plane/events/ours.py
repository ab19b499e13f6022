"""Events on our own source, `pointsman`: anybody who may put events on the bus may send them."""

import hashlib
import json
from typing import Literal

from pydantic import Field

from control_plane.events.envelope import Event, Wire
from control_plane.events.sagemaker import ProcessingJobDetail
from control_plane.policies import DriftKind, Purpose


class Told(Wire):
    """What our own events say first: whom they are about.

    A sender that may send one thing twice, or that replays it, names it by `id`; the name need only be one among the
    model's. Without it, every event is another one: it is known by the id that EventBridge gave it.
    """

    model: str
    id: str | None = Field(None, pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9])*$", max_length=64)

    def identity(self, event_id: str) -> str:
        """Hashed with the kind of event: names may hold what would part them."""
        if self.id is None:
            return event_id
        told = json.dumps([type(self).__name__, self.model, self.id])
        return f"{self.id}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"


class OurEvent(Event):
    """What others tell the control plane: whoever sends it may name it."""

    detail: Told

    @property
    def identity(self) -> str:
        return self.detail.identity(self.id)


class DriftReportDetail(Told):
    """`detail` of a drift report. `share` is the part of the features that drifted, where the sender knows it.

    `again`: it was found before and goes on, so who found it, and in what words, stays.
    """

    kind: DriftKind
    share: float | None = Field(None, ge=0, le=1)
    drifted: bool = True
    summary: str = Field("", max_length=500)
    again: bool = False


class DriftReport(OurEvent):
    """Some system found, or looked for and didn't find, drift in a model's data or predictions."""

    detail_type: Literal["Drift Report"] = Field(alias="detail-type")
    detail: DriftReportDetail


class MonitorRunObserved(Event):
    """`on_tick` saw the end of a monitor's run that nobody told of."""

    detail_type: Literal["Monitor Run Observed"] = Field(alias="detail-type")
    detail: ProcessingJobDetail

    @property
    def identity(self) -> str:
        """That of SageMaker's own event about the job, which may still come."""
        return self.detail.job_arn


class RunRequestedDetail(Told):
    """`detail` of a request for a run. `force` passes the model's policies, never what makes a run happen once."""

    purpose: Purpose
    why: str = Field(min_length=1, max_length=500)
    actor: str = Field(min_length=1, max_length=200)
    force: bool = False


class RunRequested(OurEvent):
    """A person, a schedule or another system asks for a run."""

    detail_type: Literal["Run Requested"] = Field(alias="detail-type")
    detail: RunRequestedDetail
