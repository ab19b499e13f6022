"""Thousands of stories of the whole control plane, each from one seed: every promise is kept at every step.

What is promised, by number, is in `simulation/promises.py` and, once all has come to rest, in `simulation/rest.py`.
"""

import pytest

from tests.proof.conftest import Count
from tests.proof.seeds import in_handfuls
from tests.proof.simulation.playing import play, told
from tests.proof.simulation.stories import story_of

SOME, ALL = 200, 10_000
AT_ONCE = 25


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    in_handfuls(metafunc, "seeds", some=SOME, all_=ALL, at_once=AT_ONCE)


def test_every_promise_is_kept_in_every_story_1_2_3_4_5_6_7_8(
    seeds: range, count: Count, pytestconfig: pytest.Config
) -> None:
    for seed in seeds:
        played = play(story_of(seed))
        world = played.world
        count(seeds=1, events=world.handled, kills=world.struck)
        if played.broken:
            story = played.broken if pytestconfig.getoption("--no-shrinking") else told(seed)
            pytest.fail(f"{story}\n\nagain: python -m tests.proof.simulation {seed}")


def test_a_seed_is_one_story() -> None:
    first, second = (play(story_of(7)).world for _ in range(2))
    assert first.log == second.log
    assert first.log != play(story_of(8)).world.log


def test_a_story_that_breaks_a_promise_is_told_in_as_few_steps_as_break_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("on_drift.handler.decision_id", lambda event: f"drift-{event.id}")  # that of the delivery
    found = (told(seed) for seed in range(SOME))
    story = next(story for story in found if story)
    first, length, step, *_ = story.splitlines()
    assert "was decided on twice" in first
    assert length.startswith("1 steps of ")
    assert step.endswith("-- end a monitor's run (churn)")
