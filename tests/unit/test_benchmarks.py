"""What the benchmarks measure is what they say; how fast anything is, is no test's business."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from benchmarks import burst, calls, cold_start, compiling, demo, emulator, engine, fleet, report
from control_plane.ledger import Ledger
from pointsman.local.sagemaker.definition_parser import parse
from pointsman.local.sagemaker.planning import plan
from pointsman.rules import room_functions
from tests.fakes import FakeLedger

FUNCTIONS = Path(__file__).parents[2] / "functions"
WAYS = cold_start.ways("on_record", [], [])
PACKAGES = Path(pytest.__file__).parents[1]


def test_fifty_steps_ten_side_by_side() -> None:
    waves = plan(parse(engine.definition())).waves
    assert [len(wave) for wave in waves] == [10] * 5


def test_the_table_says_what_was_found() -> None:
    result = engine.Result([1.0, 1.2], [2.0, 2.2], [20.0, 20.0], "Linux", 2, "3.13.0", 0.1)
    shown = engine.table(result)
    assert "| **the engine's own, per step** | 20.0 ms | 20.0 ms | 20.0 ms |" in shown
    assert "2 rounds; 2 processors" in shown


def test_a_figure_is_told_with_its_spread() -> None:
    assert report.spread([3.0, 1.0, 2.0], "ms") == "2 ms (1-3)"
    assert report.ratio([1.0, 2.0, 9.0], [2.0, 4.0, 10.0]) == 0.5


def test_every_case_is_measured_in_every_round() -> None:
    order: list[str] = []

    def measure(name: str) -> float:
        order.append(name)
        return 1.0

    found = report.interleaved({name: partial(measure, name) for name in "ab"}, rounds=2)
    assert (order, found) == (["a", "b", "a", "b"], {"a": [1.0, 1.0], "b": [1.0, 1.0]})


def test_a_room_starts() -> None:
    assert set(cold_start.ROOMS) == set(room_functions())
    folders = [FUNCTIONS, PACKAGES]
    seconds = cold_start.start(*cold_start.ways("on_record", folders, folders)["ours"])
    assert "on_record" in cold_start.told({"on_record": {way: [seconds] for way in WAYS}}, {"as deployed": 1})


def test_a_start_in_the_emulator_takes_what_the_emulator_reports() -> None:
    report = "REPORT RequestId: 7\tInit Duration: 0.5 ms\tDuration: 900.25 ms\tBilled Duration: 901 ms\t"
    assert emulator.reported(f"START RequestId: 7\n{report}\n{{}}\n") == 900.75
    assert "| 450 (450-450) | 900 (900-900) | 600 (600-600) | 0.50 | 0.75 |" in emulator.told(
        {"on_tick": {"empty": [150.0], "ours": [450.0], "usual": [900.0], "prepared": [600.0]}}
    )
    for failed in (report, '{"errorType": "ImportError"}', f'{report}\n{{"errorType": "ImportError"}}'):
        with pytest.raises(RuntimeError, match="didn't answer"):
            emulator.reported(failed)


def test_the_training_pipeline_has_so_many_jobs() -> None:
    compiled = (FUNCTIONS.parent / "pipeline_defs" / "compiled" / "pointsman-training.json").read_text()
    kinds = re.findall(r'"Type": "(Processing|Training)"', compiled)
    assert len(kinds) == calls.TRAINING_JOBS


@pytest.mark.parametrize("case", calls.CASES, ids=lambda case: f"{case.room}: {case.what}")
def test_each_event_comes_to_something(case: calls.Case) -> None:
    found = calls.measured(case, FakeLedger, [], rounds=1)
    assert found["outcomes"] or case.what == "nothing is due"
    assert not {outcome for outcome in found["outcomes"] if outcome.startswith("SKIPPED")}


def test_a_burst_is_one_run_for_each_model() -> None:
    def new_ledger() -> Ledger:
        return FakeLedger()

    found = burst.measured(150, new_ledger, [])
    assert (found["runs"], found["invocations"]) == (burst.MODELS, 3)
    assert "150" in burst.told([found])


def test_a_fleets_day_ends_every_run() -> None:
    found = fleet.measured(3, 200)
    assert (found["runs"], found["events"]) == (3, 3 * fleet.DROP + 3)
    assert fleet.told([found])


def test_the_demos_parts_are_told_with_their_times() -> None:
    def lines() -> Iterator[str]:
        yield from ("a\n", "\n", "b\n")

    parts = list(demo.timed(lines()))
    assert [part.told for part in parts] == ["a", "b"]
    assert "| until | took |" in demo.told([1.0], parts)


def test_what_is_compiled_again_was_compiled_before() -> None:
    assert compiling.AGAIN.count("compile_pipelines(NEUTRAL)") == 2
