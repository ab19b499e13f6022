"""What the benchmarks measure is what they say; how fast anything is, is no test's business."""

from benchmarks import engine
from pointsman.local.sagemaker.definition_parser import parse
from pointsman.local.sagemaker.planning import plan


def test_fifty_steps_ten_side_by_side() -> None:
    waves = plan(parse(engine.definition())).waves
    assert [len(wave) for wave in waves] == [10] * 5


def test_the_table_says_what_was_found() -> None:
    result = engine.Result([1.0, 1.2], [2.0, 2.2], [20.0, 20.0], "Linux", 2, "3.13.0", 0.1)
    shown = engine.table(result)
    assert "| **the engine's own, per step** | 20.0 ms | 20.0 ms | 20.0 ms |" in shown
    assert "2 rounds; 2 processors" in shown
