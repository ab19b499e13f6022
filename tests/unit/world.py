"""What surrounds the rooms, in a few verbs: data lands, a minute passes, a run ends, somebody approves or asks."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from control_plane.events import DriftReport, ModelPackageStateChange, ObjectCreated, RunRequested
from control_plane.models import ModelSpec
from control_plane.policies import DriftKind
from control_plane.ports import ControlPlane
from control_plane.records import Decision, Slot
from control_plane.registry import ApprovalStatus, Baseline
from on_data_arrival.handler import handle as on_data_arrival
from on_drift.handler import handle as on_drift
from on_model_package.handler import handle as on_model_package
from on_pipeline_execution.handler import handle as on_pipeline_execution
from on_request.handler import handle as on_request
from on_tick.handler import handle as on_tick
from tests.fakes import FakeControlPlane, FakeLedger, FakeObjects
from tests.samples import (
    BUCKET,
    MORNING,
    PREFIX,
    SAMPLE,
    TRAINING,
    after,
    archive,
    drift_report,
    evaluated_spec,
    model_spec,
    object_created,
    package_changed,
    run_requested,
)

NEVER = after(days=10_000)
MOMENT = timedelta(seconds=1)  # a window is named by the time at which it opened


def new_plane(ledger: FakeLedger | None = None) -> FakeControlPlane:
    """A control plane that knows one model."""
    plane = FakeControlPlane(ledger=ledger or FakeLedger())
    apply(plane, model_spec())
    return plane


def apply(plane: FakeControlPlane, spec: ModelSpec) -> None:
    """Nobody looks after the model: a test of that says so itself."""
    plane.ledger.apply(spec, MORNING)
    plane.ledger.looked_after(plane.ledger.model(spec.model), {}, heard_until=MORNING, again=NEVER)


def judged_plane(spec: ModelSpec | None = None) -> FakeControlPlane:
    """A control plane that knows one model, whose first version was approved."""
    plane = FakeControlPlane()
    apply(plane, spec or evaluated_spec())
    decide_approval(plane, plane.registry.register("churn").arn)
    return plane


def decide_approval(plane: FakeControlPlane, arn: str, status: ApprovalStatus = "Approved") -> Decision:
    """A person approves or rejects a version, and SageMaker's event is delivered."""
    plane.wait(MOMENT)
    changed = plane.registry.set_approval(arn, status)
    event = package_changed(arn, status, at=changed.last_modified, fields=["ModelApprovalStatus"])
    return on_model_package(ModelPackageStateChange.parse(event), plane)


def drift(plane: FakeControlPlane, event_id: str = "e1", **report: Any) -> Decision:
    return on_drift(DriftReport.parse(drift_report(event_id, **report)), plane)


def ask(plane: FakeControlPlane, event_id: str = "e1", **asked: Any) -> Decision:
    return on_request(RunRequested.parse(run_requested(event_id, **asked)), plane)


def report(plane: FakeControlPlane, evaluation: Decision, *, passed: bool) -> None:
    """What an evaluation writes."""
    write_verdict(plane, f"{evaluation.start.parameters['ReportUri']}/evaluation.json", passed=passed)


def write_verdict(plane: FakeControlPlane, uri: str, *, passed: bool) -> None:
    summary = "auc 0.86 meets the bar of 0.8" if passed else "auc 0.71 misses the bar of 0.8 by 0.09"
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    plane.objects.write(bucket, key, json.dumps({"verdict": {"passed": passed, "summary": summary}}).encode())


def give_baselines(plane: FakeControlPlane) -> None:
    """Every version's own, as its training registers them."""
    kinds = (DriftKind.DATA_QUALITY, DriftKind.MODEL_QUALITY)
    for arn, package in plane.registry.packages.items():
        at = f"s3://artifacts/pipelines/{package.group}/{package.version}"
        made = {kind: Baseline(f"{at}/{kind}/constraints.json", f"{at}/{kind}/statistics.json") for kind in kinds}
        plane.registry.packages[arn] = replace(package, baselines=made)


def pack_samples(plane: FakeControlPlane) -> None:
    """Every version's sample payload, as its training leaves it."""
    for package in plane.registry.packages.values():
        bucket, _, key = str(package.sample_uri).removeprefix("s3://").partition("/")
        plane.objects.write(bucket, key, archive(SAMPLE))


def champion_of(plane: FakeControlPlane) -> str | None:
    king = plane.ledger.model("churn").champion
    return king.package if king else None


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
