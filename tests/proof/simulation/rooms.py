"""Which room an event goes to, as the template's rules say it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from control_plane.events import (
    EndpointStateChange,
    ModelPackageStateChange,
    ObjectCreated,
    PipelineExecutionStatusChange,
    parse_drift_event,
    parse_request,
)
from control_plane.ports import ControlPlane
from on_data_arrival.handler import handle as on_data_arrival
from on_drift.handler import handle as on_drift
from on_endpoint.handler import handle as on_endpoint
from on_model_package.handler import handle as on_model_package
from on_pipeline_execution.handler import handle as on_pipeline_execution
from on_request.handler import handle as on_request

type Wire = Mapping[str, Any]


def arrivals(events: Sequence[Wire], plane: ControlPlane) -> object:
    return on_data_arrival([ObjectCreated.parse(event) for event in events], plane)


def _package(event: Wire, plane: ControlPlane) -> object:
    return on_model_package(ModelPackageStateChange.parse(event), plane)


def _execution(event: Wire, plane: ControlPlane) -> object:
    return on_pipeline_execution(PipelineExecutionStatusChange.parse(event).detail.execution_arn, plane)


def _endpoint(event: Wire, plane: ControlPlane) -> object:
    detail = EndpointStateChange.parse(event).detail
    return on_endpoint(detail.name, plane, model=detail.model)


def _drift(event: Wire, plane: ControlPlane) -> object:
    return on_drift(parse_drift_event(event), plane)


def _request(event: Wire, plane: ControlPlane) -> object:
    return on_request(parse_request(event), plane)


ARRIVAL = "Object Created"
ROOMS: Mapping[str, Callable[[Wire, ControlPlane], object]] = {
    "SageMaker Model Package State Change": _package,
    "Model Package Observed": _package,
    "SageMaker Model Building Pipeline Execution Status Change": _execution,
    "Pipeline Execution Observed": _execution,
    "SageMaker Endpoint State Change": _endpoint,
    "Endpoint Observed": _endpoint,
    "SageMaker Processing Job State Change": _drift,
    "Monitor Run Observed": _drift,
    "CloudWatch Alarm State Change": _drift,
    "Drift Report": _drift,
    "Run Requested": _request,
    "Deployment Requested": _request,
    "Rollback Requested": _request,
    "Adoption Requested": _request,
}
# These decide on what they are told, once; the others see how things stand.
DECIDED_ONCE = frozenset(kind for kind, room in ROOMS.items() if room in {_package, _drift, _request})
