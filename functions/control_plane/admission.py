"""The one place that says whether a run may start now. Pure; every room that starts something asks here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from control_plane.actions import Defer, Deploy, Skip, Start
from control_plane.costs import Spending, dollars, estimate, month_of
from control_plane.outcomes import Outcome
from control_plane.policies import Purpose
from control_plane.records import Model, Run, StartRequest

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A run that might start, and what is known about it. Without a request, `obstacle` says why there can be none.

    `data` says in words what it would run on. `data_used_by` is the decision that has claimed exactly this data, if any
    has. `recent` are the model's last runs, newest first.
    """

    model: Model
    purpose: Purpose
    request: StartRequest | None
    obstacle: Skip | None = None
    data: str = ""
    data_used_by: str | None = None
    recent: Sequence[Run] = ()


def admit(candidate: Candidate, *, because: str, now: datetime, force: bool = False) -> Start | Defer | Skip:
    """Start, wait or skip. `force` passes the policies; it makes no second run beside one, and none of nothing."""
    if candidate.request is None:
        return _no_run(candidate.obstacle, because)
    if candidate.data_used_by and not force:
        used_by = f"decision {candidate.data_used_by} is on exactly this data"
        return Skip(Outcome.SKIPPED_SAME_DATA, f"{because}, but {used_by}")
    return admit_request(candidate.request, candidate.model, candidate.recent, because=because, now=now, force=force)


def _no_run(obstacle: Skip | None, because: str) -> Skip:
    if obstacle is None:
        return Skip(Outcome.SKIPPED_NO_DATA, because)
    return replace(obstacle, because=f"{because}, but {obstacle.because}" if because else obstacle.because)


def admit_request(
    request: StartRequest, model: Model, recent: Sequence[Run], *, because: str, now: datetime, force: bool
) -> Start | Defer:
    """As `admit`, for a request whose data is settled: a deferred one that is looked at again."""
    waits = None if force else _policy(request, model, recent, now)
    if waits is None and model.slot:
        waits = Outcome.DEFERRED_BUSY, f"{model.slot.run or model.slot.decision} is under way", None
    return go_or_wait(Start(request, because), waits)


def admit_waiting_run(
    request: StartRequest, model: Model, recent: Sequence[Run], *, because: str, now: datetime, force: bool
) -> Start | Defer | Skip:
    """As `admit_request`, for what has waited: the version that it was to judge may be in use no longer."""
    judged = request.parameters.get("ModelPackageArn") if request.purpose is Purpose.EVALUATION else None
    if judged and (model.champion is None or model.champion.package != judged):
        return Skip(Outcome.SKIPPED_STALE, f"{because}, but {judged} isn't the champion any more")
    return admit_request(request, model, recent, because=because, now=now, force=force)


type Waits = tuple[Outcome, str, datetime | None]


def go_or_wait[A: (Start, Deploy)](action: A, waits: Waits | None) -> A | Defer:
    """The action, or, where something holds it, the same to be looked at again."""
    if waits is None:
        return action
    outcome, why, until = waits
    return Defer(action.request, outcome, f"{action.because}, but {why}", until)


def held_back(model: Model, now: datetime) -> Waits | None:
    """What holds for everything that a model may do: a pause, a freeze."""
    if model.paused:
        return Outcome.SKIPPED_PAUSED, f"{model.paused.by} paused the model: {model.paused.why}", None
    if frozen := model.spec.policy.frozen_until(now):
        return Outcome.DEFERRED_FREEZE, f"starts are frozen until {_minute(frozen)}", frozen
    return None


def _policy(request: StartRequest, model: Model, recent: Sequence[Run], now: datetime) -> Waits | None:
    """What the model's policies have against a run now: the outcome, why, and when it is worth asking again."""
    return held_back(model, now) or _cooldown(request.purpose, model, now) or _budget(request, model, recent, now)


def _cooldown(purpose: Purpose, model: Model, now: datetime) -> Waits | None:
    last = model.started.get(purpose)
    cooldown = model.spec.policy.cooldown.after(purpose)
    if last and cooldown and now < last + cooldown:
        over = last + cooldown
        why = f"the last {purpose} began at {_minute(last)}, and the cooldown lasts until {_minute(over)}"
        return Outcome.SKIPPED_COOLDOWN, why, over
    return None


def _budget(request: StartRequest, model: Model, recent: Sequence[Run], now: datetime) -> Waits | None:
    day = [run for run in recent if run.started_at > now - _DAY]
    limit = model.spec.policy.budget.runs_per_day
    if limit and len(day) >= limit:
        free = day[limit - 1].started_at + _DAY
        return Outcome.DEFERRED_BUDGET, f"the budget of {limit} runs a day is used up until {_minute(free)}", free
    return _month(request, model, recent, now)


def _month(request: StartRequest, model: Model, recent: Sequence[Run], now: datetime) -> Waits | None:
    """A run of unknown cost counts as nothing, and so does the estimate of one like no run before; the reason says so.

    What began this month is all of it: whatever goes on holds the slot.
    """
    limit = model.spec.policy.budget.cost_per_month
    if limit is None:
        return None
    first, following = month_of(now)
    spent = Spending.of(run for run in recent if run.started_at >= first)
    expected = estimate(recent, request.pipeline)
    if spent.usd < limit and spent.usd + (expected.usd or 0) <= limit:
        return None
    others = f", beside {spent.unknown} of unknown cost" if spent.unknown else ""
    unknown = f"what this one may cost is unknown ({expected.unknown})"
    this = unknown if expected.usd is None else f"this one may cost {dollars(expected.usd)}"
    why = (
        f"the runs of {first:%Y-%m} cost {dollars(spent.usd)}{others}, {this}, "
        f"and the budget is {dollars(limit)} a month; asked again at {_minute(following)}"
    )
    return Outcome.DEFERRED_BUDGET, why, following


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
