"""What is asked for is admitted like everything else, unless it is forced."""

from typing import Any

import pytest

from control_plane.actions import Defer, Skip, Start
from control_plane.admission import Candidate
from control_plane.events import RunRequested
from control_plane.outcomes import Outcome
from control_plane.records import Paused, Slot
from on_request.decide import decide_run
from tests.samples import MORNING, TRAINING, model_of, run_requested, start_request

PAUSED = Paused(by="bob", why="holidays", since=MORNING)
BUSY = Slot(decision="d0")
NOTHING = Skip(Outcome.SKIPPED_NO_DATA, "the folder is empty")


def decided(state: dict[str, Any], known: dict[str, Any], *, force: bool) -> Start | Defer | Skip:
    event = RunRequested.parse(run_requested(force=force))
    return decide_run(event, Candidate(model_of(**state), TRAINING, **{"request": start_request()} | known), MORNING)


@pytest.mark.parametrize("force", [False, True])
def test_who_asked_and_why_is_the_reason(*, force: bool) -> None:
    assert decided({}, {}, force=force) == Start(start_request(), "ada asks: new labels")


@pytest.mark.parametrize(
    ("state", "known", "unforced", "forced"),
    [
        ({"paused": PAUSED}, {}, Outcome.SKIPPED_PAUSED, Outcome.STARTED),
        ({}, {"data_used_by": "d7"}, Outcome.SKIPPED_SAME_DATA, Outcome.STARTED),
        ({"slot": BUSY}, {}, Outcome.DEFERRED_BUSY, Outcome.DEFERRED_BUSY),
        ({"slot": BUSY, "paused": PAUSED}, {}, Outcome.SKIPPED_PAUSED, Outcome.DEFERRED_BUSY),
        ({}, {"request": None, "obstacle": NOTHING}, Outcome.SKIPPED_NO_DATA, Outcome.SKIPPED_NO_DATA),
    ],
)
def test_force_passes_policies_and_never_what_makes_a_run_happen_once(
    state: dict[str, Any], known: dict[str, Any], unforced: Outcome, forced: Outcome
) -> None:
    actions = [decided(state, known, force=force) for force in (False, True)]
    outcomes = [Outcome.STARTED if isinstance(action, Start) else action.outcome for action in actions]
    assert outcomes == [unforced, forced]
