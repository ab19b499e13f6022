"""Events on our own source, `pointsman`: anybody who may put events on the bus may send them."""

from pydantic import Field

from control_plane.events.envelope import Event, Wire
from control_plane.policies import DriftKind, Purpose


class DriftReportDetail(Wire):
    """`detail` of a drift report. `share` is the part of the features that drifted, where the sender knows it."""

    model: str
    kind: DriftKind
    share: float | None = Field(None, ge=0, le=1)
    drifted: bool = True
    summary: str = Field("", max_length=500)


class DriftReport(Event):
    """Some system found, or looked for and didn't find, drift in a model's data or predictions."""

    detail: DriftReportDetail


class RunRequestedDetail(Wire):
    """`detail` of a request for a run. `force` passes the model's policies, never what makes a run happen once."""

    model: str
    purpose: Purpose
    why: str = Field(min_length=1, max_length=500)
    actor: str = Field(min_length=1, max_length=200)
    force: bool = False


class RunRequested(Event):
    """A person, a schedule or another system asks for a run."""

    detail: RunRequestedDetail
