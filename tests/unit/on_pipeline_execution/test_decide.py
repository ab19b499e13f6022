"""What the end of a run means."""

import pytest

from control_plane.actions import RecordEnd, Skip, Start
from control_plane.outcomes import Outcome
from control_plane.ports import Execution
from on_pipeline_execution.decide import decide_end, decide_next
from tests.samples import MORNING, begun, deferred, ended, execution_arn, run_of

RUN = run_of(begun())


@pytest.mark.parametrize("status", ["Succeeded", "Failed", "Stopped"])
def test_an_end_is_recorded_with_its_failure(status: str) -> None:
    execution = Execution(RUN.arn, status, MORNING, "Train: no target")
    assert decide_end(RUN, execution) == RecordEnd(status, "Train: no target")


@pytest.mark.parametrize("status", ["Executing", "Stopping"])
def test_sagemakers_word_counts_not_the_events(status: str) -> None:
    action = decide_end(RUN, Execution(RUN.arn, status, MORNING, None))
    assert isinstance(action, Skip)
    assert action.outcome is Outcome.SKIPPED_STALE
    assert status in action.because


def test_an_end_on_record_is_a_duplicate() -> None:
    action = decide_end(ended(RUN, "Failed"), Execution(RUN.arn, "Failed", MORNING, None))
    assert isinstance(action, Skip)
    assert action.outcome is Outcome.SKIPPED_DUPLICATE
    assert "Failed" in action.because


def test_what_waited_takes_the_slot_with_its_own_request() -> None:
    waiting = deferred("d2", "f2")
    action = decide_next(waiting, RUN)
    assert isinstance(action, Start)
    assert action.request == waiting.request
    assert execution_arn() in action.because
