"""May a run start now? Each policy alone, in company, and forced."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from control_plane.actions import Defer, Skip, Start
from control_plane.admission import Candidate, admit, admit_request
from control_plane.outcomes import Outcome
from control_plane.policies import Purpose
from control_plane.records import Cost, Model, Paused, Run, Slot
from tests.samples import EVALUATION, MORNING, TRAINING, after, evaluated_spec, execution_arn, model_of, start_request

PAUSED = Paused(by="ada", why="the labels are wrong", since=MORNING)
BUSY = Slot(decision="d0", run="arn:run")
# MORNING is a Saturday, 09:00.
WEEKEND = {"since": "Fri 18:00", "until": "Mon 06:00"}
MONDAY = datetime.fromisoformat("2026-11-23T06:00Z")
DECEMBER = datetime.fromisoformat("2026-12-01T00:00Z")
ARN = execution_arn()


def ran(hours_ago: float, purpose: Purpose = TRAINING, *, minutes: float = 5) -> Run:
    """A run that took some minutes."""
    began = after(hours=-hours_ago)
    return Run(
        arn=f"arn:{purpose}:{hours_ago}",
        model="churn",
        purpose=purpose,
        decision="d",
        fingerprint="f",
        started_at=began,
        status="Succeeded",
        ended_at=began + timedelta(minutes=minutes),
    )


def model(policy: Mapping[str, Any] | None = None, **state: Any) -> Model:
    return model_of(
        evaluated_spec(changes={f"policy.{name}": value for name, value in (policy or {}).items()}), **state
    )


def admitted(
    of: Model,
    *recent: Run,
    purpose: Purpose = TRAINING,
    used_by: str | None = None,
    now: datetime = MORNING,
    force: bool = False,
) -> Start | Defer | Skip:
    of = of.model_copy(update={"started": {run.purpose: run.started_at for run in reversed(recent)}})
    found = Candidate(of, purpose, start_request(purpose=purpose), data_used_by=used_by, recent=recent)
    return admit(found, because="new data", now=now, force=force)


def waits(action: Start | Defer | Skip) -> tuple[Outcome, datetime | None]:
    assert isinstance(action, Defer), action
    return action.outcome, action.until


def test_with_nothing_against_it_a_run_starts_with_its_own_request_and_reason() -> None:
    assert admitted(model()) == Start(start_request(), "new data")


@pytest.mark.parametrize(
    ("obstacle", "expected"),
    [
        (Skip(Outcome.SKIPPED_NO_CHAMPION, "none"), Skip(Outcome.SKIPPED_NO_CHAMPION, "new data, but none")),
        (None, Skip(Outcome.SKIPPED_NO_DATA, "new data")),
    ],
)
@pytest.mark.parametrize("force", [False, True])
def test_no_force_makes_a_run_of_nothing(obstacle: Skip | None, expected: Skip, *, force: bool) -> None:
    nothing = Candidate(model(paused=PAUSED), TRAINING, None, obstacle)
    assert admit(nothing, because="new data", now=MORNING, force=force) == expected


@pytest.mark.parametrize("state", [{}, {"paused": PAUSED}, {"slot": BUSY}], ids=["free", "paused", "busy"])
def test_data_that_was_used_is_skipped_whatever_the_policies_say_1(state: dict[str, Any]) -> None:
    action = admitted(model(**state), used_by="d7")
    assert action == Skip(Outcome.SKIPPED_SAME_DATA, "new data, but decision d7 is on exactly this data")


@pytest.mark.parametrize(("slot", "named"), [(BUSY, "arn:run"), (Slot(decision="d0"), "d0")])
def test_a_busy_models_run_waits_for_the_slot(slot: Slot, named: str) -> None:
    action = admitted(model(slot=slot))
    assert waits(action) == (Outcome.DEFERRED_BUSY, None)
    assert action == Defer(start_request(), Outcome.DEFERRED_BUSY, f"new data, but {named} is under way", None)


def test_a_paused_models_run_waits_for_somebody_to_resume_it() -> None:
    action = admitted(model(paused=PAUSED))
    assert waits(action) == (Outcome.SKIPPED_PAUSED, None)
    assert isinstance(action, Defer)
    assert action.because == "new data, but ada paused the model: the labels are wrong"


def test_a_frozen_models_run_waits_for_the_thaw() -> None:
    action = admitted(model({"freeze": [WEEKEND]}))
    assert waits(action) == (Outcome.DEFERRED_FREEZE, MONDAY)
    assert isinstance(action, Defer)
    assert action.because == "new data, but starts are frozen until 2026-11-23 06:00 UTC"


def test_of_freezes_that_hold_the_one_that_ends_last_counts() -> None:
    short = {"since": "Sat 08:00", "until": "Sat 10:00"}
    over = {"since": "Wed 00:00", "until": "Thu 00:00"}
    assert waits(admitted(model({"freeze": [short, WEEKEND, over]}))) == (Outcome.DEFERRED_FREEZE, MONDAY)
    assert admitted(model({"freeze": [over]})) == Start(start_request(), "new data")


@pytest.mark.parametrize(
    ("recent", "until"),
    [
        ((), None),
        ((ran(12),), None),
        ((ran(11.99),), after(hours=0.01)),
        ((ran(1),), after(hours=11)),
        ((ran(1), ran(11)), after(hours=11)),
        ((ran(1, EVALUATION),), None),
        ((ran(1, EVALUATION), ran(3)), after(hours=9)),
    ],
)
def test_a_cooldown_lasts_from_the_start_of_the_last_run_of_its_purpose(
    recent: tuple[Run, ...], until: datetime | None
) -> None:
    action = admitted(model({"cooldown": {"training": "12h", "evaluation": "1m"}}), *recent)
    if until is None:
        assert isinstance(action, Start)
    else:
        assert waits(action) == (Outcome.SKIPPED_COOLDOWN, until)


def test_a_cooldown_of_one_purpose_is_none_of_the_others() -> None:
    busy = model({"cooldown": {"training": "12h"}})
    assert isinstance(admitted(busy, ran(1, EVALUATION), ran(2), purpose=EVALUATION), Start)
    assert waits(admitted(model({"cooldown": {"evaluation": "2h"}}), ran(1, EVALUATION), purpose=EVALUATION)) == (
        Outcome.SKIPPED_COOLDOWN,
        after(hours=1),
    )


def test_a_cooldown_says_since_when_and_until_when() -> None:
    action = admitted(model({"cooldown": {"training": "12h"}}), ran(1))
    assert isinstance(action, Defer)
    assert action.because == (
        "new data, but the last training began at 2026-11-21 08:00 UTC, "
        "and the cooldown lasts until 2026-11-21 20:00 UTC"
    )


@pytest.mark.parametrize(
    ("recent", "until"),
    [
        ((ran(1),), None),
        ((ran(1), ran(2)), after(hours=22)),
        ((ran(1, EVALUATION), ran(2)), after(hours=22)),
        ((ran(1), ran(24)), None),
        ((ran(1), ran(23.99)), after(hours=0.01)),
        ((ran(1), ran(2), ran(3)), after(hours=22)),
        ((ran(25), ran(26), ran(27)), None),
    ],
)
def test_a_budget_holds_in_any_24_hours_over_both_purposes(recent: tuple[Run, ...], until: datetime | None) -> None:
    action = admitted(model({"budget": {"runs_per_day": 2}}), *recent)
    if until is None:
        assert isinstance(action, Start)
    else:
        assert waits(action) == (Outcome.DEFERRED_BUDGET, until)
        assert isinstance(action, Defer)
        assert "the budget of 2 runs a day is used up until" in action.because


@pytest.mark.parametrize("policy", [{"cooldown": {"training": "12h"}}, {"budget": {"runs_per_day": 1}}])
def test_at_the_moment_that_a_wait_names_the_run_may_start(policy: dict[str, Any]) -> None:
    of, recent = model(policy), ran(1)
    _, until = waits(admitted(of, recent))
    assert until is not None
    moment = timedelta(microseconds=1)
    assert isinstance(admitted(of, recent, now=until - moment), Defer)
    assert isinstance(admitted(of, recent, now=until), Start)


def spent(days_ago: float, usd: float | None = None, status: str = "Succeeded", **changes: Any) -> Run:
    """A run with its cost, which is unknown where none is given."""
    cost = Cost(usd=usd) if usd is not None else Cost(unknown="Train: it has no billable time")
    return ran(days_ago * 24).model_copy(update={"arn": ARN, "cost": cost, "status": status, **changes})


@pytest.mark.parametrize(
    ("recent", "expected"),
    [
        ((), None),
        ((spent(1, 30), spent(2, 30)), None),
        ((spent(1, 35), spent(2, 35)), "the runs of 2026-11 cost 70.00 USD, this one may cost 35.00 USD"),
        ((spent(1, 35), spent(22, 35)), None),  # that was in October
        (
            (spent(1, 100, "Failed"),),
            "the runs of 2026-11 cost 100.00 USD, what this one may cost is unknown"
            " (no run of pointsman-training has succeeded yet)",
        ),
        ((spent(1, 99.99, "Failed"),), None),
        ((spent(1, 50),), None),  # together exactly the budget
        (
            (spent(1), spent(2, 70), spent(3, 0.004)),
            "the runs of 2026-11 cost 70.00 USD, beside 1 of unknown cost, this one may cost 35.00 USD",
        ),
        ((spent(30, 101),), "the runs of 2026-11 cost 0.00 USD, this one may cost 101.00 USD"),
        ((spent(1, 70, arn=ARN.replace("training", "other")),), None),  # another pipeline's tells nothing of this one's
        ((ran(1), spent(2, 90, "Stopped")), None),  # of before costs were kept
    ],
)
def test_a_budget_of_money_counts_what_the_month_cost_and_what_the_run_may(
    recent: tuple[Run, ...], expected: str | None
) -> None:
    action = admitted(model({"budget": {"cost_per_month": 100}}), *recent)
    if expected is None:
        assert isinstance(action, Start)
    else:
        assert waits(action) == (Outcome.DEFERRED_BUDGET, DECEMBER)
        assert isinstance(action, Defer)
        tail = ", and the budget is 100.00 USD a month; asked again at 2026-12-01 00:00 UTC"
        assert action.because == f"new data, but {expected}{tail}"


def test_a_month_of_spending_is_over_with_the_month() -> None:
    of, recent = model({"budget": {"cost_per_month": 100}}), spent(1, 100, "Failed")
    assert isinstance(admitted(of, recent, now=DECEMBER - timedelta(microseconds=1)), Defer)
    assert isinstance(admitted(of, recent, now=DECEMBER), Start)


EVERYTHING: dict[str, Any] = {
    "freeze": [WEEKEND],
    "cooldown": {"training": "12h"},
    "budget": {"runs_per_day": 1},
}


@pytest.mark.parametrize(
    ("without", "paused", "slot", "expected"),
    [
        ((), PAUSED, BUSY, (Outcome.SKIPPED_PAUSED, None)),
        ((), None, BUSY, (Outcome.DEFERRED_FREEZE, MONDAY)),
        (("freeze",), None, BUSY, (Outcome.SKIPPED_COOLDOWN, after(hours=11))),
        (("freeze", "cooldown"), None, BUSY, (Outcome.DEFERRED_BUDGET, after(hours=23))),
        (("freeze", "cooldown", "budget"), None, BUSY, (Outcome.DEFERRED_BUSY, None)),
    ],
)
def test_of_several_causes_the_one_that_a_person_set_comes_first_and_the_slot_last(
    without: tuple[str, ...], paused: Paused | None, slot: Slot, expected: tuple[Outcome, datetime | None]
) -> None:
    policy = {name: value for name, value in EVERYTHING.items() if name not in without}
    assert waits(admitted(model(policy, paused=paused, slot=slot), ran(1))) == expected


def test_force_passes_every_policy_and_data_that_was_used() -> None:
    action = admitted(model(EVERYTHING, paused=PAUSED), ran(1), used_by="d7", force=True)
    assert action == Start(start_request(), "new data")


def test_force_makes_no_second_run_beside_one_1() -> None:
    action = admitted(model(EVERYTHING, paused=PAUSED, slot=BUSY), ran(1), used_by="d7", force=True)
    assert waits(action) == (Outcome.DEFERRED_BUSY, None)


@pytest.mark.parametrize("force", [False, True])
def test_a_request_whose_data_is_settled_meets_the_same_policies(*, force: bool) -> None:
    action = admit_request(
        start_request(), model(paused=PAUSED), [], because="looked at again", now=MORNING, force=force
    )
    assert isinstance(action, Start if force else Defer)
