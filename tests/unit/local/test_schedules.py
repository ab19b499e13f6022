from datetime import UTC, datetime

import pytest

from pointsman.local.aws.schedules import one_shot_moment, scaled_rate


@pytest.mark.parametrize(("scale", "period"), [(1, 60), (30, 2), (60, 1), (600, 1)])
def test_rates_follow_the_scale_down_to_a_second(scale: float, period: float) -> None:
    assert scaled_rate(lambda _: 60, scale)("rate(1 minute)") == period


def test_other_expressions_have_no_rate() -> None:
    assert scaled_rate(lambda _: None, 60)("cron(* * * * ? *)") is None


@pytest.mark.parametrize(
    ("expression", "zone", "moment"),
    [
        ("at(2026-07-01T12:00:00)", "Europe/Zurich", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        ("at(2026-07-01T12:00:00)", None, datetime(2026, 7, 1, 12, tzinfo=UTC)),
    ],
)
def test_a_one_shot_is_in_its_time_zone(expression: str, zone: str | None, moment: datetime) -> None:
    schedule = {"ScheduleExpression": expression, "ScheduleExpressionTimezone": zone}
    assert one_shot_moment(schedule) == moment.timestamp()


def test_a_malformed_one_shot_never_fires() -> None:
    assert one_shot_moment({"ScheduleExpression": "at(tomorrow)"}) == float("inf")
