"""A model is compared with what SageMaker says of it: rooms are told of what they missed, once, and of nothing else."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from control_plane.errors import EventNotSent
from control_plane.events import DriftReport, ModelPackageStateChange
from control_plane.models import ModelSpec
from control_plane.outcomes import Outcome
from control_plane.records import Model
from on_endpoint.handler import handle as on_endpoint
from on_model_package.handler import handle as on_model_package
from tests.fakes import FakeControlPlane, FakeEvents
from tests.samples import MORNING, deployed_spec, drift_of, evaluated_spec, model_spec, ours, package_arn
from tests.unit.world import MOMENT, champion_of, decide_approval, tick

EVERY = timedelta(minutes=15)
ENDPOINT = "churn-prod"
DRIFT = drift_of()
DAY = timedelta(days=1)


def plane_of(spec: ModelSpec, versions: int = 3) -> FakeControlPlane:
    """A model that was just applied and looked after for the first time."""
    plane = FakeControlPlane(look_after_every=EVERY)
    plane.ledger.apply(spec, plane.now())
    for _ in range(versions):
        plane.registry.register("churn")
    look(plane)
    return plane


@pytest.fixture
def plane() -> FakeControlPlane:
    return plane_of(deployed_spec())


def look(plane: FakeControlPlane) -> list[dict[str, Any]]:
    """The next look; what rooms were told of versions and of the endpoint."""
    sent = len(plane.events.sent)
    plane.wait(EVERY)
    tick(plane)
    told = ("Model Package Observed", "Endpoint Observed")
    return [detail for kind, detail in plane.events.sent[sent:] if kind in told]


def hear(plane: FakeControlPlane, told: list[dict[str, Any]]) -> list[Outcome]:
    """The rooms do as they are told."""
    events = [ours("Model Package Observed", f"tick {plane.now()}", detail) for detail in told]
    return [on_model_package(ModelPackageStateChange.parse(event), plane).outcome for event in events]


def decide_unheard(plane: FakeControlPlane, version: int, status: Any = "Approved") -> None:
    """A person decides, and SageMaker's event is lost."""
    plane.wait(MOMENT)
    plane.registry.set_approval(package_arn(version), status)


def settle(plane: FakeControlPlane, *, broken: bool = False) -> None:
    plane.wait(timedelta(minutes=3))
    (plane.endpoints.roll_back if broken else plane.endpoints.settle)(ENDPOINT)
    on_endpoint(ENDPOINT, plane)


def use(plane: FakeControlPlane, *versions: int) -> None:
    for version in versions:
        decide_approval(plane, package_arn(version))
        settle(plane)
    look(plane)


def of(*versions: int) -> list[dict[str, Any]]:
    return [{"ModelPackageArn": package_arn(version)} for version in versions]


def due(plane: FakeControlPlane, after: timedelta) -> bool:
    return any(isinstance(item, Model) for item in plane.ledger.due(plane.now() + after))


# -- approvals --


def test_an_approval_that_nobody_heard_of_is_told_once_and_acted_on_6(plane: FakeControlPlane) -> None:
    decide_unheard(plane, 1)
    told = look(plane)
    assert told == of(1)
    assert hear(plane, told) == [Outcome.DEPLOYING]
    assert look(plane) == []


def test_several_are_told_in_their_order_for_the_last_may_come_to_nothing_6(plane: FakeControlPlane) -> None:
    for version in (3, 1, 2):
        decide_unheard(plane, version)
    told = look(plane)
    assert told == of(3, 1, 2)
    assert hear(plane, told) == [Outcome.DEPLOYING, Outcome.DEFERRED_BUSY, Outcome.DEFERRED_BUSY]
    assert look(plane) == []


def test_an_approval_that_was_heard_of_is_not_told(plane: FakeControlPlane) -> None:
    decide_approval(plane, package_arn(1))
    assert look(plane) == []


@pytest.mark.parametrize("broken", [True, False])
def test_an_approval_that_was_heard_of_is_not_told_when_it_came_to_nothing_1(
    plane: FakeControlPlane, *, broken: bool
) -> None:
    use(plane, 1)
    decide_approval(plane, package_arn(2))
    settle(plane, broken=broken)
    assert champion_of(plane) == package_arn(1 if broken else 2)
    assert look(plane) == []


def test_an_approval_that_is_given_again_is_news_again_6(plane: FakeControlPlane) -> None:
    use(plane, 1)
    decide_approval(plane, package_arn(2))
    settle(plane, broken=True)
    decide_unheard(plane, 2, "PendingManualApproval")
    assert look(plane) == []
    decide_unheard(plane, 2)
    assert look(plane) == of(2)


def test_an_approval_from_before_the_model_was_ours_is_history() -> None:
    plane = FakeControlPlane(look_after_every=EVERY)
    plane.registry.set_approval(plane.registry.register("churn").arn, "Approved")
    plane.wait(MOMENT)
    plane.ledger.apply(deployed_spec(), plane.now())
    assert look(plane) == []


def test_a_rejection_that_nobody_heard_of_is_told_if_it_matters_6(plane: FakeControlPlane) -> None:
    use(plane, 1, 2)
    decide_unheard(plane, 3, "Rejected")
    decide_unheard(plane, 2, "Rejected")
    told = look(plane)
    assert told == of(2)
    assert hear(plane, told) == [Outcome.ROLLING_BACK]
    settle(plane)
    assert (champion_of(plane), look(plane)) == (package_arn(1), [])


def test_the_champion_is_watched_though_20_newer_versions_are_in_the_registry_6(plane: FakeControlPlane) -> None:
    use(plane, 1, 2)
    for _ in range(20):
        plane.registry.register("churn")
    look(plane)
    decide_unheard(plane, 2, "Rejected")
    assert look(plane) == of(2)


def test_a_champion_that_the_registry_lost_is_no_obstacle(plane: FakeControlPlane) -> None:
    use(plane, 1)
    del plane.registry.packages[package_arn(1)]
    assert look(plane) == []
    decide_unheard(plane, 2)
    assert look(plane) == of(2)


def test_a_look_that_died_is_repeated_3(plane: FakeControlPlane, monkeypatch: pytest.MonkeyPatch) -> None:
    decide_unheard(plane, 1)

    def refuse(*_: object) -> None:
        raise EventNotSent("throttled")

    with monkeypatch.context() as patch:
        patch.setattr(FakeEvents, "send", refuse)
        with pytest.raises(ExceptionGroup):
            look(plane)
    assert look(plane) == of(1)


# -- a rejected champion that goes on serving --


def left_behind(plane: FakeControlPlane) -> None:
    """Version 2 serves, rejected while version 3 was on the way, and what follows from that one's end got lost."""
    use(plane, 1, 2)
    decide_approval(plane, package_arn(3))
    decide_approval(plane, package_arn(2), "Rejected")
    look(plane)
    plane.endpoints.roll_back(ENDPOINT)
    lost = plane.registry.packages.pop(package_arn(2))
    on_endpoint(ENDPOINT, plane)
    plane.registry.packages[package_arn(2)] = lost


def test_a_rejected_champion_that_was_left_in_use_is_found_5_6(plane: FakeControlPlane) -> None:
    left_behind(plane)
    expected = [{"EndpointName": ENDPOINT, "model": "churn"}]
    assert (look(plane), look(plane)) == (expected, expected)
    (decision,) = on_endpoint(ENDPOINT, plane, model="churn")[1]
    assert decision.outcome is Outcome.ROLLING_BACK
    assert look(plane) == []
    settle(plane)
    assert (champion_of(plane), look(plane)) == (package_arn(1), [])


def test_a_rejected_champion_stays_where_there_is_nothing_to_go_back_to(plane: FakeControlPlane) -> None:
    left_behind(plane)
    plane.registry.set_approval(package_arn(1), "Rejected")
    assert (look(plane), look(plane)) == ([], [])


def test_a_rollback_that_failed_is_not_asked_for_again_1(plane: FakeControlPlane) -> None:
    use(plane, 1, 2)
    decide_approval(plane, package_arn(2), "Rejected")
    settle(plane, broken=True)
    assert (look(plane), look(plane)) == ([], [])
    assert len(plane.endpoints.asked) == 3


# -- an endpoint that others change --


def notices(plane: FakeControlPlane) -> list[str]:
    """What the next look puts on record of the endpoint."""
    plane.wait(EVERY)
    return [decision.because for decision in tick(plane) if decision.outcome is Outcome.CHAMPION_NOT_SERVING]


def change_by_hand(plane: FakeControlPlane, config: str) -> None:
    known = plane.endpoints.endpoints[ENDPOINT]
    plane.endpoints.endpoints[ENDPOINT] = replace(known, config=config, modified_at=plane.now())


def test_an_endpoint_that_others_changed_is_noticed_once_and_left_so_5(plane: FakeControlPlane) -> None:
    use(plane, 1)
    assert notices(plane) == []
    change_by_hand(plane, "theirs")
    (noticed,) = notices(plane)
    assert "churn-prod serves theirs and not churn-1-" in noticed
    assert "`pointsman adopt churn-prod`" in noticed
    assert notices(plane) == []
    change_by_hand(plane, "theirs-2")
    assert len(notices(plane)) == 1
    assert len(plane.endpoints.asked) == 1
    assert champion_of(plane) == package_arn(1)


def test_an_endpoint_that_others_deleted_is_noticed_once_5(plane: FakeControlPlane) -> None:
    use(plane, 1)
    del plane.endpoints.endpoints[ENDPOINT]
    (noticed,) = notices(plane)
    assert noticed.startswith(f"endpoint {ENDPOINT} isn't there; `pointsman deploy churn --force` puts ")
    assert notices(plane) == []


def test_what_was_put_back_and_is_changed_again_is_news(plane: FakeControlPlane) -> None:
    use(plane, 1)
    change_by_hand(plane, "theirs")
    notices(plane)
    use(plane, 2)
    change_by_hand(plane, "theirs")
    assert len(notices(plane)) == 1


def test_a_deployment_of_ours_is_no_change_by_others(plane: FakeControlPlane) -> None:
    use(plane, 1)
    decide_approval(plane, package_arn(2))
    assert notices(plane) == []
    plane.endpoints.settle(ENDPOINT)  # and nobody has told of it yet
    assert notices(plane) == []


# -- data that doesn't come, drift that goes on --


def test_data_that_stays_away_is_noted_once_for_each_time() -> None:
    plane = plane_of(model_spec(changes={"data.expect.training": "26h"}))
    plane.wait(timedelta(hours=26))
    (noted,) = tick(plane)
    assert (noted.outcome, noted.model, noted.purpose) == (Outcome.DATA_OVERDUE, "churn", "training")
    assert noted.because == "no training data since 2026-11-21 09:00 UTC; some is expected every 26h"
    plane.wait(DAY)
    assert tick(plane) == []


def test_a_model_is_looked_after_when_its_data_is_overdue_and_not_up_to_a_quarter_of_an_hour_later() -> None:
    plane = plane_of(model_spec(changes={"data.expect.training": "20m"}))
    assert plane.now() == MORNING + EVERY
    assert not due(plane, timedelta(minutes=5) - MOMENT)
    assert due(plane, timedelta(minutes=5))


def test_drift_that_goes_on_is_reported_again_under_one_name_until_it_is_answered() -> None:
    plane = plane_of(evaluated_spec())
    plane.ledger.note_drift("churn", DRIFT)
    plane.wait(DAY)
    tick(plane)
    plane.wait(EVERY)
    tick(plane)
    (first, again) = [detail for kind, detail in plane.events.sent if kind == "Drift Report"]
    assert first == again, "so that the room decides once"
    report = DriftReport.parse(ours("Drift Report", "e1", first))
    assert (report.detail.model, report.detail.kind, report.detail.share) == ("churn", "bias", 0.3)
    assert report.identity.startswith("again-bias-20261121T090000Z-")
    plane.ledger.note_drift("churn", DRIFT.model_copy(update={"answered_at": plane.now()}))
    plane.wait(EVERY)
    tick(plane)
    assert len([kind for kind, _ in plane.events.sent if kind == "Drift Report"]) == 2


# -- when --


def test_a_model_is_looked_after_again_and_again(plane: FakeControlPlane) -> None:
    for _ in range(3):
        assert not due(plane, EVERY - MOMENT)
        assert due(plane, EVERY)
        look(plane)
