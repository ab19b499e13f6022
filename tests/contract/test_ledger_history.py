"""Runs and their ends, tallies, and what people list."""

import pytest

from control_plane.ledger import Ledger
from control_plane.outcomes import Outcome
from control_plane.records import Cost, Run
from tests.contract.looks import apply
from tests.samples import (
    AT_MOST,
    MORNING,
    SAME_DATA,
    TRAINING,
    after,
    begun,
    deferred,
    done,
    ended,
    model_spec,
    run_of,
    skipped,
)


@pytest.fixture(autouse=True)
def _a_model(ledger: Ledger) -> None:
    apply(ledger, model_spec())


def started(ledger: Ledger, number: int = 1) -> Run:
    """A run under way on data of its own."""
    decision = begun(f"d{number}", f"f{number}", decided_at=after(hours=number - 1))
    run = run_of(decision, number)
    ledger.begin(decision, None)
    ledger.complete(done(decision, run), run)
    return run


def test_an_unknown_run_is_none(ledger: Ledger) -> None:
    assert ledger.run("arn:of/execution/nothing") is None


def test_a_run_is_looked_at_a_minute_after_its_start_and_again_when_told(ledger: Ledger) -> None:
    run = started(ledger)
    assert ledger.due(after(seconds=59)) == []
    assert ledger.due(after(seconds=60)) == [run]
    ledger.look_again(run, after(minutes=2))
    assert ledger.due(after(seconds=119)) == []
    assert ledger.due(after(minutes=2)) == [run]


def test_the_end_of_a_run_frees_the_slot_and_keeps_its_data_used(ledger: Ledger) -> None:
    run = ended(started(ledger))
    ledger.end_run(run)
    assert ledger.run(run.arn) == run
    assert ledger.model("churn").slot is None
    assert ledger.data_used_by("churn", TRAINING, "f1", after(hours=1)) == "d1"
    assert ledger.due(after(days=1)) == []


@pytest.mark.parametrize("status", ["Failed", "Stopped"])
def test_data_of_a_run_that_did_not_succeed_may_be_used_again(ledger: Ledger, status: str) -> None:
    ledger.end_run(ended(started(ledger), status))
    assert ledger.data_used_by("churn", TRAINING, "f1", after(hours=1)) is None
    ledger.begin(begun("again", "f1"), None)


def test_the_end_of_a_run_comes_once_and_cannot_free_the_next_ones_slot(ledger: Ledger) -> None:
    first = ended(started(ledger, 1))
    ledger.end_run(first)
    second = started(ledger, 2)
    ledger.end_run(first.model_copy(update={"status": "Failed"}))
    slot = ledger.model("churn").slot
    assert slot is not None
    assert slot.run == second.arn
    assert ledger.run(first.arn) == first
    assert ledger.data_used_by("churn", TRAINING, "f1", after(hours=1)) == "d1"


def test_a_failed_run_leaves_data_alone_that_somebody_else_has_claimed_since(ledger: Ledger) -> None:
    run = started(ledger)
    later = after() + SAME_DATA + AT_MOST
    ledger.defer(deferred("d2", "f1", decided_at=later), None)
    ledger.end_run(ended(run, "Failed", at=later))
    assert ledger.model("churn").slot is None
    assert ledger.data_used_by("churn", TRAINING, "f1", later) == "d2"


def test_an_ended_run_has_left_the_due_index_for_good(ledger: Ledger) -> None:
    run = started(ledger)
    ledger.end_run(ended(run))
    ledger.look_again(run, after(minutes=2))
    assert ledger.due(after(days=1)) == []


def test_what_a_run_cost_is_kept(ledger: Ledger) -> None:
    costs = [Cost(usd=0.25), Cost(unknown="Train: no rate of ml.x9.huge in eu-west-1 is known"), None]
    for number, cost in enumerate(costs, 1):
        ledger.end_run(ended(started(ledger, number)).model_copy(update={"cost": cost}))
    assert [run.cost for run in reversed(ledger.runs("churn"))] == costs


def test_all_runs_since_a_moment_are_listed_where_that_is_more_than_a_hundred(ledger: Ledger) -> None:
    for number in range(1, 104):
        ledger.end_run(ended(started(ledger, number), at=after(hours=number)))
    found = [run.decision for run in ledger.runs("churn")]
    assert found == [f"d{number}" for number in range(103, 3, -1)]
    oldest, second = ledger.runs("churn", since=MORNING)[:-3:-1]
    assert (oldest.decision, second.decision) == ("d1", "d2")
    assert [run.decision for run in ledger.runs("churn", since=second.started_at)][-1] == "d2"
    assert [run.decision for run in ledger.runs("churn", since=after(days=900))] == found


def test_runs_are_listed_newest_first(ledger: Ledger) -> None:
    for number in (1, 2, 3):
        ledger.end_run(ended(started(ledger, number), at=after(hours=number)))
    assert [run.decision for run in ledger.runs("churn")] == ["d3", "d2", "d1"]
    assert [run.status for run in ledger.runs("churn")] == ["Succeeded"] * 3
    assert list(ledger.runs("other")) == []


def test_decisions_are_listed_by_model_newest_first_and_at_most_100(ledger: Ledger) -> None:
    for number in range(103):
        ledger.settle(skipped(f"d{number:03d}", decided_at=after(seconds=number)), None)
    ledger.settle(skipped("of another", model="other"), None)
    listed = [decision.id for decision in ledger.decisions("churn")]
    assert listed == [f"d{number:03d}" for number in range(102, 2, -1)]
    assert [decision.id for decision in ledger.decisions("other")] == ["of another"]


def test_a_tally_counts_and_keeps_what_it_said_first(ledger: Ledger) -> None:
    def skips(events: int, because: str) -> None:
        record = skipped("no-model-20261121T09", model=None, outcome=Outcome.SKIPPED_NO_MODEL, events=events)
        ledger.tally(record.model_copy(update={"because": because}))

    skips(3, "the first")
    skips(4, "the second")
    (tally,) = ledger.decisions(None)
    assert (tally.events, tally.because, tally.model) == (7, "the first", None)
    assert ledger.decision(tally.id) == tally
    assert list(ledger.decisions("churn")) == []
    assert ledger.due(after(days=1)) == []


def test_what_is_due_comes_oldest_first(ledger: Ledger) -> None:
    for number in (3, 1, 2):
        name = f"model{number}"
        apply(ledger, model_spec(name))
        ledger.defer(deferred(f"d{number}", model=name, decided_at=after(minutes=number)), None)
    assert [getattr(item, "id", None) for item in ledger.due(after(hours=1))] == ["d1", "d2", "d3"]
    assert [getattr(item, "id", None) for item in ledger.due(after(minutes=3))] == ["d1", "d2"]
