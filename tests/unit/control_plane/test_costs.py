"""What runs cost, and what the next one may."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from control_plane.costs import Estimate, JobUse, Spending, cost_of, dollars, estimate, month_of
from control_plane.prices import RATES, usd_per_hour
from control_plane.records import Cost, Run
from tests.samples import after, begun, ended, execution_arn, run_of

HOUR = 3600
PIPELINE = "Pointsman-Training"  # in an ARN it stands in lower case
NOT_KEPT = "it ended before costs were kept"
NEVER = Estimate(None, 0, f"no run of {PIPELINE} has succeeded yet")


def cost(usd: float | None, number: int = 1, status: str = "Succeeded") -> Run:
    known = Cost(usd=usd) if usd is not None else Cost(unknown="no rate")
    return ended(run_of(begun(f"d{number}"), number), status).model_copy(update={"cost": known})


@pytest.mark.parametrize(
    ("uses", "expected"),
    [
        ([], Cost(usd=0)),
        ([JobUse("Train", "ml.m5.xlarge", 1, HOUR)], Cost(usd=0.23)),
        ([JobUse("Train", "ml.m5.xlarge", 3, HOUR / 2)], Cost(usd=0.345)),
        ([JobUse("Train", "ml.m5.xlarge", 1, 90), JobUse("Judge", "ml.t3.medium", 1, 60)], Cost(usd=0.006583)),
        ([JobUse("Train", "ml.m5.xlarge", 1, 0), JobUse("Judge", "ml.x9.huge", 1, 0)], Cost(usd=0)),
        ([JobUse("Judge", "ml.x9.huge", 1, 0), JobUse("Train", "ml.m5.xlarge", 1, HOUR)], Cost(usd=0.23)),
        (
            [JobUse("Train", "ml.m5.xlarge", 1, HOUR), JobUse("Judge", "ml.x9.huge", 1, 1)],
            Cost(unknown="Judge: no rate of ml.x9.huge in us-east-1 is known"),
        ),
        ([JobUse("Train", "ml.m5.xlarge", 1, None, "it has no end")], Cost(unknown="Train: it has no end")),
    ],
)
def test_a_run_costs_what_its_jobs_do_and_nothing_is_guessed(uses: list[JobUse], expected: Cost) -> None:
    assert cost_of(uses, "us-east-1") == expected


def test_a_rate_holds_in_its_region_alone() -> None:
    assert usd_per_hour("eu-west-1", "ml.m5.xlarge") == 0.257
    assert usd_per_hour("us-east-1", "ml.m5.xlarge") == 0.23
    assert usd_per_hour("ap-northeast-3", "ml.m5.xlarge") is None


def test_every_rate_says_where_and_when_it_was_read_and_there_is_one_of_each() -> None:
    assert len({(rate.region, rate.instance_type) for rate in RATES}) == len(RATES)
    for rate in RATES:
        assert rate.source
        assert 2023 <= rate.as_of.year <= 2026
        assert rate.instance_type.startswith("ml.")
        assert 0 < rate.usd_per_hour < 1000


@pytest.mark.parametrize(
    ("recent", "expected"),
    [
        ([], NEVER),
        ([cost(3.0, status="Failed")], NEVER),
        ([cost(None)], Estimate(None, 0, "what its runs cost isn't known: no rate")),
        (
            [ended(run_of(begun()))],
            Estimate(None, 0, "what its runs cost isn't known: " + NOT_KEPT),
        ),
        ([cost(3.0, status="Failed"), cost(1.0)], Estimate(1.0, 1)),
        ([cost(0.0), cost(5.0), cost(4.0)], Estimate(4.0, 3)),
        ([cost(1.0)] * 3 + [cost(9.0)] * 7, Estimate(1.0, 5)),
    ],
)
def test_a_run_may_cost_the_median_of_the_last_that_succeeded(recent: list[Run], expected: Estimate) -> None:
    assert estimate(recent, PIPELINE) == expected
    assert estimate(recent, "another") == Estimate(None, 0, "no run of another has succeeded yet")


def test_what_runs_cost_together_says_how_many_are_left_out() -> None:
    going_on = run_of(begun())
    of_before_costs_were_kept = ended(run_of(begun()))
    reasons = ("no rate", NOT_KEPT)
    runs = [cost(1.5), cost(2.0), cost(None), cost(None), of_before_costs_were_kept, going_on]
    assert Spending.of(runs) == Spending(3.5, 5, 3, reasons)


@pytest.mark.parametrize(
    ("moment", "first", "following"),
    [
        (datetime(2026, 11, 21, 9, 30, 15, 250, tzinfo=UTC), "2026-11-01", "2026-12-01"),
        (datetime(2026, 12, 1, tzinfo=UTC), "2026-12-01", "2027-01-01"),
        (datetime(2026, 12, 1, tzinfo=timezone(timedelta(hours=9))), "2026-11-01", "2026-12-01"),
    ],
)
def test_a_month_is_one_of_utc(moment: datetime, first: str, following: str) -> None:
    assert [day.isoformat() for day in month_of(moment)] == [f"{first}T00:00:00+00:00", f"{following}T00:00:00+00:00"]


@pytest.mark.parametrize(
    ("usd", "expected"),
    [(0, "0.00 USD"), (0.00012, "0.00012 USD"), (0.0234, "0.02 USD"), (1234.5, "1234.50 USD")],
)
def test_small_sums_are_no_nothing(usd: float, expected: str) -> None:
    assert dollars(usd) == expected


def test_a_run_knows_its_pipeline_and_region_by_its_arn() -> None:
    run = run_of(begun(), started_at=after())
    assert (run.pipeline, run.region) == ("pointsman-training", "eu-west-1")
    assert run.arn == execution_arn()
