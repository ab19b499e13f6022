"""What a model lacks, as far as the ledger and one look at the registry can tell."""

from datetime import timedelta

import pytest

from control_plane.deployments import Standing
from control_plane.endpoints import Endpoint
from control_plane.outcomes import Outcome
from control_plane.records import Model, Slot, Watch
from control_plane.registry import ApprovalStatus
from on_tick.decide_model import (
    endpoint_unfinished,
    news_of,
    next_look,
    not_serving,
    overdue,
    persisting,
    unheard,
)
from tests.samples import (
    EVALUATION,
    MORNING,
    TRAINING,
    after,
    champion,
    deploy_request,
    deployed_spec,
    drift_of,
    endpoint_of,
    evaluated_spec,
    model_of,
    package,
    package_arn,
)

EVERY = timedelta(minutes=15)
V1, V2, V3, V4 = map(package_arn, range(1, 5))
DRIFT = drift_of("data_quality", answered_at=after(hours=1))
FRESH = drift_of("bias", answered_at=after(hours=20))


def expecting(**state: object) -> Model:
    return model_of(evaluated_spec(changes={"data.expect": {"training": "26h"}}), **state)


@pytest.mark.parametrize(
    ("status", "seen", "heard"),
    [
        ("Approved", None, False),
        ("Approved", "PendingManualApproval", False),
        ("Approved", "Approved", True),
        ("PendingManualApproval", None, True),
        ("Rejected", "Approved", True),
    ],
)
def test_a_version_whose_approval_changed_without_effect_was_missed_6(
    status: ApprovalStatus, seen: str | None, *, heard: bool
) -> None:
    model = model_of(champion=champion(1), approvals={V4: seen} if seen else {})
    found = unheard(Standing(model), {V1: "Approved", V4: status})
    assert (found.approved, found.rejected) == ([] if heard else [V4], [])


def test_what_is_in_use_on_its_way_or_waiting_was_heard_of() -> None:
    standing = Standing(model_of(deployed_spec(), champion=champion(1)), deploy_request(2), deploy_request(3))
    found = unheard(standing, {V1: "Approved", V2: "Approved", V3: "Approved", V4: "Approved"})
    assert found.approved == [V4]


def test_a_rejection_of_what_is_in_use_was_missed_6() -> None:
    assert unheard(Standing(model_of(champion=champion(1))), {V1: "Rejected", V2: "Rejected"}).rejected == [V1]
    seen = model_of(champion=champion(1), approvals={V1: "Rejected"})
    assert unheard(Standing(seen), {V1: "Rejected"}).rejected == []


def test_missed_approvals_are_news_in_their_order_if_they_are_later_than_the_champion_and_the_model() -> None:
    found = [package(2, last_modified=after(hours=3)), package(3, last_modified=after(hours=2))]
    assert news_of(model_of(), found) == [found[1], found[0]]
    assert news_of(model_of(champion=champion(1, chosen_at=after(hours=2))), found) == [found[0]]
    assert news_of(model_of(), [package(1, last_modified=after(hours=-1))]) == []


def test_data_that_does_not_come_is_overdue_once_it_is_later_than_expected() -> None:
    assert list(overdue(expecting(), after(hours=26))) == []
    ((purpose, since, action),) = overdue(expecting(), after(hours=26, minutes=1))
    assert (purpose, since, action.outcome) == (TRAINING, MORNING, Outcome.DATA_OVERDUE)
    assert action.because == "no training data since 2026-11-21 09:00 UTC; some is expected every 26h"
    came = expecting(arrived={TRAINING: after(hours=20), EVALUATION: MORNING})
    assert list(overdue(came, after(hours=40))) == []
    assert [since for _, since, _ in overdue(came, after(hours=47))] == [after(hours=20)]


def test_drift_that_nothing_took_back_is_reported_again_a_day_after_its_answer() -> None:
    model = model_of(drift={drift.kind: drift for drift in (DRIFT, FRESH)})
    assert list(persisting(model_of(), after(days=9))) == []
    assert list(persisting(model, after(hours=24))) == []
    (report,) = persisting(model, after(hours=25))
    assert report == {
        "model": "churn",
        "kind": "data_quality",
        "share": 0.3,
        "again": True,
        "id": "again-data-quality-20261121T100000Z",
        "summary": "it goes on since 2026-11-21 09:00 UTC: age moved",
    }
    assert [each["kind"] for each in persisting(model, after(hours=44))] == ["data_quality", "bias"]


def test_the_next_look_is_a_quarter_of_an_hour_away_or_when_something_falls_due() -> None:
    assert next_look(model_of(), MORNING, EVERY) == MORNING + EVERY
    assert next_look(expecting(), after(hours=25, minutes=50), EVERY) == after(hours=26)
    assert next_look(expecting(), after(hours=26), EVERY) == after(hours=26) + EVERY
    drifted = model_of(drift={drift.kind: drift for drift in (FRESH, DRIFT)})
    assert next_look(drifted, after(hours=24, minutes=50), EVERY) == after(hours=25)
    assert next_look(drifted, after(hours=43, minutes=50), EVERY) == after(hours=44)


SERVING = champion(2, config="churn-2-config")


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        (None, "endpoint churn-prod isn't there; `pointsman deploy churn --force` puts"),
        (endpoint_of("theirs"), "serves theirs and not churn-2-config; `pointsman adopt churn-prod` makes what it"),
        (
            endpoint_of("churn-2-config", "Failed", failure="no capacity"),
            "churn-prod is Failed (no capacity); `pointsman",
        ),
        (endpoint_of("churn-2-config", "OutOfService"), "churn-prod is OutOfService; `pointsman deploy"),
        (endpoint_of("churn-2-config", "UpdateRollbackFailed"), "churn-prod is UpdateRollbackFailed"),
    ],
)
def test_a_champion_that_its_endpoint_does_not_serve_is_missed_5(endpoint: Endpoint | None, words: str) -> None:
    action = not_serving(model_of(deployed_spec(), champion=SERVING), endpoint)
    assert action is not None
    assert action.outcome is Outcome.CHAMPION_NOT_SERVING
    assert words in action.because


@pytest.mark.parametrize(
    ("model", "endpoint"),
    [
        (model_of(deployed_spec(), champion=SERVING), endpoint_of("churn-2-config")),
        (model_of(deployed_spec(), champion=SERVING), endpoint_of("churn-2-config", "Updating", coming="theirs")),
        (model_of(deployed_spec(), champion=SERVING), endpoint_of("theirs", "Updating", coming="other")),
        (model_of(deployed_spec(), champion=SERVING, deploying=Slot(decision="d1")), endpoint_of("theirs")),
        (model_of(deployed_spec(), champion=champion(2)), None),
        (model_of(deployed_spec()), endpoint_of("theirs")),
        (model_of(evaluated_spec(), champion=SERVING), None),
    ],
    ids=["serves", "leaves it", "changes", "ours is under way", "from before it had one", "no champion", "no endpoint"],
)
def test_a_champion_is_not_missed_where_it_serves_or_was_never_to_serve(
    model: Model, endpoint: Endpoint | None
) -> None:
    assert not_serving(model, endpoint) is None


def test_what_is_being_deleted_is_seen_to_as_long_as_the_model_has_an_endpoint() -> None:
    unwatched = Watch(id="w", package=V1, endpoint="churn-prod", since=MORNING)
    for spec, endpoint in ((deployed_spec(), "churn-prod"), (evaluated_spec(), None)):
        assert endpoint_unfinished(model_of(spec, collecting=("churn-1-config",), watch=unwatched)) == endpoint
