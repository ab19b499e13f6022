"""A version's approval changed, or something else about it did: who should be champion?"""

from control_plane.actions import Crown, Skip
from control_plane.events import ModelPackageStateChange
from control_plane.outcomes import Outcome
from control_plane.records import Champion
from control_plane.registry import Package


def decide(
    event: ModelPackageStateChange, package: Package, champion: Champion | None, fallback: Package | None
) -> Crown | Skip:
    """Exactly the version that was approved, not the latest. The registry's word counts; the event may be late.

    `fallback` is the last champion before this one that is still approved.
    """
    changed = event.detail.updated_fields
    if changed is not None and "ModelApprovalStatus" not in changed:
        return Skip(Outcome.SKIPPED_NOT_APPROVAL, f"only {', '.join(changed) or 'nothing'} of {package.arn} changed")
    match package.approval_status:
        case "Approved":
            return _approved(package, champion)
        case "Rejected":
            return _rejected(package, champion, fallback)
        case "PendingManualApproval":
            return Skip(Outcome.SKIPPED_NOT_APPROVAL, f"{package.arn} waits for approval")


def _approved(package: Package, champion: Champion | None) -> Crown | Skip:
    if champion and champion.package == package.arn:
        return Skip(Outcome.SKIPPED_ALREADY_CHAMPION, f"{package.arn} is the champion")
    if package.status != "Completed":
        return Skip(Outcome.SKIPPED_STALE, f"{package.arn} is approved, but {package.status}")
    if champion and champion.approved_at > package.last_modified:
        return Skip(Outcome.SKIPPED_STALE, f"{champion.package} was approved after {package.arn}")
    return Crown(package.arn, Outcome.CHAMPION_CHANGED, f"{package.arn} was approved")


def _rejected(package: Package, champion: Champion | None, fallback: Package | None) -> Crown | Skip:
    if champion is None or champion.package != package.arn:
        return Skip(Outcome.SKIPPED_NOT_APPROVAL, f"{package.arn} was rejected and is not the champion")
    if fallback is None:
        return Skip(Outcome.SKIPPED_NO_CHAMPION, f"{package.arn} was rejected, and no earlier champion is approved")
    return Crown(fallback.arn, Outcome.ROLLED_BACK, f"{package.arn} was rejected; {fallback.arn} was champion before")
