"""The events that the rooms receive, as types."""

from control_plane.events.envelope import Event
from control_plane.events.ours import DriftReport, RunRequested
from control_plane.events.s3 import ObjectCreated
from control_plane.events.sagemaker import EndpointStateChange, ModelPackageStateChange, PipelineExecutionStatusChange

__all__ = [
    "DriftReport",
    "EndpointStateChange",
    "Event",
    "ModelPackageStateChange",
    "ObjectCreated",
    "PipelineExecutionStatusChange",
    "RunRequested",
]
