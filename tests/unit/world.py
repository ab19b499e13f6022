"""What surrounds the rooms, in three verbs: data lands, a minute passes, a run ends."""

from collections.abc import Sequence
from datetime import timedelta

from control_plane.events import ObjectCreated
from control_plane.ports import ControlPlane
from control_plane.records import Decision, Slot
from on_data_arrival.handler import handle as on_data_arrival
from on_pipeline_execution.handler import handle as on_pipeline_execution
from on_tick.handler import handle as on_tick
from tests.fakes import FakeControlPlane, FakeLedger, FakeObjects
from tests.samples import BUCKET, PREFIX, TRAINING, model_spec, object_created

MOMENT = timedelta(seconds=1)  # a window is named by the time at which it opened


def new_plane(ledger: FakeLedger | None = None) -> FakeControlPlane:
    """A control plane that knows one model."""
    plane = FakeControlPlane(ledger=ledger or FakeLedger())
    plane.ledger.apply(model_spec())
    return plane


def put(objects: FakeObjects, *keys: str, body: bytes = b"1,2\n") -> list[ObjectCreated]:
    """Store objects; the events that S3 would send of it."""
    for key in keys:
        objects.write(BUCKET, key, body)
    versions = [objects.current[BUCKET, key].version_id for key in keys]
    return [
        ObjectCreated.parse(object_created(key, version=version)) for key, version in zip(keys, versions, strict=True)
    ]


def land(plane: FakeControlPlane, *names: str, body: bytes = b"1,2\n") -> None:
    """Store objects in the model's folder and deliver their events."""
    on_data_arrival(put(plane.objects, *(f"{PREFIX}{name}" for name in names), body=body), plane)


def tick(plane: ControlPlane) -> list[Decision]:
    return list(on_tick(plane))


def end(plane: FakeControlPlane, arn: str, status: str = "Succeeded") -> list[Decision]:
    """End a run and deliver SageMaker's event; what followed."""
    plane.pipelines.end(arn, status)
    return on_pipeline_execution(arn, plane)[1]


def start_run(plane: FakeControlPlane, *names: str, body: bytes = b"1,2\n") -> Decision:
    """Land a complete set of data; the decision that it led to."""
    plane.wait(MOMENT)
    land(plane, *names, "_SUCCESS", body=body)
    (decision,) = tick(plane)
    return decision


def slot_of(plane: FakeControlPlane) -> Slot | None:
    return plane.ledger.model("churn").slot


def pending_of(plane: FakeControlPlane) -> str | None:
    return plane.ledger.model("churn").pending.get(TRAINING)


def outcomes(plane: FakeControlPlane) -> Sequence[str]:
    """Of the model's decisions, oldest first."""
    return [decision.outcome for decision in reversed(plane.ledger.decisions("churn"))]
