"""Somebody asks for a run or for a version: the same policies hold, unless it is forced."""

from datetime import datetime

from control_plane.actions import Crown, Defer, Deploy, Skip, Start
from control_plane.admission import Candidate, admit
from control_plane.deployments import Choice, Standing, is_served, put_in_use
from control_plane.events import DeploymentRequested, RollbackRequested, RunRequested
from control_plane.outcomes import Outcome
from control_plane.registry import Package


def decide_run(event: RunRequested, candidate: Candidate, now: datetime) -> Start | Defer | Skip:
    """Who asked and why is the reason on record."""
    return admit(candidate, because=because(event), now=now, force=event.detail.force)


def decide_deployment(
    event: DeploymentRequested, package: Package, standing: Standing, now: datetime
) -> Crown | Deploy | Defer | Skip:
    """Whoever asks now knows better than whoever approved another version before.

    The champion goes to its endpoint anew where its spec has changed, or, forced, where the endpoint was lost.
    """
    why, force = because(event), event.detail.force
    if package.group != standing.model.spec.model:
        return Skip(Outcome.SKIPPED_NO_MODEL, f"{why}, but {package.arn} is a version of {package.group}")
    if package.approval_status != "Approved" or package.status != "Completed":
        state = f"{package.status} and {package.approval_status}"
        return Skip(Outcome.SKIPPED_NOT_APPROVAL, f"{why}, but {package.arn} is {state}")
    if standing.latest and standing.latest.package == package.arn:
        return Skip(Outcome.SKIPPED_ALREADY_DEPLOYING, f"{why}, and {package.arn} is on its way")
    choice, model = Choice(package, why, chosen_at=now, force=force), standing.model
    if standing.latest is None and is_served(choice, model) and not (force and model.spec.deployment):
        return Skip(Outcome.SKIPPED_ALREADY_CHAMPION, f"{why}, and {package.arn} is the champion")
    return put_in_use(choice, model, now)


def decide_rollback(
    event: RollbackRequested, target: Package | None, standing: Standing, now: datetime
) -> Crown | Deploy | Defer | Skip:
    """Back from what is in use to `target`: what was asked for, or the last that is approved."""
    why, current = because(event), standing.in_use
    if current is None or target is None:
        return Skip(Outcome.SKIPPED_NO_CHAMPION, f"{why}, but no earlier champion is approved; a version can be named")
    if target.group != standing.model.spec.model:
        return Skip(Outcome.SKIPPED_NO_MODEL, f"{why}, but {target.arn} is a version of {target.group}")
    if target.approval_status != "Approved" or target.status != "Completed":
        state = f"{target.status} and {target.approval_status}"
        return Skip(Outcome.SKIPPED_NOT_APPROVAL, f"{why}, but {target.arn} is {state}")
    if target.arn == current:
        return Skip(Outcome.SKIPPED_ALREADY_CHAMPION, f"{why}, and {target.arn} is in use")
    return put_in_use(Choice(target, why, chosen_at=now, instead_of=current), standing.model, now)


def because(event: RunRequested | DeploymentRequested | RollbackRequested) -> str:
    return f"{event.detail.actor} asks: {event.detail.why}"
