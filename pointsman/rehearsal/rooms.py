"""The rooms' own code, acting on a stage: what comes of an event."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import Any

from control_plane.actions import Hold, RecordEnd, Skip
from control_plane.errors import ControlPlaneError
from control_plane.events import (
    EndpointStateChange,
    ModelPackageStateChange,
    ObjectCreated,
    PipelineExecutionStatusChange,
    parse_drift_event,
    parse_request,
)
from control_plane.ports import ControlPlane
from control_plane.records import Decision
from control_plane.telemetry import logger, metrics, why_of
from on_data_arrival.handler import handle as on_data_arrival
from on_drift.handler import handle as on_drift
from on_endpoint.handler import handle as on_endpoint
from on_model_package.handler import handle as on_model_package
from on_pipeline_execution.handler import handle as on_pipeline_execution
from on_request.handler import handle as on_request
from on_tick.handler import handle as on_tick

# What an event ends as that a room can't act on, beside `Outcome`.
DEAD_LETTER = "DEAD_LETTER"

type Event = Mapping[str, Any]


@dataclass(frozen=True)
class Result:
    """One thing that came of an event. `decision` is None where no decision is on record."""

    outcome: str
    because: str
    model: str | None = None
    decision: Decision | None = None


def act(room: str, event: Event, plane: ControlPlane) -> list[Result]:
    """Empty where the room finds nothing to do. What the room raises on purpose makes the event a dead letter."""
    with _in_silence():
        try:
            return hand_over(room, event, plane)
        except ControlPlaneError as error:
            return [Result(DEAD_LETTER, f"{type(error).__name__}: {error}")]


def hand_over(room: str, event: Event, plane: ControlPlane) -> list[Result]:
    """As `act`, but the room is heard: it logs what it decides and raises what it raises."""
    return list(_ROOMS[room](event, plane))


def _result(came: Decision | Hold | RecordEnd | Skip) -> Result:
    match came:
        case Decision():
            why = f"{came.because}; {came.then}" if came.then else came.because
            return Result(came.outcome, why, came.model, came)
        case Hold():
            return Result(came.outcome, why_of(came), came.route.model)
        case _:
            return Result(came.outcome, why_of(came))


def _arrived(event: Event, plane: ControlPlane) -> Iterator[Result]:
    yield from map(_result, on_data_arrival([ObjectCreated.parse(event)], plane))


def _drifted(event: Event, plane: ControlPlane) -> Iterator[Result]:
    yield _result(on_drift(parse_drift_event(event), plane))


def _settled(event: Event, plane: ControlPlane) -> Iterator[Result]:
    endpoint = EndpointStateChange.parse(event).detail
    skip, decisions = on_endpoint(endpoint.name, plane, model=endpoint.model)
    yield from _followed(skip, decisions)


def _changed(event: Event, plane: ControlPlane) -> Iterator[Result]:
    yield _result(on_model_package(ModelPackageStateChange.parse(event), plane))


def _ended(event: Event, plane: ControlPlane) -> Iterator[Result]:
    yield from _followed(*on_pipeline_execution(PipelineExecutionStatusChange.parse(event).detail.execution_arn, plane))


def _requested(event: Event, plane: ControlPlane) -> Iterator[Result]:
    yield _result(on_request(parse_request(event), plane))


def _ticked(_event: Event, plane: ControlPlane) -> Iterator[Result]:
    yield from map(_result, on_tick(plane))


def _followed(action: RecordEnd | Skip | None, decisions: Sequence[Decision]) -> Iterator[Result]:
    if action:
        yield _result(action)
    yield from map(_result, decisions)


_ROOMS: Mapping[str, Callable[[Event, ControlPlane], Iterator[Result]]] = {
    "on_data_arrival": _arrived,
    "on_drift": _drifted,
    "on_endpoint": _settled,
    "on_model_package": _changed,
    "on_pipeline_execution": _ended,
    "on_request": _requested,
    "on_tick": _ticked,
}


@contextmanager
def _in_silence() -> Iterator[None]:
    """The rooms log and count what they decide; nothing is decided here."""
    logger(), metrics()  # made before, or they would keep the output that is theirs for this while only
    disabled = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with redirect_stdout(StringIO()):
            yield
    finally:
        logging.disable(disabled)
