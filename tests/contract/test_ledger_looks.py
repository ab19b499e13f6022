"""What a model's state says to whoever looks after it: when, what was seen, what has begun, come and drifted."""

from datetime import timedelta

import pytest

from control_plane.errors import UnknownModel
from control_plane.ledger import Ledger
from control_plane.outcomes import Outcome
from control_plane.policies import DriftKind
from control_plane.records import ArrivalWindow, Drift, Model
from tests.contract.looks import apply
from tests.samples import (
    EVALUATION,
    MORNING,
    TRAINING,
    after,
    begun,
    champion,
    done,
    drift_of,
    evaluated_spec,
    model_spec,
    package_arn,
    route_of,
    run_of,
    skipped,
)

BIAS, QUALITY = DriftKind.BIAS, DriftKind.DATA_QUALITY
APPROVALS = {package_arn(1): "Approved", package_arn(2): "PendingManualApproval"}


def due_models(ledger: Ledger, **duration: float) -> list[str]:
    return [item.spec.model for item in ledger.due(after(**duration)) if isinstance(item, Model)]


# -- when it is looked after --


def test_a_model_is_due_when_it_is_applied_and_when_it_was_said(ledger: Ledger) -> None:
    ledger.apply(model_spec(), MORNING)
    assert due_models(ledger) == ["churn"]
    assert ledger.model("churn").heard_until is None
    ledger.looked_after(ledger.model("churn"), APPROVALS, heard_until=MORNING, again=after(minutes=15))
    assert (dict(ledger.model("churn").approvals), ledger.model("churn").heard_until) == (APPROVALS, MORNING)
    assert due_models(ledger, minutes=14) == []
    assert due_models(ledger, minutes=15) == ["churn"]
    ledger.looked_after(ledger.model("churn"), {}, heard_until=after(minutes=14), again=after(minutes=30))
    assert (dict(ledger.model("churn").approvals), ledger.model("churn").heard_until) == ({}, after(minutes=14))


def test_a_model_applied_again_is_due_at_once_and_stays_what_it_was(ledger: Ledger) -> None:
    ledger.apply(model_spec(), MORNING)
    ledger.looked_after(ledger.model("churn"), APPROVALS, heard_until=MORNING, again=after(days=1))
    ledger.apply(model_spec(changes={"policy.same_data": "7d"}), after(minutes=5))
    found = ledger.model("churn")
    assert (found.since, dict(found.approvals)) == (MORNING, APPROVALS)
    assert due_models(ledger, minutes=5) == ["churn"]


def test_a_look_at_what_has_been_replaced_does_not_put_the_next_one_off(ledger: Ledger) -> None:
    ledger.apply(model_spec(), MORNING)
    before = ledger.model("churn")
    ledger.apply(model_spec(changes={"policy.same_data": "7d"}), after(minutes=1))
    ledger.looked_after(before, APPROVALS, heard_until=MORNING, again=after(days=1))
    assert due_models(ledger, minutes=1) == ["churn"]
    assert dict(ledger.model("churn").approvals) == {}


def test_looking_after_what_nobody_applied_makes_no_model(ledger: Ledger) -> None:
    apply(ledger, model_spec())
    ledger.looked_after(
        ledger.model("churn").model_copy(update={"spec": model_spec("nobody")}), {}, heard_until=MORNING, again=MORNING
    )
    assert [model.spec.model for model in ledger.models()] == ["churn"]
    assert due_models(ledger, days=1) == []


def test_a_model_can_be_looked_at_later(ledger: Ledger) -> None:
    ledger.apply(model_spec(), MORNING)
    (item,) = ledger.due(MORNING)
    ledger.look_again(item, after(minutes=1))
    assert due_models(ledger, seconds=59) == []
    assert due_models(ledger, minutes=1) == ["churn"]


# -- what has begun and come --


def test_when_a_purpose_last_began_a_run_is_known_after_its_end(ledger: Ledger) -> None:
    apply(ledger, evaluated_spec())
    assert dict(ledger.model("churn").started) == {}
    for number, (purpose, minutes) in enumerate([(TRAINING, 1), (EVALUATION, 2), (TRAINING, 3)]):
        decision = begun(f"d{number}", f"f{number}", purpose=purpose)
        run = run_of(decision, number, started_at=after(minutes=minutes))
        ledger.begin(decision, None)
        ledger.complete(done(decision, run), run)
        ledger.end_run(run.model_copy(update={"status": "Failed", "ended_at": after(minutes=minutes)}))
    assert dict(ledger.model("churn").started) == {TRAINING: after(minutes=3), EVALUATION: after(minutes=2)}


def test_when_data_last_came_is_known_by_purpose(ledger: Ledger) -> None:
    spec = evaluated_spec()
    apply(ledger, spec)
    assert dict(ledger.model("churn").arrived) == {}
    for minutes in (1, 9):
        opened = after(minutes=minutes)
        route = route_of(spec, EVALUATION)
        ledger.note_arrivals(route, first_event="e", arrivals=1, complete=True, now=opened)
        (window,) = [item for item in ledger.due(opened) if isinstance(item, ArrivalWindow) and not item.sealed]
        assert EVALUATION not in ledger.model("churn").arrived or minutes > 1, "an open window hasn't come"
        ledger.seal(window, opened + timedelta(seconds=1))
        assert dict(ledger.model("churn").arrived) == {EVALUATION: opened + timedelta(seconds=1)}


# -- drift --


@pytest.fixture
def drifting(ledger: Ledger) -> Ledger:
    """One model, on which there was no word yet."""
    apply(ledger, model_spec())
    return ledger


def drift(ledger: Ledger) -> dict[DriftKind, Drift]:
    return dict(ledger.model("churn").drift)


def found(minutes: int, source: str = "alarm a", kind: DriftKind = BIAS) -> Drift:
    return drift_of(kind, source=source, found_at=after(minutes=minutes), answered_at=after(minutes=minutes))


def over(ledger: Ledger, minutes: int, source: str | None = "alarm a", kind: DriftKind = BIAS) -> None:
    ledger.note_no_drift("churn", kind, source=source, at=after(minutes=minutes))


def test_drift_is_remembered_by_kind_until_it_is_over(drifting: Ledger) -> None:
    assert drift(drifting) == {}
    bias, quality = found(1), found(2, kind=QUALITY)
    drifting.note_drift("churn", bias)
    drifting.note_drift("churn", quality)
    assert drift(drifting) == {BIAS: bias, QUALITY: quality}
    later = bias.model_copy(update={"answered_at": after(days=1)})
    drifting.note_drift("churn", later)
    apply(drifting, model_spec(changes={"policy.same_data": "7d"}))
    assert drift(drifting) == {BIAS: later, QUALITY: quality}
    for _ in range(2):
        over(drifting, 3)
        assert drift(drifting) == {QUALITY: quality}


@pytest.mark.parametrize(("source", "left"), [("alarm a", False), ("alarm b", True), (None, False)])
def test_it_is_over_when_who_found_it_or_looked_for_all_of_it_says_so(
    drifting: Ledger, source: str | None, *, left: bool
) -> None:
    drifting.note_drift("churn", found(1))
    over(drifting, 2, source)
    assert drift(drifting) == ({BIAS: found(1)} if left else {})


@pytest.mark.parametrize("source", ["alarm a", None])
def test_drift_that_was_over_before_it_was_heard_of_stays_over(drifting: Ledger, source: str | None) -> None:
    over(drifting, 2, source)
    drifting.note_drift("churn", found(1))
    assert drift(drifting) == {}
    drifting.note_drift("churn", found(3))
    assert drift(drifting) == {BIAS: found(3)}


def test_one_source_does_not_know_that_anothers_drift_is_over(drifting: Ledger) -> None:
    over(drifting, 2, "alarm b")
    over(drifting, 2, None, QUALITY)
    drifting.note_drift("churn", found(1))
    assert drift(drifting) == {BIAS: found(1)}


@pytest.mark.parametrize("source", ["alarm a", None])
def test_a_word_from_before_the_drift_takes_nothing_back(drifting: Ledger, source: str | None) -> None:
    drifting.note_drift("churn", found(2))
    over(drifting, 1, source)
    drifting.note_drift("churn", found(1))
    assert drift(drifting) == {BIAS: found(2)}


def test_two_words_of_one_moment_count_in_the_order_in_which_they_came(drifting: Ledger) -> None:
    for _ in range(2):
        drifting.note_drift("churn", found(1))
        assert drift(drifting) == {BIAS: found(1)}
        over(drifting, 1)
        assert drift(drifting) == {}


def test_a_new_champion_has_not_drifted(drifting: Ledger) -> None:
    for kind in DriftKind:
        drifting.note_drift("churn", found(1, kind=kind))
    drifting.crown(skipped("d1", outcome=Outcome.CHAMPION_CHANGED), champion(1), instead_of=None)
    assert drift(drifting) == {}
    drifting.note_drift("churn", found(2))
    assert drift(drifting) == {BIAS: found(2)}


def test_what_nobody_applied_does_not_drift(ledger: Ledger) -> None:
    ledger.note_drift("nobody", found(1))
    ledger.note_no_drift("nobody", BIAS, source=None, at=MORNING)
    assert list(ledger.models()) == []
    with pytest.raises(UnknownModel):
        ledger.model("nobody")
