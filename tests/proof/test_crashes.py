"""Every scenario again with every call going wrong, one at a time: the same ending.

Each call of each port kills its caller before or after it took effect, is throttled, fails, or times out with its
effect done; then deliveries are repeated and ticks go on, as on AWS. Dying before a call is dying after the one before
it, so a function dies before its first call only. To a room a throttled call is any error: adapters hand both on as
they are; a room that took one for the other, or for an answer, would show here.

Numbers in names are the design's invariants. `make test` tries one point in `SOME`, `make proof` all.
"""

from typing import Literal
from zlib import crc32

import pytest

from control_plane.records import DecisionStatus
from tests.fakes.faults import CallFailed, Died, Fault, Throttled
from tests.proof.conftest import Count
from tests.proof.scenarios import SCENARIOS, Ending, Mode, Scenario, play
from tests.samples import package_arn

SOME = 20
MODES: tuple[Mode, ...] = ("once", "twice", "unreported", "stale")
KINDS: dict[str, tuple[Literal["before", "after"], type[BaseException]]] = {
    "dies before": ("before", Died),
    "dies after": ("after", Died),
    "is throttled": ("before", Throttled),
    "fails": ("before", CallFailed),
    "times out": ("after", CallFailed),
}

type Point = tuple[Mode, str]


@pytest.fixture(scope="module", params=SCENARIOS, ids=lambda scenario: scenario.name.replace(" ", "-"))
def scenario(request: pytest.FixtureRequest) -> Scenario:
    story: Scenario = request.param
    return story


@pytest.fixture(scope="module")
def endings(scenario: Scenario, thorough: bool) -> dict[Point, Ending]:  # noqa: FBT001  a fixture
    """By how events came, and the call that went wrong. Which points are left out differs from kind to kind."""
    found: dict[Point, Ending] = {}
    for mode in MODES:
        found[mode, "nothing goes wrong"], played = play(scenario, mode)
        for kind, (when, error) in KINDS.items():
            numbers = sorted(played.firsts) if kind == "dies before" else range(len(played.calls))
            some = slice(crc32(f"{scenario.name} {mode} {kind}".encode()) % SOME, None, SOME)
            for number in numbers if thorough else numbers[some]:
                point = mode, f"{kind}: call {number}, {played.calls[number]}"
                found[point], _ = play(scenario, mode, Fault(number, when, error))
    return found


def test_the_points_that_are_tried(endings: dict[Point, Ending], count: Count) -> None:
    count(points=len(endings))
    assert {mode for mode, _ in endings} == set(MODES)
    assert all(any(point.startswith(kind) for _, point in endings) for kind in KINDS if kind != "dies before")


def test_equal_data_runs_once_and_in_order_1_3_6(scenario: Scenario, endings: dict[Point, Ending]) -> None:
    found = {call: (end.purposes, end.data) for call, end in endings.items()}
    expected = (scenario.runs, len(scenario.runs) if scenario.data is None else scenario.data)
    assert {call: runs for call, runs in found.items() if runs != expected} == {}


def test_every_event_ends_in_a_named_decision_that_is_final_2_3_6(
    scenario: Scenario, endings: dict[Point, Ending]
) -> None:
    for (mode, call), end in endings.items():
        expected = sorted([*scenario.outcomes, *scenario.awaited, *(scenario.reported if mode != "unreported" else ())])
        assert sorted(decision.outcome for decision in end.decisions) == expected, call
        assert {decision.status for decision in end.decisions} == {DecisionStatus.DONE}, call
        assert end.due == [], call
        assert end.undelivered == [], call


def test_every_execution_is_on_record_with_its_end_3_6(scenario: Scenario, endings: dict[Point, Ending]) -> None:
    for call, end in endings.items():
        assert [run.status for run in end.runs] == [scenario.status] * len(scenario.runs), call


def test_no_slot_is_held_and_no_pending_start_is_lost_4_6(endings: dict[Point, Ending]) -> None:
    for call, end in endings.items():
        assert (end.model.slot, end.model.deploying) == (None, None), call
        assert (dict(end.model.pending), end.model.pending_deployment) == ({}, None), call


def test_the_champion_is_who_it_should_be_1_3(scenario: Scenario, endings: dict[Point, Ending]) -> None:
    expected = package_arn(scenario.champion) if scenario.champion else None
    found = {call: end.model.champion.package if end.model.champion else None for call, end in endings.items()}
    assert {call: package for call, package in found.items() if package != expected} == {}


def test_the_endpoint_was_asked_for_each_version_once_and_serves_the_champion_1_3_5(
    scenario: Scenario, endings: dict[Point, Ending]
) -> None:
    expected = tuple(package_arn(version) for version in scenario.deployed)
    for call, end in endings.items():
        assert end.deployed == expected, call
        champion = end.model.champion
        assert set(end.serving.values()) == ({(champion.config, True)} if champion and expected else set()), call


def test_the_endpoint_is_watched_with_the_champions_baseline_alone_3(
    scenario: Scenario, endings: dict[Point, Ending]
) -> None:
    baseline = f"s3://artifacts/pipelines/churn/{scenario.champion}/data_quality/constraints.json"
    expected = {"pointsman-churn-prod-data-quality": baseline} if scenario.spec.monitor.kind != "none" else {}
    for call, end in endings.items():
        assert (end.monitors, end.definitions) == (expected, len(expected)), call


def test_deployments_leave_behind_what_can_be_gone_back_to_and_nothing_else_3(
    scenario: Scenario, endings: dict[Point, Ending]
) -> None:
    kept = scenario.kept or set(scenario.deployed) - {scenario.broken, scenario.failing}
    expected = {package_arn(version) for version in kept}
    for call, end in endings.items():
        assert (end.kept, end.models, end.model.collecting) == (expected, len(expected), ()), call


def test_a_slot_is_held_for_nothing_no_longer_than_two_ticks_4(endings: dict[Point, Ending]) -> None:
    too_long = {call: end.idle for call, end in endings.items() if end.idle > 2}
    assert too_long == {}
