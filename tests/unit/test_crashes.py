"""Every scenario again with every call going wrong, one at a time: the same ending.

Each call of each port fails once or kills its caller, before or after it took effect; then deliveries are repeated and
ticks go on, as on AWS. Dying before a call is dying after the one before it, so a function dies before its first call
only. Numbers in names are the design's invariants.
"""

import logging
from collections.abc import Iterator
from functools import cache
from typing import Literal

import pytest

from control_plane import telemetry
from control_plane.records import DecisionStatus
from tests.fakes.faults import CallFailed, Died, Fault
from tests.samples import package_arn
from tests.unit.scenarios import SCENARIOS, Ending, Mode, Scenario, play

type Kind = Literal["nothing", "dies before", "dies after", "fails before", "fails after"]
KINDS: tuple[Kind, ...] = ("nothing", "dies before", "dies after", "fails before", "fails after")
MODES: tuple[Mode, ...] = ("once", "twice", "unreported", "stale")

pytestmark = [
    pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name.replace(" ", "-")),
    pytest.mark.parametrize("mode", MODES),
    pytest.mark.parametrize("kind", KINDS),
]


@pytest.fixture(autouse=True, scope="module")
def _quietly() -> Iterator[None]:
    """Thousands of runs would log tens of thousands of lines, and count as much."""
    logging.disable(logging.ERROR)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(telemetry, "_count", lambda *_: None)
        yield
    logging.disable(logging.NOTSET)


@cache
def endings(scenario: str, mode: Mode, kind: Kind) -> dict[str, Ending]:
    """By the call that went wrong."""
    story = next(story for story in SCENARIOS if story.name == scenario)
    ending, played = play(story, mode)
    if kind == "nothing":
        return {"no call": ending}
    error = Died if kind.startswith("dies") else CallFailed
    when: Literal["before", "after"] = "before" if kind.endswith("before") else "after"
    return {
        f"call {number}, {name}": play(story, mode, Fault(number, when, error))[0]
        for number, name in enumerate(played.calls)
        if kind != "dies before" or number in played.firsts
    }


def test_equal_data_runs_once_and_in_order_1_3_6(scenario: Scenario, mode: Mode, kind: Kind) -> None:
    found = {call: (end.purposes, end.data) for call, end in endings(scenario.name, mode, kind).items()}
    expected = (scenario.runs, len(scenario.runs) if scenario.data is None else scenario.data)
    assert {call: runs for call, runs in found.items() if runs != expected} == {}


def test_every_event_ends_in_a_named_decision_that_is_final_2_3_6(scenario: Scenario, mode: Mode, kind: Kind) -> None:
    expected = sorted([*scenario.outcomes, *scenario.awaited, *(scenario.reported if mode != "unreported" else ())])
    for call, end in endings(scenario.name, mode, kind).items():
        assert sorted(decision.outcome for decision in end.decisions) == expected, call
        assert {decision.status for decision in end.decisions} == {DecisionStatus.DONE}, call
        assert end.due == [], call
        assert end.undelivered == [], call


def test_every_execution_is_on_record_with_its_end_3_6(scenario: Scenario, mode: Mode, kind: Kind) -> None:
    for call, end in endings(scenario.name, mode, kind).items():
        assert [run.status for run in end.runs] == [scenario.status] * len(scenario.runs), call


def test_no_slot_is_held_and_no_pending_start_is_lost_4_6(scenario: Scenario, mode: Mode, kind: Kind) -> None:
    for call, end in endings(scenario.name, mode, kind).items():
        assert (end.model.slot, end.model.deploying) == (None, None), call
        assert (dict(end.model.pending), end.model.pending_deployment) == ({}, None), call


def test_the_champion_is_who_it_should_be_1_3(scenario: Scenario, mode: Mode, kind: Kind) -> None:
    expected = package_arn(scenario.champion) if scenario.champion else None
    found = {
        call: end.model.champion.package if end.model.champion else None
        for call, end in endings(scenario.name, mode, kind).items()
    }
    assert {call: package for call, package in found.items() if package != expected} == {}


def test_the_endpoint_was_asked_for_each_version_once_and_serves_the_champion_1_3_5(
    scenario: Scenario, mode: Mode, kind: Kind
) -> None:
    expected = tuple(package_arn(version) for version in scenario.deployed)
    for call, end in endings(scenario.name, mode, kind).items():
        assert end.deployed == expected, call
        champion = end.model.champion
        assert set(end.serving.values()) == ({(champion.config, True)} if champion and expected else set()), call


def test_the_endpoint_is_watched_with_the_champions_baseline_alone_3(
    scenario: Scenario, mode: Mode, kind: Kind
) -> None:
    baseline = f"s3://artifacts/pipelines/churn/{scenario.champion}/data_quality/constraints.json"
    expected = {"pointsman-churn-prod-data-quality": baseline} if scenario.spec.monitor.kind != "none" else {}
    for call, end in endings(scenario.name, mode, kind).items():
        assert (end.monitors, end.definitions) == (expected, len(expected)), call


def test_deployments_leave_behind_what_can_be_gone_back_to_and_nothing_else_3(
    scenario: Scenario, mode: Mode, kind: Kind
) -> None:
    kept = scenario.kept or set(scenario.deployed) - {scenario.broken, scenario.failing}
    expected = {package_arn(version) for version in kept}
    for call, end in endings(scenario.name, mode, kind).items():
        assert (end.kept, end.models, end.model.collecting) == (expected, len(expected), ()), call


def test_a_slot_is_held_for_nothing_no_longer_than_two_ticks_4(scenario: Scenario, mode: Mode, kind: Kind) -> None:
    too_long = {call: end.idle for call, end in endings(scenario.name, mode, kind).items() if end.idle > 2}
    assert too_long == {}
