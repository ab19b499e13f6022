"""What a lap's rooms were handed, handed to the rooms of a fresh control plane: the same decisions; again: none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pointsman.rehearsal.rooms import act
from tests.fakes import FakeControlPlane
from tests.samples import (
    PREFIX,
    deployed_spec,
    drift_report,
    execution_ended,
    object_created,
    package_arn,
    package_changed,
    run_requested,
)
from tests.unit.world import MOMENT, apply, write_verdict

type Told = tuple[str, Mapping[str, Any]]


@dataclass
class Recording:
    """What came, when, to which room; what SageMaker did meanwhile is not an event, so it happens in both places."""

    plane: FakeControlPlane
    events: list[tuple[datetime, Told]] = field(default_factory=list)

    def send(self, room: str, event: Mapping[str, Any]) -> None:
        self.plane.wait(MOMENT)
        self.events.append((self.plane.now(), (room, event)))
        act(room, event, self.plane)


def fresh() -> FakeControlPlane:
    plane = FakeControlPlane()
    apply(plane, deployed_spec())
    for name in ("a.csv", "_SUCCESS"):
        plane.objects.write("landing", f"{PREFIX}{name}", b"1,2\n")
    plane.objects.write("landing", "churn/evaluation/a.csv", b"3,4\n")
    return plane


def register(plane: FakeControlPlane) -> None:
    (arn,) = plane.pipelines.running
    plane.pipelines.end(arn)
    package = plane.registry.register("churn", arn)
    write_verdict(plane, str(package.report_uri), passed=True)


def an_hour() -> Recording:
    """Data lands, a version is trained, approved and deployed; there is drift."""
    kept = Recording(fresh())
    for name in ("a.csv", "_SUCCESS"):
        kept.send("on_data_arrival", object_created(f"{PREFIX}{name}"))
    kept.send("on_tick", {})
    (arn,) = kept.plane.pipelines.running
    register(kept.plane)
    kept.send("on_pipeline_execution", execution_ended(arn))
    kept.plane.registry.set_approval(package_arn(), "Approved")
    kept.send("on_model_package", package_changed(package_arn(), at=kept.plane.now(), fields=["ModelApprovalStatus"]))
    kept.plane.endpoints.settle("churn-prod")
    kept.send("on_endpoint", {**SETTLED, "time": "2026-11-21T09:20:00Z"})
    kept.send("on_drift", drift_report("e1"))
    kept.send("on_request", run_requested("e2"))
    return kept


SETTLED = {
    "id": "e9",
    "source": "aws.sagemaker",
    "detail-type": "SageMaker Endpoint State Change",
    "detail": {"EndpointName": "churn-prod", "EndpointStatus": "IN_SERVICE"},
}


def replay(events: Sequence[tuple[datetime, Told]], plane: FakeControlPlane) -> None:
    """SageMaker's part goes along: the first run ends before its event, the endpoint settles before its own."""
    for at, (room, event) in events:
        plane.clock = max(plane.clock, at)
        if room == "on_pipeline_execution" and plane.pipelines.running:
            register(plane)
        if room == "on_model_package":
            plane.registry.set_approval(package_arn(), "Approved")
        if room == "on_endpoint":
            plane.endpoints.settle("churn-prod")
        act(room, event, plane)


def decided(plane: FakeControlPlane) -> list[tuple[str, str, str]]:
    return [(each.id, each.outcome, each.because) for each in reversed(plane.ledger.decisions("churn"))]


def test_a_recorded_hour_comes_to_the_same_decisions_and_again_to_none() -> None:
    kept, plane = an_hour(), fresh()
    outcomes = [outcome for _, outcome, _ in decided(kept.plane)]
    assert {"STARTED", "DEPLOYING", "CHAMPION_CHANGED"} <= set(outcomes)
    replay(kept.events, plane)
    assert decided(plane) == decided(kept.plane)
    started = len(plane.pipelines.started)
    replay([(at, told) for at, told in kept.events if told[0] != "on_tick"], plane)
    assert decided(plane) == decided(kept.plane)
    assert len(plane.pipelines.started) == started


def test_forcing_one_event_starts_one_run() -> None:
    kept = an_hour()
    (arn,) = kept.plane.pipelines.running
    kept.plane.pipelines.end(arn)
    kept.send("on_pipeline_execution", execution_ended(arn))
    started = len(kept.plane.pipelines.started)
    for _ in range(2):
        kept.send("on_request", run_requested("again", force=True, id="forced-1"))
        assert len(kept.plane.pipelines.started) == started + 1
