"""Every decision of a simulation again: its recorded inputs through the recorded revision give the recorded action.

Not among them: what follows from AWS's own word and no policy (`decide_end`, `decide_tested`, `decide_watch`, what is
collected), and skips about no model.
"""

import pytest

from tests.proof.conftest import Count
from tests.proof.recomputing import PLACES, Recomputed, Recorder
from tests.proof.seeds import in_handfuls
from tests.proof.simulation.fleet import MODELS, VARIANTS, spec_of
from tests.proof.simulation.playing import Play
from tests.proof.simulation.stories import story_of

SPECS = {spec.revision: spec for model in MODELS for spec in (spec_of(model, variant) for variant in range(VARIANTS))}
SOME, ALL = 40, 1_000
AT_ONCE = 20


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    in_handfuls(metafunc, "recomputed", some=SOME, all_=ALL, at_once=AT_ONCE)


def test_recorded_inputs_through_the_recorded_revision_give_the_recorded_action_10(seeds: range, count: Count) -> None:
    found = Recomputed()
    for seed in seeds:
        play = Play(story_of(seed))
        with Recorder(play.world, SPECS, found).recording():
            play.to_the_end()
    count(**{"recomputed decisions": sum(found.decided.values())})
    assert found.otherwise == []
    assert len(found.decided) > len(PLACES) / 2
