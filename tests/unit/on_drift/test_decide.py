"""What drift leads to, by kind, extent and policy."""

from typing import Any

import pytest

from control_plane.actions import Defer, Skip, Start
from control_plane.admission import Candidate
from control_plane.outcomes import Outcome
from control_plane.policies import DriftKind, OnDrift, Purpose
from control_plane.records import Slot
from on_drift.decide import decide, decide_response, description
from on_drift.findings import DriftFinding, State
from tests.samples import EVALUATION, MORNING, TRAINING, model_of, start_request

KINDS = list(DriftKind)
REQUEST = start_request(purpose=EVALUATION)


def found(state: State = State.DRIFTED, kind: DriftKind = DriftKind.DATA_QUALITY, **changes: Any) -> DriftFinding:
    return DriftFinding(**{"kind": kind, "state": state, "source": "alarm a"} | changes)


def response(finding: DriftFinding, **on_drift: Any) -> Purpose | Outcome:
    answer = decide_response(finding, OnDrift.model_validate(on_drift))
    return answer.outcome if isinstance(answer, Skip) else answer


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("answer", "expected"),
    [("evaluate", EVALUATION), ("train", TRAINING), ("nothing", Outcome.SKIPPED_BY_POLICY)],
)
def test_each_kind_has_the_response_that_its_policy_names(
    kind: DriftKind, answer: str, expected: Purpose | Outcome
) -> None:
    assert response(found(kind=kind), **{kind: answer}) == expected


@pytest.mark.parametrize(
    ("share", "expected"), [(None, EVALUATION), (0, EVALUATION), (0.49, EVALUATION), (0.5, TRAINING), (1, TRAINING)]
)
def test_severe_drift_is_trained_on_at_once(share: float | None, expected: Purpose) -> None:
    assert response(found(share=share)) == expected


def test_severe_drift_may_be_answered_otherwise() -> None:
    model_quality = found(kind=DriftKind.MODEL_QUALITY, share=0.2)
    assert response(found(share=0.2), severe="nothing", severe_share=0.2) is Outcome.SKIPPED_BY_POLICY
    assert response(model_quality, severe="evaluate", severe_share=0.2) is EVALUATION


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("evaluate", EVALUATION), ("train", TRAINING), ("nothing", Outcome.SKIPPED_DATA_ERRORS)],
)
def test_data_errors_have_a_response_of_their_own(answer: str, expected: Purpose | Outcome) -> None:
    assert response(found(State.DATA_ERRORS), data_errors=answer, data_quality="train") == expected
    assert response(found(State.DATA_ERRORS)) is Outcome.SKIPPED_DATA_ERRORS


@pytest.mark.parametrize(
    ("state", "outcome", "because"),
    [
        (State.CLEAR, Outcome.SKIPPED_NO_DRIFT, "alarm a found no bias drift"),
        (
            State.TOO_LITTLE_DATA,
            Outcome.SKIPPED_INSUFFICIENT_DATA,
            "alarm a can't tell whether there is bias drift: why",
        ),
        (State.SUPPRESSED, Outcome.SKIPPED_SUPPRESSED, "alarm a found bias drift, but is suppressed: why"),
        (State.FAILED, Outcome.SKIPPED_MONITOR_FAILED, "alarm a can't tell whether there is bias drift: why"),
        (State.DRIFTED, Outcome.SKIPPED_BY_POLICY, "bias drift: why; the policy answers it with nothing"),
        (State.DATA_ERRORS, Outcome.SKIPPED_DATA_ERRORS, "data errors: why; the policy answers it with nothing"),
    ],
)
def test_whatever_a_source_says_is_on_record_with_its_reason(state: State, outcome: Outcome, because: str) -> None:
    finding = found(state, DriftKind.BIAS, summary="why")
    assert decide_response(finding, OnDrift(bias="nothing")) == Skip(outcome, because)


def test_the_run_says_what_drifted() -> None:
    finding = found(share=0.25, summary="age, income")
    assert description(finding) == "data_quality drift in 25% of the features: age, income"
    assert description(found(kind=DriftKind.BIAS)) == "bias drift"
    assert decide(finding, Candidate(model_of(), EVALUATION, REQUEST), MORNING) == Start(REQUEST, description(finding))


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
    action = decide(found(), candidate, MORNING)
    assert isinstance(action, Defer | Skip)
    assert action.outcome is outcome
