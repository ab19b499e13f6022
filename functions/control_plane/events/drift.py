"""What `on_drift` receives: one of four, told apart by `detail-type` here and nowhere else."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from control_plane.events.cloudwatch import AlarmStateChange
from control_plane.events.envelope import Payload, parse_as
from control_plane.events.ours import DriftReport, MonitorRunObserved
from control_plane.events.sagemaker import ProcessingJobStateChange

type DriftEvent = DriftReport | ProcessingJobStateChange | MonitorRunObserved | AlarmStateChange

_DRIFT_EVENT: TypeAdapter[DriftEvent] = TypeAdapter(Annotated[DriftEvent, Field(discriminator="detail_type")])


def parse_drift_event(payload: Payload) -> DriftEvent:
    """Raises InvalidEvent."""
    return parse_as(_DRIFT_EVENT, payload, "drift")
