"""A drift report through the room."""

from typing import Any

import pytest

from control_plane.errors import InvalidEvent
from control_plane.outcomes import Outcome
from control_plane.records import DecisionStatus
from on_drift import handler as room
from tests.fakes import FakeControlPlane
from tests.samples import EVALUATION, MORNING, TRAINING, drift_report, evaluated_spec
from tests.unit.world import champion_of, drift, judged_plane, put, slot_of


@pytest.fixture
def plane(monkeypatch: pytest.MonkeyPatch) -> FakeControlPlane:
    plane = judged_plane()
    put(plane.objects, "churn/training/a.csv", "churn/evaluation/b.csv")
    monkeypatch.setattr(room, "control_plane", lambda: plane)
    return plane


def test_drift_leads_to_an_evaluation_of_the_champion_on_what_there_is(plane: FakeControlPlane) -> None:
    answer = room.handler(drift_report("e1", share=0.2, summary="age"), None)
    assert answer == {"decisions": {"drift-e1": Outcome.STARTED}}
    (execution,) = plane.pipelines.started
    assert execution.request.purpose is EVALUATION
    assert execution.request.parameters["ModelPackageArn"] == champion_of(plane)
    assert execution.description == "data_quality drift in 20% of the features: age"
    slot = slot_of(plane)
    assert slot is not None
    assert (slot.decision, slot.run) == ("drift-e1", execution.arn)


def test_severe_drift_leads_to_a_training(plane: FakeControlPlane) -> None:
    decision = drift(plane, share=0.9)
    assert (decision.outcome, decision.purpose) == (Outcome.STARTED, TRAINING)
    assert [execution.request.purpose for execution in plane.pipelines.started] == [TRAINING]


def test_a_repeated_report_finds_its_decision_1(plane: FakeControlPlane) -> None:
    assert drift(plane, "e1") == drift(plane, "e1")
    assert len(plane.pipelines.started) == 1


def test_a_repeated_report_finishes_what_died_1_3(plane: FakeControlPlane, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(plane.ledger, "complete", die)
        with pytest.raises(KeyboardInterrupt):
            drift(plane, "e1")
    decision = drift(plane, "e1")
    assert (decision.outcome, decision.status) == (Outcome.STARTED, DecisionStatus.DONE)
    assert len(plane.pipelines.started) == 1


def test_drift_that_persists_does_not_evaluate_the_same_data_twice_1(plane: FakeControlPlane) -> None:
    drift(plane, "e1")
    assert drift(plane, "e2").outcome is Outcome.SKIPPED_SAME_DATA


@pytest.mark.parametrize(
    ("report", "outcome", "model"),
    [
        ({"drifted": False}, Outcome.SKIPPED_NO_DRIFT, "churn"),
        ({"kind": "bias"}, Outcome.SKIPPED_BY_POLICY, "churn"),
        ({"model": "nobody"}, Outcome.SKIPPED_NO_MODEL, None),
    ],
)
def test_every_report_leaves_a_decision_2(
    plane: FakeControlPlane, report: dict[str, Any], outcome: Outcome, model: str | None
) -> None:
    plane.ledger.apply(evaluated_spec(changes={"policy.on_drift.bias": "nothing"}), MORNING)
    first, second = drift(plane, "e1", **report), drift(plane, "e1", **report)
    assert (first.outcome, first.model, first.status) == (outcome, model, DecisionStatus.DONE)
    assert second == first == plane.ledger.decision("drift-e1")
    assert plane.pipelines.started == []


def test_without_a_champion_nothing_is_evaluated() -> None:
    plane = FakeControlPlane()
    plane.ledger.apply(evaluated_spec(), MORNING)
    put(plane.objects, "churn/evaluation/b.csv")
    assert drift(plane).outcome is Outcome.SKIPPED_NO_CHAMPION


@pytest.mark.parametrize(
    "changes", [{"model": None}, {"kind": "concept"}, {"share": 1.5}, {"share": -0.1}, {"summary": "x" * 501}]
)
def test_a_report_that_cannot_be_read_is_refused_so_that_it_ends_as_a_dead_letter_2(
    plane: FakeControlPlane, changes: dict[str, Any]
) -> None:
    with pytest.raises(InvalidEvent):
        room.handler(drift_report(**changes), None)
    assert plane.ledger.decision("drift-e1") is None
