"""A run ended: what that means for its model."""

from collections.abc import Sequence
from datetime import datetime

from control_plane.actions import Approve, Defer, RecordEnd, Skip, Start
from control_plane.admission import Candidate, admit, admit_waiting_run
from control_plane.outcomes import Outcome
from control_plane.policies import Policy
from control_plane.ports import Execution
from control_plane.records import Champion, Decision, Model, Run
from control_plane.registry import Package
from control_plane.verdicts import Verdict


def decide_end(run: Run, execution: Execution) -> RecordEnd | Skip:
    """SageMaker's word counts, not the event's: events come late, twice and out of order."""
    if not execution.has_ended:
        return Skip(Outcome.SKIPPED_STALE, f"{run.arn} is still {execution.status}")
    if run.status:
        return Skip(Outcome.SKIPPED_DUPLICATE, f"{run.arn} is on record as {run.status}")
    return RecordEnd(execution.status, execution.failure)


def decide_next(
    pending: Decision, ended: Run, model: Model, recent: Sequence[Run], now: datetime
) -> Start | Defer | Skip:
    """What waited for the slot takes it, unless a policy keeps it waiting."""
    because = f"{ended.arn} has ended"
    return admit_waiting_run(pending.start, model, recent, because=because, now=now, force=pending.force)


def decide_verdict(verdict: Verdict, judged: str, champion: Champion | None, policy: Policy) -> Skip | None:
    """None: the champion is degraded and the policy wants a training, if there is something to train on.

    `judged` is the version that the verdict is about. It may have been followed while its evaluation waited or ran.
    """
    if champion is None or champion.package != judged:
        return Skip(Outcome.SKIPPED_STALE, f"{verdict.summary}; but {judged} isn't the champion any more")
    if verdict.passed:
        return Skip(Outcome.SKIPPED_NOT_DEGRADED, verdict.summary)
    if policy.on_degraded == "nothing":
        return Skip(Outcome.SKIPPED_BY_POLICY, f"{verdict.summary}; on_degraded is nothing")
    return None


def decide_training(candidate: Candidate, verdict: Verdict, now: datetime) -> Start | Defer | Skip:
    """The champion is degraded: train on what there is, unless that is what it was trained on."""
    return admit(candidate, because=f"the champion is degraded: {verdict.summary}", now=now)


def decide_approval(package: Package, verdict: Verdict | None, policy: Policy) -> Approve | Skip:
    """Where the policy says so, a version that met its bar is approved, with the verdict it was registered with as the
    evidence. Not without the comparison that its training asked for: a person may know more of a champion that can't be
    measured.

    `verdict` is None where a version that a person is to approve was registered without one.
    """
    by_policy = policy.approval == "automatic" and verdict and verdict.passed and not verdict.not_compared
    if not (verdict and by_policy):
        evidence = verdict.summary if verdict else "it was registered without a verdict"
        return Skip(Outcome.AWAITS_APPROVAL, f"{package.arn} waits for approval: {evidence}")
    return Approve(package.arn, f"approved by policy: {verdict.summary}, in {package.generated_by}")
