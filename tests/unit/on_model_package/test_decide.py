"""Who should be champion, by what the registry says of the version that the event names."""

from datetime import datetime

import pytest

from control_plane.actions import Crown, Skip
from control_plane.deployments import Standing
from control_plane.events import ModelPackageStateChange
from control_plane.outcomes import Outcome
from control_plane.records import Champion
from control_plane.registry import Package
from on_model_package.decide import decide
from tests.samples import MORNING, after, champion, model_of, package, package_arn, package_changed

V1, V2 = package_arn(1), package_arn(2)


def decided(
    found: Package,
    king: Champion | None = None,
    fallback: Package | None = None,
    *,
    fields: list[str] | None = None,
    says: str = "Approved",
) -> Crown | Skip:
    event = ModelPackageStateChange.parse(package_changed(found.arn, says, at=found.last_modified, fields=fields))
    action = decide(event, found, Standing(model_of(champion=king)), fallback, MORNING)
    assert isinstance(action, Crown | Skip), "without an endpoint there is nothing to deploy"
    return action


def outcome(action: Crown | Skip) -> tuple[Outcome, str | None]:
    return action.outcome, action.package.arn if isinstance(action, Crown) else None


@pytest.mark.parametrize("fields", [None, ["ModelApprovalStatus"], ["ModelApprovalStatus", "ApprovalDescription"]])
@pytest.mark.parametrize("king", [None, champion(1)])
def test_an_approved_version_becomes_champion(king: Champion | None, fields: list[str] | None) -> None:
    action = decided(package(2, last_modified=after(hours=1)), king, fields=fields)
    assert outcome(action) == (Outcome.CHAMPION_CHANGED, V2)
    assert action.because == f"{V2} was approved"


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        (["CustomerMetadataProperties"], "only CustomerMetadataProperties of"),
        (["ModelLifeCycle", "sourceUri"], "only ModelLifeCycle, sourceUri of"),
        (["ApprovalDescription"], "only ApprovalDescription of"),
        ([], "only nothing of"),
    ],
)
@pytest.mark.parametrize("status", ["Approved", "Rejected", "PendingManualApproval"])
def test_an_edit_that_is_no_approval_changes_nothing_though_the_event_says_approved(
    fields: list[str], named: str, status: str
) -> None:
    action = decided(package(2, approval_status=status), champion(1), fields=fields)
    assert action.outcome is Outcome.SKIPPED_NOT_APPROVAL
    assert named in action.because


def test_a_version_that_waits_for_approval_waits() -> None:
    waiting = package(2, approval_status="PendingManualApproval")
    assert outcome(decided(waiting, champion(1))) == (Outcome.SKIPPED_NOT_APPROVAL, None)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("Approved", Outcome.CHAMPION_CHANGED),
        ("Rejected", Outcome.SKIPPED_NOT_APPROVAL),
        ("PendingManualApproval", Outcome.SKIPPED_NOT_APPROVAL),
    ],
)
@pytest.mark.parametrize("says", ["Approved", "Rejected", "PendingManualApproval"])
def test_the_registrys_word_counts_not_the_events(says: str, status: str, expected: Outcome) -> None:
    found = package(2, approval_status=status, last_modified=after(hours=1))
    assert decided(found, champion(1), says=says).outcome is expected


def test_the_champion_approved_again_is_the_champion() -> None:
    action = decided(package(1, last_modified=after(hours=1)), champion(1))
    assert outcome(action) == (Outcome.SKIPPED_ALREADY_CHAMPION, None)


@pytest.mark.parametrize("status", ["Pending", "InProgress", "Failed", "Deleting"])
def test_an_approved_version_that_is_not_whole_is_nobodys_champion(status: str) -> None:
    action = decided(package(2, status=status, last_modified=after(hours=1)), champion(1))
    assert outcome(action) == (Outcome.SKIPPED_STALE, None)
    assert status in action.because


@pytest.mark.parametrize(
    ("chosen_at", "expected"),
    [
        (after(minutes=-1), (Outcome.SKIPPED_STALE, None)),
        (MORNING, (Outcome.CHAMPION_CHANGED, V1)),
        (after(minutes=1), (Outcome.CHAMPION_CHANGED, V1)),
    ],
    ids=["a late event", "at once", "on purpose"],
)
def test_the_later_approval_counts_not_the_higher_version(
    chosen_at: datetime, expected: tuple[Outcome, str | None]
) -> None:
    assert outcome(decided(package(1, last_modified=chosen_at), champion(2))) == expected


def test_a_rejected_champion_gives_way_to_the_one_before_it_that_is_still_approved() -> None:
    action = decided(package(2, approval_status="Rejected"), champion(2, earlier=(1,)), package(1))
    assert outcome(action) == (Outcome.ROLLED_BACK, V1)
    assert action.because == f"{V2} was rejected; {V1} was champion before"


def test_a_rejected_champion_without_one_before_it_leaves_nothing_to_go_back_to() -> None:
    action = decided(package(1, approval_status="Rejected"), champion(1))
    assert outcome(action) == (Outcome.SKIPPED_NO_CHAMPION, None)


@pytest.mark.parametrize("king", [None, champion(1)])
def test_the_rejection_of_any_other_version_changes_nothing(king: Champion | None) -> None:
    action = decided(package(2, approval_status="Rejected"), king, package(1))
    assert outcome(action) == (Outcome.SKIPPED_NOT_APPROVAL, None)


def test_an_edit_whose_event_does_not_say_so_is_no_approval_of_what_was_approved_before() -> None:
    """Older events lack UpdatedModelPackageFields, and an edit moves the time of the last change."""
    edited = package(1, last_modified=after(hours=9))
    event = ModelPackageStateChange.parse(package_changed(edited.arn, "Approved", at=after(hours=9)))
    known = Standing(model_of(champion=champion(2), approvals={V1: "Approved"}))
    action = decide(event, edited, known, None, MORNING)
    assert isinstance(action, Skip)
    assert action.outcome is Outcome.SKIPPED_NOT_APPROVAL


def test_an_approval_that_comes_late_counts_from_when_it_was_given_not_from_a_later_edit() -> None:
    edited = package(1, last_modified=after(hours=9))
    late = package_changed(edited.arn, "Approved", at=after(minutes=-1), fields=["ModelApprovalStatus"])
    action = decide(
        ModelPackageStateChange.parse(late), edited, Standing(model_of(champion=champion(2))), None, MORNING
    )
    assert isinstance(action, Skip)
    assert action.outcome is Outcome.SKIPPED_STALE
