"""When what is on record is looked at again: soon after it began, at the end of its wait, or never."""

from datetime import datetime, timedelta

import pytest

from control_plane.actions import Defer, Skip, Start
from control_plane.drafts import Revision, Subject, drafted, revised
from control_plane.outcomes import Outcome
from control_plane.records import Decision, DecisionStatus
from tests.samples import MORNING, TRAINING, after, deferred, model_of, start_request

PATIENCE = timedelta(minutes=7)
SOON, TOMORROW = after(minutes=7), after(days=1)


def draft(action: Start | Defer | Skip) -> Decision:
    return drafted(action, Subject("d1", "event", model_of(), TRAINING), MORNING, PATIENCE)


def test_what_begins_is_looked_at_soon_what_waits_at_its_end_and_what_is_done_never_4() -> None:
    request, why = start_request(), Outcome.DEFERRED_BUDGET
    assert draft(Start(request, "why")).look_at == SOON
    assert draft(Defer(request, why, "why")).look_at == SOON
    assert draft(Defer(request, why, "why", until=TOMORROW)).look_at == TOMORROW
    assert draft(Skip(Outcome.SKIPPED_NO_DATA, "why")).look_at is None


def test_what_is_drafted_says_whose_it_is_and_which_data_it_is_on() -> None:
    decision, model = draft(Start(start_request(), "why")), model_of()
    assert (decision.model, decision.revision, decision.fingerprint) == ("churn", model.revision, "f1")
    assert (decision.decided_at, decision.begun_at) == (MORNING, MORNING)
    assert decision.data_until == MORNING + model.spec.policy.same_data
    assert (decision.events, decision.force, decision.actor) == (1, False, None)


@pytest.mark.parametrize(
    ("status", "until", "look_at"),
    [
        (DecisionStatus.BEGUN, None, SOON),
        (DecisionStatus.DEFERRED, None, SOON),
        (DecisionStatus.DEFERRED, TOMORROW, TOMORROW),
        (DecisionStatus.DONE, None, None),
    ],
)
def test_what_becomes_of_it_is_looked_at_likewise_4(
    status: DecisionStatus, until: datetime | None, look_at: datetime | None
) -> None:
    waited = deferred("d1", until=after(hours=12))
    known = revised(waited, Revision(Outcome.STARTED, status, "then", until), MORNING, PATIENCE)
    assert (known.look_at, known.until, known.decided_at) == (look_at, until, MORNING)
    assert known.waited_as is waited.outcome
    assert (known.begun_at == MORNING) == (status is DecisionStatus.BEGUN)


def test_when_a_call_was_first_begun_is_kept() -> None:
    first = draft(Start(start_request(), "why"))
    again = revised(first, Revision(Outcome.STARTED, DecisionStatus.BEGUN, "then"), TOMORROW, PATIENCE)
    assert (again.begun_at, again.decided_at) == (MORNING, TOMORROW)
