"""When monitoring schedules are due, and of which hours their runs look at the data."""

from datetime import UTC, datetime, timedelta

import pytest

from pointsman.local.sagemaker.errors import ValidationError
from pointsman.local.sagemaker.monitoring import windows
from pointsman.local.sagemaker.monitoring.cadence import parsed
from pointsman.local.sagemaker.monitoring.windows import Window

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def at(**after: float) -> float:
    return (NOON + timedelta(**after)).timestamp()


@pytest.mark.parametrize(
    ("expression", "latest", "following"),
    [
        ("cron(0 * ? * * *)", at(), at(hours=1)),
        ("cron(0 12 ? * * *)", at(), at(days=1)),
        ("cron(0 13 ? * * *)", at(hours=-23), at(hours=1)),
        ("cron(0 00 ? * * *)", at(hours=-12), at(hours=12)),
        ("cron(0 0/10 ? * * *)", at(hours=-2), at(hours=8)),
        ("cron(0 17/12 ? * * *)", at(hours=-7), at(hours=5)),  # as documented: every 12 hours, starting at 5 pm
        ("cron(0 0/24 ? * * *)", at(hours=-12), at(hours=12)),
        (None, at(hours=-12), at(hours=12)),
    ],
)
def test_runs_are_due_on_the_hour(expression: str | None, latest: float, following: float) -> None:
    cadence = parsed(expression)
    assert cadence is not None
    now = at(minutes=20)
    assert (cadence.latest(now), cadence.next(now)) == (latest, following)
    assert cadence.latest(latest) == latest
    assert cadence.next(latest) == following


def test_now_is_no_cadence() -> None:
    assert parsed("NOW") is None


@pytest.mark.parametrize(
    "expression",
    [
        "cron(30 * ? * * *)",
        "cron(0 24 ? * * *)",
        "cron(0 0/25 ? * * *)",
        "cron(0 * * * ? *)",
        "rate(1 hour)",
        "now",
        "",
    ],
)
def test_other_expressions_are_refused(expression: str) -> None:
    with pytest.raises(ValidationError, match="NOW"):
        parsed(expression)


def test_a_faster_clock_is_due_more_often() -> None:
    cadence = parsed("cron(0 * ? * * *)", 60)
    assert cadence is not None
    assert cadence.latest(at(seconds=90)) == at(minutes=1)
    assert cadence.next(at(seconds=90)) == at(minutes=2)
    assert cadence.before(at(minutes=1)) == at()


@pytest.mark.parametrize(
    ("expression", "schedule", "given", "start", "end"),
    [
        ("cron(0 * ? * * *)", {}, {}, at(hours=-1), at()),
        ("cron(0 12 ? * * *)", {}, {}, at(days=-1), at()),
        ("cron(0 0/12 ? * * *)", {}, {}, at(hours=-12), at()),
        ("NOW", {"DataAnalysisStartTime": "-PT5H", "DataAnalysisEndTime": "-PT0H"}, {}, at(hours=-5), at()),
        ("cron(0 0/2 ? * * *)", {"DataAnalysisStartTime": "-PT5H"}, {}, at(hours=-5), at()),
        ("cron(0 0/2 ? * * *)", {"DataAnalysisEndTime": "-PT1H"}, {}, at(hours=-2), at(hours=-1)),
        ("cron(0 12 ? * * *)", {}, {"StartTimeOffset": "-P8D", "EndTimeOffset": "-P1D"}, at(days=-8), at(days=-1)),
    ],
)  # fmt: skip
def test_the_window_of_a_run(
    expression: str, schedule: dict[str, str], given: dict[str, str], start: float, end: float
) -> None:
    assert windows.of_run(at(), parsed(expression), schedule, given) == Window(start, end)


def test_offsets_are_by_the_clock_of_their_schedule() -> None:
    given = {"StartTimeOffset": "-PT2H", "EndTimeOffset": "-PT1H"}
    window = windows.of_run(at(), parsed("cron(0 * ? * * *)", 60), {}, given)
    assert window == Window(at(minutes=-2), at(minutes=-1))


def test_the_hours_of_a_window() -> None:
    assert Window(at(hours=-2), at()).hours() == ["2026/11/21/10", "2026/11/21/11"]
    assert Window(at(minutes=-1), at(seconds=1)).hours() == ["2026/11/21/11", "2026/11/21/12"]
    assert Window(at(hours=11), at(hours=13)).hours() == ["2026/11/21/23", "2026/11/22/00"]


@pytest.mark.parametrize(
    ("expression", "scale", "folders"),
    [
        ("cron(0 * ? * * *)", 1, ["2026/11/21/12", "2026/11/21/13"]),
        ("cron(0 * ? * * *)", 120, ["2026/11/21/12/0000", "2026/11/21/12/0030"]),
    ],
)
def test_every_run_of_a_schedule_has_a_folder_of_its_own(expression: str, scale: float, folders: list[str]) -> None:
    cadence = parsed(expression, scale)
    assert cadence is not None
    assert [windows.report_folder(due, cadence) for due in (at(), cadence.next(at()))] == folders


def test_a_run_at_once_has_the_folder_of_its_hour() -> None:
    assert windows.report_folder(at(minutes=1), parsed("NOW", 60)) == "2026/11/21/12"


@pytest.mark.parametrize(
    ("expression", "schedule", "given"),
    [
        ("NOW", {}, {}),
        ("NOW", {"DataAnalysisStartTime": "-PT1H"}, {}),
        ("NOW", {"DataAnalysisStartTime": "-PT1H", "DataAnalysisEndTime": "-PT1H"}, {}),
        ("NOW", {"DataAnalysisStartTime": "-PT25H", "DataAnalysisEndTime": "-PT0H"}, {}),
        ("NOW", {"DataAnalysisStartTime": "an hour", "DataAnalysisEndTime": "-PT0H"}, {}),
        ("cron(0 * ? * * *)", {}, {"StartTimeOffset": "-PT1H", "EndTimeOffset": "-PT2H"}),
    ],
)
def test_windows_that_cannot_be(expression: str, schedule: dict[str, str], given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        windows.check(schedule, given, parsed(expression))
