"""What a model's owner said about when it may act: nothing begins against it."""

from datetime import datetime, timedelta

from control_plane.records import Decision, StartRequest
from pointsman.rehearsal.rows import Rows
from tests.proof.simulation.promise import promise

_DAY = timedelta(days=1)


def is_free(decision: Decision) -> bool:
    """Policies hold neither what a person forces nor what goes back."""
    return decision.force or decision.asked.is_rollback


def check_policies(decision: Decision, rows: Rows, since: datetime, now: datetime) -> None:
    """Of one that begins: freezes, cooldowns and daily budgets. It was decided after `since`."""
    asked = decision.asked
    if is_free(decision):
        return
    policy = rows.specs[asked.model].policy
    promise(not (policy.frozen_until(since) and policy.frozen_until(now)), f"1: {decision.id} begins in a freeze")
    if not isinstance(asked, StartRequest):
        return
    last, cooldown = rows.started.get((asked.model, asked.purpose)), policy.cooldown.after(asked.purpose)
    cooled = last is None or cooldown is None or now >= last + cooldown
    promise(cooled, f"1: {decision.id} begins within {asked.model}'s cooldown")
    today = [run for run in rows.runs.values() if run.model == asked.model and run.started_at > now - _DAY]
    within = policy.budget.runs_per_day is None or len(today) < policy.budget.runs_per_day
    promise(within, f"1: {decision.id} begins beyond {asked.model}'s budget of a day")
