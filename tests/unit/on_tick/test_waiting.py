"""What waits is looked at again, and goes ahead when its cause has ended."""

from datetime import timedelta

import pytest

from control_plane.errors import CapacityExceeded
from control_plane.outcomes import Outcome
from control_plane.records import Decision, DecisionStatus, Due, Paused
from on_tick.looks import finish
from on_tick.looks import reconsider as look
from tests.fakes import FakeControlPlane
from tests.samples import evaluated_spec
from tests.unit.world import apply, ask, decide_approval, end, judged_plane, pending_of, put, tick

MINUTE = timedelta(minutes=1)


def plane_with(**policy: object) -> FakeControlPlane:
    plane = judged_plane(evaluated_spec(changes={f"policy.{name}": value for name, value in policy.items()}))
    put(plane.objects, "churn/training/a.csv")
    return plane


def second(plane: FakeControlPlane) -> Decision:
    """A run has been and gone; another is asked for on new data."""
    end(plane, str(ask(plane, "e1").run))
    put(plane.objects, "churn/training/b.csv")
    return ask(plane, "e2")


def due(plane: FakeControlPlane, after: timedelta) -> list[Due]:
    return list(plane.ledger.due(plane.now() + after))


@pytest.mark.parametrize(
    ("policy", "outcome", "hours"),
    [
        ({"cooldown.training": "12h"}, Outcome.SKIPPED_COOLDOWN, 12),
        ({"budget.runs_per_day": 1}, Outcome.DEFERRED_BUDGET, 24),
    ],
)
def test_a_wait_with_an_end_is_not_looked_at_before_it_and_goes_ahead_at_it(
    policy: dict[str, object], outcome: Outcome, hours: int, capsys: pytest.CaptureFixture[str]
) -> None:
    plane = plane_with(**policy)
    waiting = second(plane)
    wait = timedelta(hours=hours)
    assert (waiting.outcome, waiting.until) == (outcome, plane.now() + wait)
    assert due(plane, wait - timedelta(seconds=1)) == []
    plane.wait(wait)
    (started,) = tick(plane)
    assert f'"DeferredSeconds":[{wait.total_seconds()}]' in capsys.readouterr().out
    assert (started.id, started.outcome, started.status) == (waiting.id, Outcome.STARTED, DecisionStatus.DONE)
    assert started.because == waiting.because
    assert pending_of(plane) is None


def test_a_freeze_ends_when_it_says_and_a_pause_when_somebody_does() -> None:
    plane = plane_with(freeze=[{"since": "Sat 00:00", "until": "Sat 12:00"}])
    waiting = ask(plane)
    assert waiting.outcome is Outcome.DEFERRED_FREEZE
    plane.ledger.pause("churn", Paused(by="bob", why="holidays", since=plane.now()))
    plane.wait(timedelta(hours=3))
    (paused,) = tick(plane)
    assert (paused.id, paused.outcome, paused.until) == (waiting.id, Outcome.SKIPPED_PAUSED, None)
    assert paused.then == "looked at again, but bob paused the model: holidays"
    for _ in range(3):
        plane.wait(MINUTE)
        assert tick(plane) == [], "the same cause is on record already"
    plane.ledger.resume("churn")
    plane.wait(MINUTE)
    (started,) = tick(plane)
    assert (started.id, started.outcome) == (waiting.id, Outcome.STARTED)


def test_the_same_cause_is_looked_at_once_a_minute_and_not_written_again() -> None:
    plane = plane_with()
    plane.ledger.pause("churn", Paused(by="bob", why="holidays", since=plane.now()))
    waiting = ask(plane)
    plane.wait(MINUTE)
    assert tick(plane) == []
    assert plane.ledger.decision(waiting.id) == waiting
    assert due(plane, timedelta(seconds=59)) == []
    assert due(plane, MINUTE) == [waiting]


def test_a_wait_that_became_longer_says_until_when() -> None:
    plane = plane_with(**{"cooldown.training": "12h"})
    waiting = second(plane)
    apply(plane, evaluated_spec(changes={"policy.cooldown.training": "24h"}))
    plane.wait(timedelta(hours=12))
    (longer,) = tick(plane)
    assert (longer.outcome, longer.until) == (Outcome.SKIPPED_COOLDOWN, plane.now() + timedelta(hours=12))
    assert longer.id == waiting.id
    assert due(plane, timedelta(hours=11)) == []


@pytest.mark.parametrize("omit", [[], ["ChampionModelDataUrl"]])
def test_a_training_that_waited_is_compared_with_the_champion_of_now(omit: list[str]) -> None:
    plane = judged_plane(evaluated_spec(changes={"pipelines.training.omit": omit}))
    put(plane.objects, "churn/training/a.csv")
    plane.ledger.pause("churn", Paused(by="bob", why="holidays", since=plane.now()))
    waiting = ask(plane)
    second = plane.registry.register("churn")
    decide_approval(plane, second.arn)
    assert waiting.start.parameters["ChampionPackageArn"] != second.arn
    plane.ledger.resume("churn")
    plane.wait(MINUTE)
    started = tick(plane)[-1]
    parameters = dict(started.start.parameters)
    assert parameters.pop("ChampionPackageArn") == second.arn
    assert parameters.pop("ChampionModelDataUrl", None) == (None if omit else second.model_data_url)
    before = {name: value for name, value in waiting.start.parameters.items() if not name.startswith("Champion")}
    assert parameters == before
    assert plane.pipelines.started[-1].request == started.start


def test_a_training_that_sagemaker_was_asked_for_stays_as_it_was_asked_whatever_it_waits_for_since_1() -> None:
    plane = judged_plane()
    put(plane.objects, "churn/training/a.csv")
    plane.pipelines.unavailable = CapacityExceeded("20 executions are running")
    waiting = ask(plane)
    assert waiting.outcome is Outcome.DEFERRED_CAPACITY
    plane.ledger.pause("churn", Paused(by="bob", why="holidays", since=plane.now()))
    plane.wait(MINUTE)
    assert [decision.outcome for decision in tick(plane)] == [Outcome.SKIPPED_PAUSED]
    decide_approval(plane, plane.registry.register("churn").arn)
    plane.ledger.resume("churn")
    plane.pipelines.unavailable = None
    plane.wait(MINUTE)
    started = tick(plane)[-1]
    assert (started.id, started.outcome, started.request) == (waiting.id, Outcome.STARTED, waiting.request)


def test_only_what_is_still_begun_is_finished_1() -> None:
    plane = plane_with()
    decision = ask(plane)
    stale = decision.model_copy(update={"status": DecisionStatus.BEGUN, "run": None})
    assert finish(stale, plane) is None
    assert finish(stale.model_copy(update={"id": "never written"}), plane) is None
    assert len(plane.pipelines.started) == 1


def test_what_has_started_since_the_index_was_read_is_not_started_again_1() -> None:
    plane = plane_with()
    plane.ledger.pause("churn", Paused(by="bob", why="holidays", since=plane.now()))
    stale = ask(plane)
    plane.ledger.resume("churn")
    plane.wait(MINUTE)
    (started,) = tick(plane)
    end(plane, str(started.run))
    assert look(stale, plane) is None
    assert plane.ledger.decision(stale.id) == started
    assert len(plane.pipelines.started) == 1


def test_what_waits_again_since_the_index_was_read_keeps_the_request_it_began_with_1() -> None:
    plane = plane_with()
    plane.ledger.pause("churn", Paused(by="bob", why="holidays", since=plane.now()))
    stale = ask(plane)
    plane.ledger.resume("churn")
    plane.pipelines.unavailable = CapacityExceeded("full")
    plane.wait(MINUTE)
    (waiting,) = tick(plane)
    assert (waiting.status, waiting.begun_at) == (DecisionStatus.DEFERRED, plane.now())
    decide_approval(plane, plane.registry.register("churn").arn)  # which a training that never began is compared with
    plane.pipelines.unavailable = None
    started = look(stale, plane)
    assert started is not None
    assert (started.status, started.request) == (DecisionStatus.DONE, waiting.request)


def test_what_is_decided_anew_names_the_spec_that_it_was_decided_under_10() -> None:
    plane = plane_with(**{"cooldown.training": "12h"})
    waiting = second(plane)
    assert waiting.revision == plane.ledger.model("churn").revision
    relaxed = evaluated_spec()
    plane.ledger.apply(relaxed, plane.now())
    plane.wait(timedelta(hours=12))
    started = next(decision for decision in tick(plane) if decision.id == waiting.id)
    assert (started.status, started.revision) == (DecisionStatus.DONE, relaxed.revision)
    assert started.revision != waiting.revision
