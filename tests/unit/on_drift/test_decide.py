"""What drift leads to, by kind, extent and policy."""

from typing import Any

import pytest

from control_plane.actions import Defer, Skip, Start
from control_plane.admission import Candidate
from control_plane.events import DriftReport
from control_plane.outcomes import Outcome
from control_plane.policies import DriftKind, Purpose
from control_plane.records import Slot
from on_drift.decide import decide, decide_response, description
from tests.samples import EVALUATION, MORNING, TRAINING, drift_report, evaluated_spec, model_of, start_request

KINDS = list(DriftKind)
REQUEST = start_request(purpose=EVALUATION)


def reported(**detail: Any) -> DriftReport:
    return DriftReport.parse(drift_report(**detail))


def response(event: DriftReport, **on_drift: Any) -> Purpose | Outcome:
    policy = evaluated_spec(changes={"policy.on_drift": on_drift}).policy
    found = decide_response(event, policy)
    return found.outcome if isinstance(found, Skip) else found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("answer", "expected"),
    [("evaluate", EVALUATION), ("train", TRAINING), ("nothing", Outcome.SKIPPED_BY_POLICY)],
)
def test_each_kind_has_the_response_that_its_policy_names(
    kind: DriftKind, answer: str, expected: Purpose | Outcome
) -> None:
    assert response(reported(kind=kind), **{kind: answer}) == expected


@pytest.mark.parametrize(
    ("share", "expected"), [(None, EVALUATION), (0, EVALUATION), (0.49, EVALUATION), (0.5, TRAINING), (1, TRAINING)]
)
def test_severe_drift_is_trained_on_at_once(share: float | None, expected: Purpose) -> None:
    assert response(reported(share=share)) == expected


def test_severe_drift_may_be_answered_otherwise() -> None:
    assert response(reported(share=0.2), severe="nothing", severe_share=0.2) is Outcome.SKIPPED_BY_POLICY
    assert response(reported(kind="model_quality", share=0.2), severe="evaluate", severe_share=0.2) is EVALUATION


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [None, 0.9])
def test_a_monitor_that_found_nothing_is_on_record_and_that_is_all(kind: DriftKind, share: float | None) -> None:
    found = decide_response(reported(kind=kind, share=share, drifted=False), evaluated_spec().policy)
    assert found == Skip(Outcome.SKIPPED_NO_DRIFT, f"pointsman found no {kind} drift")


def test_the_run_says_what_drifted() -> None:
    event = reported(kind="data_quality", share=0.25, summary="age, income")
    assert description(event) == "data_quality drift in 25% of the features: age, income"
    assert description(reported(kind="bias")) == "bias drift"
    assert decide(event, Candidate(model_of(), EVALUATION, REQUEST), MORNING) == Start(REQUEST, description(event))


@pytest.mark.parametrize(
    ("state", "known", "outcome"),
    [
        ({"slot": Slot(decision="d0")}, {}, Outcome.DEFERRED_BUSY),
        ({}, {"data_used_by": "d7"}, Outcome.SKIPPED_SAME_DATA),
        ({}, {"request": None, "obstacle": Skip(Outcome.SKIPPED_NO_CHAMPION, "none")}, Outcome.SKIPPED_NO_CHAMPION),
    ],
)
def test_drift_meets_the_same_conditions_as_data(
    state: dict[str, Any], known: dict[str, Any], outcome: Outcome
) -> None:
    candidate = Candidate(model_of(**state), EVALUATION, **{"request": REQUEST} | known)
    action = decide(reported(), candidate, MORNING)
    assert isinstance(action, Defer | Skip)
    assert action.outcome is outcome
