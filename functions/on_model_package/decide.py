"""A version's approval changed, or something else about it did: which version should be in use?"""

from datetime import datetime

from control_plane.actions import Crown, Defer, Deploy, Skip
from control_plane.deployments import Choice, Standing, put_in_use
from control_plane.events import ModelPackageStateChange
from control_plane.outcomes import Outcome
from control_plane.registry import Package


def decide(
    event: ModelPackageStateChange, package: Package, standing: Standing, fallback: Package | None, now: datetime
) -> Crown | Deploy | Defer | Skip:
    """Exactly the version that was approved, not the latest. The registry's word counts; the event may be late.

    `fallback` is what to go back to when this version is rejected: the champion that is still approved, or the last
    one before it that is.
    """
    changed = event.detail.updated_fields
    if changed is not None and "ModelApprovalStatus" not in changed:
        return Skip(Outcome.SKIPPED_NOT_APPROVAL, f"only {', '.join(changed) or 'nothing'} of {package.arn} changed")
    match package.approval_status:
        case "Approved":
            return _approved(event, package, standing, now)
        case "Rejected":
            return _rejected(package, standing, fallback, now)
        case "PendingManualApproval":
            return Skip(Outcome.SKIPPED_NOT_APPROVAL, f"{package.arn} waits for approval")


def _approved(
    event: ModelPackageStateChange, package: Package, standing: Standing, now: datetime
) -> Crown | Deploy | Defer | Skip:
    """When it was approved is the event's to say: every edit moves the registry's time of the last change."""
    approved_at = event.detail.last_modified or package.last_modified
    if standing.latest and standing.latest.package == package.arn:
        return Skip(Outcome.SKIPPED_ALREADY_DEPLOYING, f"{package.arn} is on its way to {standing.latest.endpoint}")
    if standing.latest is None and standing.champion == package.arn:
        return Skip(Outcome.SKIPPED_ALREADY_CHAMPION, f"{package.arn} is the champion")
    if package.status != "Completed":
        return Skip(Outcome.SKIPPED_STALE, f"{package.arn} is approved, but {package.status}")
    if event.may_be_an_edit and standing.model.approvals.get(package.arn) == "Approved":
        return Skip(Outcome.SKIPPED_NOT_APPROVAL, f"{package.arn} was approved before; something else of it changed")
    if standing.chosen_at and standing.chosen_at > approved_at:
        current = standing.latest.package if standing.latest else standing.champion
        return Skip(Outcome.SKIPPED_STALE, f"{current} was chosen after {package.arn}")
    choice = Choice(package, f"{package.arn} was approved", chosen_at=approved_at)
    return put_in_use(choice, standing.model, now)


def _rejected(
    package: Package, standing: Standing, fallback: Package | None, now: datetime
) -> Crown | Deploy | Defer | Skip:
    """Only what is in use, or will be, has to go. What waits is looked up again before it is deployed."""
    if not standing.must_go(package.arn):
        return Skip(Outcome.SKIPPED_NOT_APPROVAL, f"{package.arn} was rejected and is not in use, or won't be for long")
    if fallback is None:
        return Skip(Outcome.SKIPPED_NO_CHAMPION, f"{package.arn} was rejected, and no earlier champion is approved")
    because = f"{package.arn} was rejected; {fallback.arn} was champion before"
    choice = Choice(fallback, because, chosen_at=fallback.last_modified, instead_of=package.arn)
    return put_in_use(choice, standing.model, now)
