"""Arrival windows: what opens them, when they are due, and what sealing means."""

from datetime import datetime, timedelta

import pytest

from control_plane.errors import Superseded
from control_plane.ledger import Ledger
from control_plane.records import ArrivalWindow
from tests.contract.looks import apply
from tests.samples import AT_MOST, EVALUATION, MORNING, QUIET, TRAINING, after, begun, model_spec, route_of, skipped

MOMENT = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def _models(ledger: Ledger) -> None:
    for name in ("churn", "other"):
        apply(ledger, model_spec(name))


def note(ledger: Ledger, now: datetime, *, model: str = "churn", arrivals: int = 1, complete: bool = False) -> str:
    route = route_of(model_spec(model))
    return ledger.note_arrivals(route, first_event=f"event at {now}", arrivals=arrivals, complete=complete, now=now)


def due_windows(ledger: Ledger, now: datetime) -> list[ArrivalWindow]:
    return [item for item in ledger.due(now) if isinstance(item, ArrivalWindow)]


def only_window(ledger: Ledger, now: datetime) -> ArrivalWindow:
    (window,) = due_windows(ledger, now)
    return window


def test_a_window_is_due_after_its_quiet_period_and_no_earlier(ledger: Ledger) -> None:
    note(ledger, MORNING)
    assert due_windows(ledger, MORNING + QUIET - MOMENT) == []
    window = only_window(ledger, MORNING + QUIET)
    assert (window.model, window.opened_at, window.closes_by) == ("churn", MORNING, MORNING + AT_MOST)
    assert (window.first_event, window.arrivals, window.sealed) == (f"event at {MORNING}", 1, False)


def test_whoever_notes_an_arrival_is_told_its_windows_id(ledger: Ledger) -> None:
    noted = [note(ledger, MORNING), note(ledger, after(minutes=1)), note(ledger, MORNING + AT_MOST - MOMENT)]
    noted.append(note(ledger, MORNING + AT_MOST - MOMENT, complete=True))
    window = only_window(ledger, MORNING + AT_MOST)
    assert set(noted) == {window.id}
    ledger.seal(window, MORNING + AT_MOST)
    assert note(ledger, MORNING + 2 * AT_MOST) != window.id


def test_each_arrival_begins_the_quiet_period_anew_in_the_same_window(ledger: Ledger) -> None:
    note(ledger, MORNING, arrivals=3)
    opened = only_window(ledger, MORNING + QUIET)
    note(ledger, after(minutes=4), arrivals=2)
    assert due_windows(ledger, MORNING + QUIET) == []
    window = only_window(ledger, after(minutes=4) + QUIET)
    assert (window.id, window.first_event, window.arrivals) == (opened.id, opened.first_event, 5)


def test_a_window_closes_at_the_latest_however_much_still_comes(ledger: Ledger) -> None:
    for minute in range(0, 60, 4):
        note(ledger, after(minutes=minute))
    assert due_windows(ledger, MORNING + AT_MOST - MOMENT) == []
    assert only_window(ledger, MORNING + AT_MOST).arrivals == 15


@pytest.mark.parametrize("minutes", [(0,), (0, 3)], ids=["one arrival", "two"])
def test_a_quiet_period_as_long_as_the_window_ends_with_it(ledger: Ledger, minutes: tuple[int, ...]) -> None:
    spec = model_spec(changes={"data.training.close": {"quiet": "10m", "at_most": "10m"}})
    for minute in minutes:
        now = after(minutes=minute)
        ledger.note_arrivals(route_of(spec), first_event="e", arrivals=1, complete=False, now=now)
    assert due_windows(ledger, after(minutes=10) - MOMENT) == []
    assert only_window(ledger, after(minutes=10)).arrivals == len(minutes)


def test_the_manifest_closes_a_window_at_once(ledger: Ledger) -> None:
    note(ledger, MORNING)
    note(ledger, after(minutes=1), complete=True)
    assert only_window(ledger, after(minutes=1)).arrivals == 2


def test_a_manifest_alone_opens_a_window_and_closes_it(ledger: Ledger) -> None:
    note(ledger, MORNING, complete=True)
    assert only_window(ledger, MORNING).arrivals == 1


def test_what_lands_after_the_manifest_cannot_keep_the_window_open(ledger: Ledger) -> None:
    note(ledger, MORNING)
    note(ledger, after(seconds=30), complete=True)
    note(ledger, after(minutes=1))
    assert only_window(ledger, after(minutes=1)).arrivals == 3


def test_models_have_windows_of_their_own(ledger: Ledger) -> None:
    note(ledger, MORNING, model="first")
    note(ledger, MORNING, model="second", complete=True)
    assert only_window(ledger, MORNING).model == "second"
    assert {window.model for window in due_windows(ledger, MORNING + QUIET)} == {"first", "second"}


def test_a_sealed_window_takes_no_arrivals_and_stays_due(ledger: Ledger) -> None:
    note(ledger, MORNING, complete=True)
    sealed = ledger.seal(only_window(ledger, MORNING), MORNING)
    assert sealed.sealed
    note(ledger, after(seconds=1))
    assert only_window(ledger, after(seconds=1)) == sealed
    first, second = due_windows(ledger, after(seconds=1) + QUIET)
    assert (first, second.sealed, second.arrivals) == (sealed, False, 1)
    assert second.id != sealed.id


def test_an_arrival_at_the_last_moment_of_a_sealed_window_opens_another(ledger: Ledger) -> None:
    note(ledger, MORNING)
    late = MORNING + AT_MOST
    ledger.seal(only_window(ledger, late), late)
    note(ledger, late + MOMENT)
    assert {window.sealed for window in due_windows(ledger, late + AT_MOST)} == {True, False}


def test_a_window_is_sealed_once(ledger: Ledger) -> None:
    note(ledger, MORNING, complete=True)
    window = only_window(ledger, MORNING)
    ledger.seal(window, MORNING)
    with pytest.raises(Superseded):
        ledger.seal(window, MORNING)
    assert len(due_windows(ledger, MORNING)) == 1


def test_a_stale_look_cannot_seal_a_window_that_has_a_new_quiet_period(ledger: Ledger) -> None:
    note(ledger, MORNING)
    stale = only_window(ledger, MORNING + QUIET)
    note(ledger, MORNING + QUIET)
    with pytest.raises(Superseded):
        ledger.seal(stale, MORNING + QUIET)
    assert only_window(ledger, MORNING + 2 * QUIET).arrivals == 2


def test_a_stale_look_cannot_seal_the_window_that_came_after(ledger: Ledger) -> None:
    note(ledger, MORNING, complete=True)
    stale = only_window(ledger, MORNING)
    ledger.seal(stale, MORNING)
    note(ledger, after(seconds=1), complete=True)
    with pytest.raises(Superseded):
        ledger.seal(stale, after(seconds=1))


def test_looking_again_moves_a_sealed_window(ledger: Ledger) -> None:
    note(ledger, MORNING, complete=True)
    sealed = ledger.seal(only_window(ledger, MORNING), MORNING)
    ledger.look_again(sealed, after(minutes=1))
    assert due_windows(ledger, after(seconds=59)) == []
    assert only_window(ledger, after(minutes=1)) == sealed


def test_looking_again_at_a_sealed_window_leaves_the_one_after_it_alone(ledger: Ledger) -> None:
    note(ledger, MORNING, complete=True)
    window = only_window(ledger, MORNING)
    ledger.seal(window, MORNING)
    note(ledger, after(seconds=1))
    ledger.look_again(window, after(seconds=30))
    assert all(item.sealed for item in due_windows(ledger, after(seconds=1) + QUIET - MOMENT))


def test_the_open_window_can_be_looked_at(ledger: Ledger) -> None:
    assert ledger.window("churn", TRAINING) is None
    note(ledger, MORNING, arrivals=3)
    found = ledger.window("churn", TRAINING)
    assert found == only_window(ledger, MORNING + QUIET)
    assert ledger.window("churn", EVALUATION) is ledger.window("other", TRAINING) is None
    ledger.seal(only_window(ledger, MORNING + QUIET), MORNING + QUIET)
    assert ledger.window("churn", TRAINING) is None


@pytest.mark.parametrize("how", ["begin", "settle"])
def test_a_window_becomes_one_decision(ledger: Ledger, how: str) -> None:
    note(ledger, MORNING, complete=True)
    sealed = ledger.seal(only_window(ledger, MORNING), MORNING)
    carry_out, decision = (ledger.begin, begun("d1")) if how == "begin" else (ledger.settle, skipped("d1"))
    carry_out(decision, sealed)
    assert due_windows(ledger, after(days=1)) == []
    with pytest.raises(Superseded):
        ledger.settle(skipped("d2"), sealed)
    assert ledger.decision("d2") is None
