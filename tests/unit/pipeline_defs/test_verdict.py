import pytest

from verdict import Asked, verdict


@pytest.mark.parametrize(
    ("value", "direction", "margin", "summary"),
    [
        (59.06, "minimize", 5.94, "rmse 59.06 meets the bar of 65 by 5.94"),
        (71.2, "minimize", -6.2, "rmse 71.2 misses the bar of 65 by 6.2"),
        (71.2, "maximize", 6.2, "rmse 71.2 meets the bar of 65 by 6.2"),
        (65.0, "minimize", 0.0, "rmse 65 meets the bar of 65 by 0"),
    ],
)
def test_the_margin_is_positive_where_the_metric_is_better(
    value: float, direction: str, margin: float, summary: str
) -> None:
    judged = verdict(Asked("rmse", direction, 65.0), value, champion=None)
    assert judged["margin"] == pytest.approx(margin)
    assert judged["passed"] is (margin >= 0)
    assert judged["summary"] == summary


@pytest.mark.parametrize(
    ("value", "champion", "direction", "margin", "summary"),
    [
        (
            60.0,
            61.0,
            "minimize",
            3.0,
            "meets the bar of 65 by 5 and keeps up with the champion's 61 by 3",
        ),
        (
            60.0,
            58.0,
            "minimize",
            0.0,
            "meets the bar of 65 by 5 and keeps up with the champion's 58 by 0",
        ),
        (
            60.0,
            55.0,
            "minimize",
            -3.0,
            "meets the bar of 65 by 5 but falls behind the champion's 55 by 3",
        ),
        (
            66.0,
            70.0,
            "minimize",
            -1.0,
            "misses the bar of 65 by 1 but keeps up with the champion's 70 by 6",
        ),
        (
            66.0,
            60.0,
            "minimize",
            -4.0,
            "misses the bar of 65 by 1 and falls behind the champion's 60 by 4",
        ),
        (
            70.0,
            71.0,
            "maximize",
            1.0,
            "meets the bar of 65 by 5 and keeps up with the champion's 71 by 1",
        ),
        (
            70.0,
            73.0,
            "maximize",
            -1.0,
            "meets the bar of 65 by 5 but falls behind the champion's 73 by 1",
        ),
    ],
)
def test_bar_and_champion_must_both_be_met_and_the_summary_names_every_number(
    value: float, champion: float, direction: str, margin: float, summary: str
) -> None:
    judged = verdict(Asked("rmse", direction, 65.0, tolerance=2.0), value, champion=champion)
    assert judged["margin"] == pytest.approx(margin)
    assert judged["passed"] is (margin >= 0)
    assert judged["summary"].replace(" (tolerance 2)", "") == f"rmse {value:g} {summary}"
    assert "(tolerance 2)" in judged["summary"]
    assert (judged["champion_value"], judged["tolerance"]) == (champion, 2.0)
