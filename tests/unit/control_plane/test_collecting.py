"""What stays: what serves, what can be gone back to at once, and what others made. All else goes, by its exact name."""

from typing import Any

from control_plane.collecting import leftovers
from control_plane.outcomes import Outcome
from control_plane.records import Champion, Deployment
from tests.samples import after, champion, deploy_request, deployment_of


def ended(version: int, outcome: Outcome = Outcome.CHAMPION_CHANGED, **changes: Any) -> Deployment:
    known = deployment_of(deploy_request(version, **changes.pop("request", {})), f"d{version}-{len(changes)}")
    return known.model_copy(update={"outcome": outcome, "ended_at": after(hours=version), **changes})


def king(version: int, *earlier: int) -> Champion:
    return champion(version, earlier=earlier, config=f"churn-{version}-config")


FIVE = [ended(version) for version in (5, 4, 3, 2, 1)]


def test_the_last_that_served_stay() -> None:
    found = leftovers(FIVE, king(5, 4), (), keep=3)
    assert (found.configs, found.models) == (("churn-2-config", "churn-1-config"), ("churn-2", "churn-1"))
    assert [known.request.config for known in found.deployments] == list(found.configs)
    assert leftovers(FIVE, king(5, 4), (), keep=5).configs == ()


def test_the_champion_and_the_one_before_it_stay_however_long_ago_they_came() -> None:
    went_back = [ended(2, Outcome.ROLLED_BACK, started_at=after(hours=9)), *FIVE]
    assert leftovers(went_back, king(2, 1), (), keep=2).configs == ("churn-4-config", "churn-3-config")
    assert "churn-1-config" in leftovers(FIVE, king(5), (), keep=2).configs


def test_of_those_before_the_champion_the_last_one_stays_as_it_served_last() -> None:
    older = ended(3, request={"config": "churn-3-older"})
    assert leftovers([*FIVE[:3], older, *FIVE[3:]], king(5, 3, 1), (), keep=1).configs == (
        "churn-4-config", "churn-3-older", "churn-2-config", "churn-1-config",
    )  # fmt: skip
    served_again = [FIVE[0], FIVE[4], FIVE[2]]
    assert leftovers(served_again, king(5, 3, 1), (), keep=1).configs == ("churn-1-config",)


def test_what_an_endpoint_serves_or_is_asked_for_stays() -> None:
    assert leftovers(FIVE, king(5, 4), ("churn-1-config",), keep=3).configs == ("churn-2-config",)
    coming = [deployment_of(deploy_request(2), "d9"), *FIVE]
    assert leftovers(coming, king(5, 4), (), keep=3).configs == ("churn-1-config",)


def test_what_never_served_goes_at_once_and_counts_for_nothing() -> None:
    for outcome in (Outcome.DEPLOYMENT_FAILED, Outcome.DEPLOYMENT_ROLLED_BACK, Outcome.SMOKE_TEST_FAILED):
        failed = [ended(6, outcome), *FIVE[:3]]
        assert leftovers(failed, king(5, 4), (), keep=3).configs == ("churn-6-config",)


def test_what_is_collected_already_is_not_collected_again_unless_it_came_back() -> None:
    collected = [known.model_copy(update={"collected_at": after(days=1)}) for known in FIVE[3:]]
    assert leftovers([*FIVE[:3], *collected], king(5, 4), (), keep=3).configs == ()
    again = [ended(7), ended(6), ended(5), ended(1, started_at=after(hours=4)), *FIVE[1:3], *collected]
    assert leftovers(again, king(7, 6), (), keep=3).configs == ("churn-1-config", "churn-4-config", "churn-3-config")


def test_a_model_stays_for_another_configuration_that_does() -> None:
    more = ended(1, request={"config": "churn-1-more-instances"})
    found = leftovers([*FIVE[:2], more, ended(1)], king(5, 4), (), keep=3)
    assert (found.configs, found.models) == (("churn-1-config",), ())


def test_what_others_made_is_theirs_and_counts_as_having_served() -> None:
    adopted = ended(1, Outcome.ADOPTED)
    assert leftovers([ended(5), ended(4), ended(3), adopted], king(5, 4), (), keep=2).configs == ("churn-3-config",)
    assert leftovers([ended(2), adopted, ended(3), ended(4)], king(2, 1), (), keep=2).configs == (
        "churn-3-config",
        "churn-4-config",
    )


def test_a_long_backlog_goes_oldest_first_and_not_all_at_once() -> None:
    many = [ended(version) for version in range(60, 0, -1)]
    found = leftovers(many, king(60, 59), (), keep=3)
    assert found.configs == tuple(f"churn-{version}-config" for version in range(20, 0, -1))


def test_without_a_champion_what_failed_goes() -> None:
    failed = ended(1, Outcome.DEPLOYMENT_FAILED)
    assert leftovers([failed], None, (), keep=3).configs == ("churn-1-config",)
    assert leftovers([failed], None, ("churn-1-config",), keep=3).configs == ()
