"""A version's change through the room: who is champion afterwards."""

from datetime import datetime, timedelta

import pytest

from control_plane.errors import InvalidEvent, Superseded
from control_plane.events import ModelPackageStateChange
from control_plane.outcomes import Outcome
from control_plane.records import Decision
from control_plane.registry import Package
from on_endpoint.handler import handle as on_endpoint
from on_model_package import handler as room
from tests.fakes import FakeControlPlane
from tests.samples import MORNING, deployed_spec, evaluated_spec, package_arn, package_changed
from tests.unit.world import MOMENT, champion_of, decide_approval, outcomes


@pytest.fixture
def plane(monkeypatch: pytest.MonkeyPatch) -> FakeControlPlane:
    """Three versions wait for approval."""
    plane = FakeControlPlane()
    plane.ledger.apply(evaluated_spec(), MORNING)
    for _ in range(3):
        plane.registry.register("churn")
    monkeypatch.setattr(room, "control_plane", lambda: plane)
    return plane


V1, V2, V3 = (package_arn(number) for number in (1, 2, 3))


def told(plane: FakeControlPlane, arn: str, at: datetime | None = None, fields: list[str] | None = None) -> Decision:
    """An event about the version is delivered; nothing changes in the registry."""
    event = package_changed(arn, at=at or plane.now(), fields=fields)
    return room.handle(ModelPackageStateChange.parse(event), plane)


def test_an_approval_makes_a_champion_and_is_on_record(plane: FakeControlPlane) -> None:
    plane.registry.set_approval(V2, "Approved")
    answer = room.handler(package_changed(V2, at=plane.now()), None)
    (decision,) = plane.ledger.decisions("churn")
    assert answer == {"decisions": {decision.id: Outcome.CHAMPION_CHANGED}}
    king = plane.ledger.model("churn").champion
    assert king is not None
    assert (king.package, king.chosen_at, king.since, king.earlier) == (V2, plane.now(), plane.now(), ())
    assert decision.event.startswith(V2)


def test_a_repeated_approval_changes_nothing_even_after_another_took_over_1(plane: FakeControlPlane) -> None:
    first = decide_approval(plane, V1)
    chosen_at = plane.now()
    assert told(plane, V1, chosen_at, ["ModelApprovalStatus"]) == first
    decide_approval(plane, V2)
    assert told(plane, V1, chosen_at, ["ModelApprovalStatus"]) == first
    assert champion_of(plane) == V2
    assert outcomes(plane) == [Outcome.CHAMPION_CHANGED] * 2


def test_an_approval_that_is_first_heard_of_after_a_later_one_is_stale_1(plane: FakeControlPlane) -> None:
    plane.registry.set_approval(V1, "Approved")
    late = plane.now()
    decide_approval(plane, V2)
    assert told(plane, V1, late).outcome is Outcome.SKIPPED_STALE
    assert champion_of(plane) == V2


def test_an_older_version_approved_again_on_purpose_is_champion(plane: FakeControlPlane) -> None:
    for arn in (V1, V2, V1):
        assert decide_approval(plane, arn).outcome is Outcome.CHAMPION_CHANGED
    assert champion_of(plane) == V1


def test_an_edit_of_an_approved_version_changes_nothing(plane: FakeControlPlane) -> None:
    decide_approval(plane, V1)
    decide_approval(plane, V2)
    plane.wait(MOMENT)
    plane.registry.set_approval(V1, "Approved")  # last modified now, as by an edit
    assert told(plane, V1, fields=["CustomerMetadataProperties"]).outcome is Outcome.SKIPPED_NOT_APPROVAL
    assert champion_of(plane) == V2


def test_two_changes_of_one_second_are_two_events(plane: FakeControlPlane) -> None:
    plane.registry.set_approval(V1, "Approved")
    edit = told(plane, V1, fields=["ModelLifeCycle"])
    approval = told(plane, V1, fields=["ModelApprovalStatus"])
    assert (edit.outcome, approval.outcome) == (Outcome.SKIPPED_NOT_APPROVAL, Outcome.CHAMPION_CHANGED)


def test_a_rejected_champion_gives_way_to_the_last_that_is_still_approved(plane: FakeControlPlane) -> None:
    for arn in (V1, V2, V3):
        decide_approval(plane, arn)
    decide_approval(plane, V2, "Rejected")
    assert champion_of(plane) == V3
    decision = decide_approval(plane, V3, "Rejected")
    assert (decision.outcome, champion_of(plane)) == (Outcome.ROLLED_BACK, V1)
    assert decision.because == f"{V3} was rejected; {V1} was champion before"


def test_going_back_passes_over_versions_that_have_left_the_registry(plane: FakeControlPlane) -> None:
    for arn in (V1, V2, V3):
        decide_approval(plane, arn)
    del plane.registry.packages[V2]
    assert decide_approval(plane, V3, "Rejected").outcome is Outcome.ROLLED_BACK
    assert champion_of(plane) == V1


def test_there_may_be_nothing_to_go_back_to(plane: FakeControlPlane) -> None:
    decide_approval(plane, V1)
    assert decide_approval(plane, V1, "Rejected").outcome is Outcome.SKIPPED_NO_CHAMPION


def test_after_a_rollback_a_late_copy_of_the_approval_does_not_bring_the_version_back_1(
    plane: FakeControlPlane,
) -> None:
    decide_approval(plane, V1)
    first = decide_approval(plane, V2)
    chosen_at = plane.now()
    decide_approval(plane, V2, "Rejected")
    assert told(plane, V2, chosen_at, ["ModelApprovalStatus"]) == first
    assert champion_of(plane) == V1
    assert decide_approval(plane, V2).outcome is Outcome.CHAMPION_CHANGED


def test_a_repeated_rejection_goes_back_once_1(plane: FakeControlPlane) -> None:
    for arn in (V1, V2, V3):
        decide_approval(plane, arn)
    plane.wait(MOMENT)
    plane.registry.set_approval(V3, "Rejected")
    event = ModelPackageStateChange.parse(package_changed(V3, "Rejected", at=plane.now()))
    assert room.handle(event, plane) == room.handle(event, plane)
    assert champion_of(plane) == V2


def test_two_approvals_at_once_leave_the_later_one_champion_after_a_retry_3(
    plane: FakeControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first reads the model, then the second is carried out whole."""
    earlier = plane.registry.set_approval(V1, "Approved")
    describe = plane.registry.describe
    seen: list[str] = []

    def describe_while_another_is_approved(arn: str) -> Package:
        if not seen:
            seen.append(arn)
            found = plane.ledger.model("churn")
            decide_approval(plane, V2)
            monkeypatch.setattr(plane.ledger, "model", lambda _: found)
        return describe(arn)

    monkeypatch.setattr(plane.registry, "describe", describe_while_another_is_approved)
    with pytest.raises(Superseded):
        told(plane, V1, earlier.last_modified)
    monkeypatch.undo()
    assert told(plane, V1, earlier.last_modified).outcome is Outcome.SKIPPED_STALE
    assert champion_of(plane) == V2


def test_of_three_approvals_the_one_between_is_superseded_and_never_deployed_1(plane: FakeControlPlane) -> None:
    plane.ledger.apply(deployed_spec(), plane.now())
    first, between, last = (decide_approval(plane, arn) for arn in (V1, V2, V3))
    assert [first.outcome, between.outcome, last.outcome] == [Outcome.DEPLOYING, *[Outcome.DEFERRED_BUSY] * 2]
    gone = plane.ledger.decision(between.id)
    assert gone is not None
    assert (gone.outcome, gone.then) == (Outcome.SKIPPED_SUPERSEDED, f"decision {last.id} took its place")
    plane.wait(timedelta(minutes=3))
    for _ in range(2):
        plane.endpoints.settle("churn-prod")
        on_endpoint("churn-prod", plane)
    assert champion_of(plane) == V3
    assert [request.package for request in plane.endpoints.asked] == [V1, V3]


@pytest.mark.parametrize(
    ("arn", "outcome"),
    [
        (package_arn(9), Outcome.SKIPPED_STALE),
        (package_arn(1, "nobody"), Outcome.SKIPPED_NO_MODEL),
    ],
)
def test_a_version_that_is_gone_or_nobodys_leaves_a_decision_too_2(
    plane: FakeControlPlane, arn: str, outcome: Outcome
) -> None:
    plane.registry.register("nobody")
    decision = told(plane, arn)
    assert (decision.outcome, decision.model) == (outcome, None)
    assert plane.ledger.decision(decision.id) == decision


@pytest.mark.parametrize("arn", ["", "arn:aws:sagemaker:eu-west-1:111122223333:model-package-group/churn"])
def test_an_event_without_a_version_is_refused_so_that_it_ends_as_a_dead_letter_2(arn: str) -> None:
    with pytest.raises(InvalidEvent):
        room.handler(package_changed(arn), None)
