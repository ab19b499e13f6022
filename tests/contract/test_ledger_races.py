"""Many at once: one winner, nothing lost. Every contender waits at a barrier, so that they do meet."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from control_plane.errors import LedgerConflict
from control_plane.ledger import Ledger
from control_plane.outcomes import Outcome
from control_plane.records import ArrivalWindow, DecisionStatus
from tests.contract.looks import apply
from tests.samples import (
    MORNING,
    QUIET,
    TRAINING,
    after,
    begun,
    deferred,
    done,
    ended,
    model_spec,
    revised,
    route_of,
    run_of,
)

CONTENDERS = 32


@pytest.fixture(autouse=True)
def _a_model(ledger: Ledger) -> None:
    apply(ledger, model_spec())


def race(contender: Callable[[int], object]) -> Counter[str]:
    """How often each result came: `won`, or the name of the conflict."""
    start = Barrier(CONTENDERS)

    def run(number: int) -> str:
        start.wait()
        try:
            contender(number)
        except LedgerConflict as conflict:
            return type(conflict).__name__
        return "won"

    with ThreadPoolExecutor(CONTENDERS) as pool:
        return Counter(pool.map(run, range(CONTENDERS)))


def test_one_decision_begins_once_1(ledger: Ledger) -> None:
    results = race(lambda number: ledger.begin(begun("d1", because=f"contender {number}"), None))
    assert results == {"won": 1, "AlreadyDecided": CONTENDERS - 1}


def test_one_model_gets_one_run_1(ledger: Ledger) -> None:
    results = race(lambda number: ledger.begin(begun(f"d{number}", f"f{number}"), None))
    assert results == {"won": 1, "SlotTaken": CONTENDERS - 1}
    (winner,) = ledger.decisions("churn")
    slot = ledger.model("churn").slot
    assert slot is not None
    assert slot.decision == winner.id


def test_equal_data_is_claimed_once_1(ledger: Ledger) -> None:
    results = race(lambda number: ledger.defer(deferred(f"d{number}", "f1"), None))
    assert results["won"] == 1
    assert set(results) <= {"won", "DataAlreadyUsed", "Superseded"}
    assert ledger.data_used_by("churn", TRAINING, "f1", MORNING) == ledger.model("churn").pending[TRAINING]


def test_newer_starts_leave_one_pending_and_the_rest_superseded_4(ledger: Ledger) -> None:
    results = race(lambda number: ledger.defer(deferred(f"d{number}", f"f{number}"), None))
    assert set(results) <= {"won", "Superseded"}
    written = {decision.id: decision for decision in ledger.decisions("churn")}
    assert len(written) == results["won"] >= 1
    waiting = {name for name, decision in written.items() if decision.status is DecisionStatus.DEFERRED}
    assert waiting == {ledger.model("churn").pending[TRAINING]}
    claimed = {name for name in written if ledger.data_used_by("churn", TRAINING, f"f{name[1:]}", MORNING)}
    assert claimed == waiting


def test_stepping_back_while_newer_data_comes_leaves_one_pending_4(ledger: Ledger) -> None:
    running = begun("d0", "f0")
    ledger.begin(running, None)
    postponed = revised(running, DecisionStatus.DEFERRED, Outcome.DEFERRED_CAPACITY)

    def contend(number: int) -> None:
        if number:
            ledger.defer(deferred(f"d{number}", f"f{number}"), None)
        else:
            ledger.postpone(postponed)

    results = race(contend)
    assert set(results) <= {"won", "Superseded"}
    unfinished = {item.id for item in ledger.decisions("churn") if item.status is not DecisionStatus.DONE}
    model = ledger.model("churn")
    assert unfinished == {*model.pending.values(), *([model.slot.decision] if model.slot else [])}


def test_a_pending_start_is_taken_up_once_1(ledger: Ledger) -> None:
    waiting = deferred("d1")
    ledger.defer(waiting, None)
    begins = revised(waiting, DecisionStatus.BEGUN, Outcome.STARTED)
    assert race(lambda _: ledger.take_up(begins)) == {"won": 1, "AlreadyDecided": CONTENDERS - 1}


def test_whoever_completes_a_decision_it_becomes_one_run_1(ledger: Ledger) -> None:
    decision = begun("d1")
    run = run_of(decision)
    ledger.begin(decision, None)
    assert race(lambda _: ledger.complete(done(decision, run), run)) == {"won": CONTENDERS}
    assert list(ledger.runs("churn")) == [run]


def test_whoever_reports_an_end_the_slot_is_freed_once_4(ledger: Ledger) -> None:
    decision = begun("d1")
    run = run_of(decision)
    ledger.begin(decision, None)
    ledger.complete(done(decision, run), run)
    assert race(lambda _: ledger.end_run(ended(run))) == {"won": CONTENDERS}
    assert ledger.model("churn").slot is None


def test_arrivals_at_once_lose_nothing_and_share_one_window_7(ledger: Ledger) -> None:
    route = route_of(model_spec())
    race(
        lambda number: ledger.note_arrivals(
            route, first_event=f"e{number}", arrivals=number, complete=False, now=after(milliseconds=number)
        )
    )
    (window,) = ledger.due(after(seconds=1) + QUIET)
    assert isinstance(window, ArrivalWindow)
    assert window.arrivals == sum(range(CONTENDERS))


def test_tallies_at_once_lose_nothing(ledger: Ledger) -> None:
    record = begun("t1", status=DecisionStatus.DONE, outcome=Outcome.SKIPPED_NO_MODEL, model="churn", events=3)
    race(lambda _: ledger.tally(record))
    assert [tally.events for tally in ledger.decisions("churn")] == [3 * CONTENDERS]


def test_sealing_against_arrivals_loses_none_and_seals_once(ledger: Ledger) -> None:
    """Half seal, half note: each arrival is in the sealed window or in the one after it."""
    route = route_of(model_spec())
    ledger.note_arrivals(route, first_event="e", arrivals=1, complete=True, now=MORNING)
    (window,) = ledger.due(MORNING)
    assert isinstance(window, ArrivalWindow)

    def contend(number: int) -> None:
        if number % 2:
            ledger.seal(window, after(seconds=1))
        else:
            ledger.note_arrivals(route, first_event="e", arrivals=1, complete=False, now=after(seconds=1))

    results = race(contend)
    assert results == {"won": CONTENDERS // 2 + 1, "Superseded": CONTENDERS // 2 - 1}
    found = [item for item in ledger.due(after(days=1)) if isinstance(item, ArrivalWindow)]
    assert sorted(item.sealed for item in found) in ([True], [False, True])
