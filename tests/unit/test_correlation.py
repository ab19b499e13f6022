"""One id follows an event through all rooms: every line about what came of it carries the first decision's."""

import json
from typing import Any

import pytest

from control_plane import telemetry
from control_plane.events import ModelPackageStateChange
from control_plane.outcomes import Outcome
from control_plane.records import Decision
from on_model_package.handler import handle as on_model_package
from on_pipeline_execution import handler as on_pipeline_execution
from tests.fakes import FakeControlPlane
from tests.samples import evaluated_spec, execution_ended, package_changed
from tests.unit.world import MOMENT, decide_approval, drift, end, judged_plane, put, report, write_verdict


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    (handler,) = telemetry.logger().handlers
    return [json.loads(handler.format(record)) for record in caplog.records]


@pytest.fixture
def plane(monkeypatch: pytest.MonkeyPatch) -> FakeControlPlane:
    """A model whose degraded champion is trained anew and approved without a person."""
    plane = judged_plane(evaluated_spec(changes={"policy.approval": "automatic"}))
    put(plane.objects, "churn/training/a.csv", "churn/evaluation/b.csv")
    monkeypatch.setattr(on_pipeline_execution, "control_plane", lambda: plane)
    return plane


def ended(plane: FakeControlPlane, decision: Decision) -> list[Decision]:
    """SageMaker's event that the run has ended, through the room's own entry; what followed."""
    plane.pipelines.end(str(decision.run), "Succeeded")
    answer = on_pipeline_execution.handler(execution_ended(str(decision.run)), None)
    return [found for key in answer["decisions"] if (found := plane.ledger.decision(key))]


def test_from_drift_to_the_new_champion_all_lines_carry_the_drifts_decision(
    plane: FakeControlPlane, caplog: pytest.LogCaptureFixture
) -> None:
    evaluation = drift(plane)
    telemetry.log_decision(evaluation)
    report(plane, evaluation, passed=False)
    (training,) = ended(plane, evaluation)
    package = plane.registry.register("churn", training.run, training.id)
    write_verdict(plane, str(package.report_uri), passed=True)
    (approval,) = ended(plane, training)
    plane.wait(MOMENT)
    change = package_changed(package.arn, "Approved", at=plane.now(), fields=["ModelApprovalStatus"])
    crowned = on_model_package(ModelPackageStateChange.parse(change), plane)
    telemetry.log_decision(crowned)

    assert (approval.outcome, crowned.outcome) == (Outcome.APPROVED, Outcome.CHAMPION_CHANGED)
    told = [line for line in lines(caplog) if line["message"] != telemetry.ARRIVED]
    assert {line["correlation_id"] for line in told} == {evaluation.id}
    assert [line["action"] for line in told] == [
        *("StartEvaluation", "RecordEnd", "StartTraining", "RecordEnd", "Approve", "Crown")
    ]
    assert {run.root for run in plane.ledger.runs("churn")} == {evaluation.id}


def test_a_version_that_somebody_else_registered_is_its_own_beginning(plane: FakeControlPlane) -> None:
    plane.wait(MOMENT)
    decision = decide_approval(plane, plane.registry.register("churn").arn)
    assert decision.root == decision.id


def test_a_version_whose_decision_has_been_forgotten_still_names_it(plane: FakeControlPlane) -> None:
    plane.wait(MOMENT)
    assert decide_approval(plane, plane.registry.register("churn", "arn:run", "gone").arn).root == "gone"


def test_what_waited_keeps_its_own_id(plane: FakeControlPlane) -> None:
    first = drift(plane, "e1")
    waiting = drift(plane, "e2", kind="model_quality")
    assert waiting.outcome is Outcome.DEFERRED_BUSY
    (started, *_) = end(plane, str(first.run), "Failed")
    assert (started.id, started.root) == (waiting.id, waiting.id)
