"""Policies by themselves: when a freeze holds, what drift leads to, what is refused."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from control_plane.policies import DriftKind, Freeze, OnDrift, Policy
from tests.samples import model_spec

KINDS = list(DriftKind)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


# 2026-11-16 is a Monday.
@pytest.mark.parametrize(
    ("since", "until", "now", "end"),
    [
        ("Fri 16:00", "Sat 08:00", "2026-11-20T15:59:59Z", None),
        ("Fri 16:00", "Sat 08:00", "2026-11-20T16:00Z", "2026-11-21T08:00Z"),
        ("Fri 16:00", "Sat 08:00", "2026-11-21T07:59:59.999999Z", "2026-11-21T08:00Z"),
        ("Fri 16:00", "Sat 08:00", "2026-11-21T08:00Z", None),
        ("Fri 16:00", "Mon 06:00", "2026-11-20T16:00Z", "2026-11-23T06:00Z"),
        ("Fri 16:00", "Mon 06:00", "2026-11-22T23:59Z", "2026-11-23T06:00Z"),
        ("Fri 16:00", "Mon 06:00", "2026-11-23T00:00Z", "2026-11-23T06:00Z"),
        ("Fri 16:00", "Mon 06:00", "2026-11-23T06:00Z", None),
        ("Mon 06:00", "Mon 05:00", "2026-11-23T04:59Z", "2026-11-23T05:00Z"),
        ("Mon 06:00", "Mon 05:00", "2026-11-23T05:30Z", None),
        ("Mon 06:00", "Mon 05:00", "2026-11-23T06:00Z", "2026-11-30T05:00Z"),
        ("Sun 23:59", "Mon 00:00", "2026-11-22T23:59:30Z", "2026-11-23T00:00Z"),
        ("Mon 00:00", "Sun 23:59", "2026-11-16T00:00Z", "2026-11-22T23:59Z"),
        ("Thu 12:00", "Thu 13:00", "2026-12-31T12:30Z", "2026-12-31T13:00Z"),
        ("Thu 22:00", "Fri 02:00", "2026-12-31T23:30Z", "2027-01-01T02:00Z"),
    ],
)
def test_a_freeze_holds_from_its_first_moment_to_before_its_last_and_over_the_weeks_end(
    since: str, until: str, now: str, end: str | None
) -> None:
    found = Freeze(since=since, until=until).end(moment(now))
    assert found == (moment(end) if end else None)


def test_a_freeze_is_in_utc_whatever_zone_now_is_in() -> None:
    freeze = Freeze(since="Sat 00:00", until="Sat 02:00")
    berlin = timezone(timedelta(hours=1))
    assert freeze.end(datetime(2026, 11, 21, 0, 30, tzinfo=berlin)) is None
    assert freeze.end(datetime(2026, 11, 21, 1, 30, tzinfo=berlin)) == moment("2026-11-21T02:00Z")


@pytest.mark.parametrize(
    "text",
    ["Friday 16:00", "fri 16:00", "Fri", "Fri 16", "Fri 24:00", "Fri 16:60", "Fri 16:0", "Fri -1:00", "", 5, None],
)
def test_another_moment_of_the_week_is_refused(text: Any) -> None:
    with pytest.raises(ValidationError, match="expected a day and a time in UTC"):
        Freeze.model_validate({"since": text, "until": "Mon 06:00"})


def test_a_freeze_that_lasts_no_time_or_for_ever_is_refused() -> None:
    with pytest.raises(ValidationError, match="the same moment"):
        Freeze(since="Mon 06:00", until="Mon 06:00")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (DriftKind.DATA_QUALITY, "evaluate"),
        (DriftKind.MODEL_QUALITY, "train"),
        (DriftKind.BIAS, "evaluate"),
        (DriftKind.FEATURE_ATTRIBUTION, "evaluate"),
    ],
)
def test_by_default_drift_is_evaluated_before_anything_is_trained(kind: DriftKind, expected: str) -> None:
    assert OnDrift().response(kind, None) == expected


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("response", ["evaluate", "train", "nothing"])
def test_each_kind_has_its_own_response(kind: DriftKind, response: str) -> None:
    others = dict.fromkeys(KINDS, "train" if response == "nothing" else "nothing")
    assert OnDrift.model_validate(others | {kind: response}).response(kind, 0.49) == response


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("share", "severe"), [(None, False), (0.0, False), (0.29, False), (0.3, True), (1.0, True)])
def test_drift_is_severe_from_its_share_on_whatever_the_kind(
    kind: DriftKind, share: float | None, *, severe: bool
) -> None:
    quiet = dict.fromkeys(KINDS, "nothing")
    on_drift = OnDrift.model_validate(quiet | {"severe": "train", "severe_share": 0.3})
    assert on_drift.response(kind, share) == ("train" if severe else "nothing")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("on_drift.bias", "retrain"),
        ("on_drift.severe_share", 0),
        ("on_drift.severe_share", 1.1),
        ("on_drift.data_errors", "mend"),
        ("on_drift.data_error_checks", ["completness_check"]),
        ("on_degraded", "evaluate"),
        ("on_data", "never"),
        ("cooldown.training", "12"),
        ("budget.runs_per_day", 0),
        ("budget.runs_per_day", 101),
        ("approval", "auto"),
        ("freeze", [{"since": "Fri 16:00"}]),
    ],
)
def test_a_policy_out_of_range_is_refused_by_name(path: str, value: object) -> None:
    with pytest.raises(ValidationError) as refusal:
        model_spec(changes={f"policy.{path}": value})
    (problem,) = refusal.value.errors()
    assert ".".join(map(str, problem["loc"])).startswith(f"policy.{path}")


def test_defaults_are_careful() -> None:
    policy = model_spec().policy
    assert (policy.on_data, policy.on_degraded, policy.approval) == ("train", "train", "manual")
    assert (policy.on_drift.data_errors, policy.on_drift.severe) == ("nothing", "train")
    assert "baseline_drift_check" not in policy.on_drift.data_error_checks
    assert (policy.freeze, policy.budget.runs_per_day, policy.cooldown.training) == ((), None, None)


def test_a_policy_comes_back_from_json_as_it_was() -> None:
    policy = model_spec(
        changes={"policy.freeze": [{"since": "Fri 16:00", "until": "Mon 06:00"}], "policy.cooldown.training": "12h"}
    ).policy
    assert Policy.model_validate_json(policy.model_dump_json()) == policy
