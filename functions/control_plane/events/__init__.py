"""The events that the rooms receive, as types."""

from control_plane.events.cloudwatch import AlarmStateChange
from control_plane.events.drift import DriftEvent, parse_drift_event
from control_plane.events.envelope import Event
from control_plane.events.ledger import RecordChange
from control_plane.events.ours import DriftReport, MonitorRunObserved, RunRequested
from control_plane.events.requests import (
    AdoptionRequested,
    DeploymentRequested,
    Request,
    RollbackRequested,
    parse_request,
)
from control_plane.events.s3 import ObjectCreated
from control_plane.events.sagemaker import (
    EndpointStateChange,
    ModelPackageStateChange,
    PipelineExecutionStatusChange,
    ProcessingJobStateChange,
)

__all__ = [
    "AdoptionRequested",
    "AlarmStateChange",
    "DeploymentRequested",
    "DriftEvent",
    "DriftReport",
    "EndpointStateChange",
    "Event",
    "ModelPackageStateChange",
    "MonitorRunObserved",
    "ObjectCreated",
    "PipelineExecutionStatusChange",
    "ProcessingJobStateChange",
    "RecordChange",
    "Request",
    "RollbackRequested",
    "RunRequested",
    "parse_drift_event",
    "parse_request",
]
