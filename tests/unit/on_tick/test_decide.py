"""What a closed window and a deferred start ask for."""

from datetime import timedelta
from typing import Any

import pytest

from control_plane.actions import Defer, Deploy, Skip, Start
from control_plane.admission import Candidate
from control_plane.outcomes import Outcome
from control_plane.policies import Purpose
from control_plane.records import Champion, Model, Paused, Slot
from on_tick.decide import decide_deferred, decide_window
from tests.samples import (
    EVALUATION,
    MORNING,
    TRAINING,
    after,
    begun,
    champion,
    deferred,
    deploy_request,
    deployed_spec,
    evaluated_spec,
    model_of,
    package_arn,
    run_of,
    start_request,
)

BUSY = Slot(decision="d0", run="arn:run")
PAUSED = Paused(by="ada", why="holidays", since=MORNING)
DATA = "2 objects in churn/training/"
LATE = evaluated_spec(changes={"policy.on_data": "when_degraded"})


def closed(of: Model, purpose: Purpose = TRAINING, **known: Any) -> Start | Defer | Skip:
    found: dict[str, Any] = {"request": start_request(purpose=purpose), "data": DATA} | known
    return decide_window(Candidate(of, purpose, **found), MORNING)


def test_a_window_is_run_on_and_says_what_it_holds() -> None:
    assert closed(model_of()) == Start(start_request(), DATA)
    assert closed(model_of(), EVALUATION) == Start(start_request(purpose=EVALUATION), DATA)


@pytest.mark.parametrize(
    ("state", "outcome"), [({"slot": BUSY}, Outcome.DEFERRED_BUSY), ({"paused": PAUSED}, Outcome.SKIPPED_PAUSED)]
)
def test_a_window_meets_the_policies_like_everything_else(state: dict[str, Any], outcome: Outcome) -> None:
    action = closed(model_of(**state))
    assert isinstance(action, Defer)
    assert (action.outcome, action.request) == (outcome, start_request())
    assert action.because.startswith(DATA)


def test_a_window_of_data_that_was_used_is_skipped() -> None:
    action = closed(model_of(slot=BUSY), data_used_by="d7")
    assert action == Skip(Outcome.SKIPPED_SAME_DATA, f"{DATA}, but decision d7 is on exactly this data")


def test_a_window_without_data_is_skipped() -> None:
    nothing = Skip(Outcome.SKIPPED_NO_DATA, "churn/training/ holds no data")
    assert closed(model_of(), request=None, obstacle=nothing, data="") == nothing
    assert closed(model_of(LATE, champion=champion()), request=None, obstacle=nothing, data="") == nothing


@pytest.mark.parametrize(
    ("king", "purpose", "starts"),
    [
        (None, TRAINING, True),
        (champion(), TRAINING, False),
        (None, EVALUATION, True),
        (champion(), EVALUATION, True),
    ],
)
def test_where_training_waits_for_a_degraded_champion_there_must_be_one(
    king: Champion | None, purpose: Purpose, *, starts: bool
) -> None:
    action = closed(model_of(LATE, champion=king), purpose)
    if starts:
        assert isinstance(action, Start)
    else:
        assert action == Skip(Outcome.SKIPPED_BY_POLICY, f"{DATA}, to be trained on when the champion is degraded")


def test_what_waited_starts_with_its_own_request_when_its_cause_has_ended() -> None:
    assert decide_deferred(deferred(), model_of(), [], MORNING) == Start(start_request(), "looked at again")


@pytest.mark.parametrize("slot", [BUSY, Slot(decision="d0")])
def test_what_waits_waits_on_while_the_slot_is_taken(slot: Slot) -> None:
    action = decide_deferred(deferred(), model_of(slot=slot), [], MORNING)
    assert isinstance(action, Defer)
    assert (action.outcome, action.until) == (Outcome.DEFERRED_BUSY, None)


def test_what_waits_may_be_kept_by_something_else_now() -> None:
    spec = evaluated_spec(changes={"policy.cooldown.training": "12h"})
    later = MORNING + timedelta(hours=1)
    action = decide_deferred(deferred("d2", "f2"), model_of(spec, started={TRAINING: MORNING}), [], later)
    assert isinstance(action, Defer)
    assert (action.outcome, action.until) == (Outcome.SKIPPED_COOLDOWN, after(hours=12))


def test_what_was_forced_waits_for_nothing_but_the_slot() -> None:
    spec = evaluated_spec(changes={"policy.cooldown.training": "12h"})
    forced, last = deferred("d2", "f2", force=True), run_of(begun())
    assert isinstance(decide_deferred(forced, model_of(spec, paused=PAUSED), [last], MORNING), Start)
    assert isinstance(decide_deferred(forced, model_of(spec, slot=BUSY), [last], MORNING), Defer)
    request = deploy_request()
    forced = deferred("d2", request=request, force=True)
    serves = model_of(deployed_spec(), champion=champion(config=request.config), paused=PAUSED)
    assert decide_deferred(forced, serves, [], MORNING) == Deploy(request, "looked at again")


def test_a_waiting_evaluation_of_a_version_that_was_followed_is_let_go() -> None:
    request = start_request(purpose=EVALUATION)
    request = request.model_copy(update={"parameters": {"ModelPackageArn": package_arn(1)}})
    waiting = deferred("d2", request=request)
    gone = decide_deferred(waiting, model_of(champion=champion(2)), [], MORNING)
    assert isinstance(gone, Skip)
    assert gone.outcome is Outcome.SKIPPED_STALE
    assert isinstance(decide_deferred(waiting, model_of(champion=champion(1)), [], MORNING), Start)
