"""Champions: who becomes one, instead of whom, and once."""

import pytest

from control_plane.errors import AlreadyDecided, Superseded
from control_plane.ledger import Ledger
from control_plane.outcomes import Outcome
from control_plane.records import Decision
from tests.contract.looks import apply, slot_of
from tests.contract.test_ledger_races import CONTENDERS, race
from tests.samples import after, begun, champion, deferred, model_spec, package_arn, skipped

V1, V2 = package_arn(1), package_arn(2)


@pytest.fixture(autouse=True)
def _a_model(ledger: Ledger) -> None:
    apply(ledger, model_spec())


def crowning(decision_id: str = "d1", **changes: str) -> Decision:
    return skipped(decision_id, outcome=Outcome.CHAMPION_CHANGED, **changes)


def test_a_model_has_no_champion_until_one_is_crowned(ledger: Ledger) -> None:
    assert ledger.model("churn").champion is None
    king = champion(1, since=after(minutes=1))
    ledger.crown(crowning(), king, instead_of=None)
    assert ledger.model("churn").champion == king
    assert ledger.decision("d1") == crowning()


def test_another_takes_over_and_remembers_who_was_before(ledger: Ledger) -> None:
    ledger.crown(crowning("d1"), champion(1), instead_of=None)
    ledger.crown(crowning("d2"), champion(2, earlier=(1,)), instead_of=V1)
    king = ledger.model("churn").champion
    assert king == champion(2, earlier=(1,))
    assert [model.champion for model in ledger.models()] == [king]


@pytest.mark.parametrize("instead_of", [None, V2])
def test_nobody_is_crowned_instead_of_one_who_is_not_champion(ledger: Ledger, instead_of: str | None) -> None:
    ledger.crown(crowning("d1"), champion(1), instead_of=None)
    with pytest.raises(Superseded):
        ledger.crown(crowning("d2"), champion(3), instead_of=instead_of)
    assert ledger.decision("d2") is None
    assert ledger.model("churn").champion == champion(1)


def test_the_first_champion_is_crowned_instead_of_nobody(ledger: Ledger) -> None:
    with pytest.raises(Superseded):
        ledger.crown(crowning(), champion(2), instead_of=V1)
    assert ledger.model("churn").champion is None
    assert ledger.decision("d1") is None


def test_a_repetition_gets_the_first_ones_record_even_when_the_champion_is_another_now(ledger: Ledger) -> None:
    ledger.crown(crowning("d1", because="the first"), champion(1), instead_of=None)
    ledger.crown(crowning("d2"), champion(2, earlier=(1,)), instead_of=V1)
    for instead_of in (None, V1, V2):
        with pytest.raises(AlreadyDecided) as refusal:
            ledger.crown(crowning("d1", because="the second"), champion(1), instead_of=instead_of)
        assert refusal.value.decision.because == "the first"
    assert ledger.model("churn").champion == champion(2, earlier=(1,))


def test_a_model_that_nobody_applied_gets_no_champion(ledger: Ledger) -> None:
    with pytest.raises(Superseded):
        ledger.crown(crowning(model="nobody"), champion(1), instead_of=None)
    assert ledger.decision("d1") is None
    assert [model.spec.model for model in ledger.models()] == ["churn"]


def test_crowning_leaves_runs_alone_and_applying_leaves_the_champion(ledger: Ledger) -> None:
    ledger.begin(begun("d1", "f1"), None)
    ledger.defer(deferred("d2", "f2"), None)
    ledger.crown(crowning("d3"), champion(1), instead_of=None)
    apply(ledger, model_spec(changes={"policy.same_data": "7d"}))
    model = ledger.model("churn")
    assert (slot_of(ledger), dict(model.pending)) == (("d1", None), {"training": "d2"})
    assert model.champion == champion(1)


def test_of_many_at_once_one_is_champion_1(ledger: Ledger) -> None:
    ledger.crown(crowning("first"), champion(99), instead_of=None)
    results = race(lambda number: ledger.crown(crowning(f"d{number}"), champion(number), instead_of=package_arn(99)))
    assert results == {"won": 1, "Superseded": CONTENDERS - 1}
    (winner,) = [decision.id for decision in ledger.decisions("churn") if decision.id != "first"]
    king = ledger.model("churn").champion
    assert king is not None
    assert king.package == package_arn(int(winner[1:]))
