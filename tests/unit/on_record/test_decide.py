"""What people are told of, and when they were told already."""

from datetime import timedelta

import pytest

from control_plane import drafts
from control_plane.notices import HEADLINES, Notice, news_of
from control_plane.outcomes import Outcome
from control_plane.records import Decision, DecisionStatus, Run
from on_record.decide import decide
from tests.samples import MORNING, begun, deferred, ended, revised, run_of, skipped

STARTED = begun()
RUN = run_of(STARTED)


def news(outcome: Outcome = Outcome.DEPLOYMENT_FAILED) -> Decision:
    return skipped("d2", outcome=outcome, because="churn-prod is Failed")


@pytest.mark.parametrize("outcome", Outcome)
def test_an_outcome_is_told_where_it_has_a_headline(outcome: Outcome) -> None:
    """Which have one is a choice for each: whoever adds an outcome makes it in `notices.py`."""
    notice = decide(None, news(outcome))
    assert (notice is None) == (outcome not in HEADLINES)
    if notice:
        assert notice == Notice(outcome, "churn", HEADLINES[outcome], "churn-prod is Failed", "d2")
        assert 1 <= len(notice.title) <= 100
        assert notice.title.isascii()


@pytest.mark.parametrize("status", ["Succeeded", "Stopped"])
def test_of_runs_only_a_failed_one_is_told(status: str) -> None:
    assert decide(RUN, ended(RUN, status)) is None
    failed = ended(RUN, "Failed").model_copy(update={"failure": "Gate: rmse 70 misses the bar of 62"})
    notice = decide(RUN, failed)
    assert notice == Notice(
        "RUN_FAILED", "churn", "a run for training failed", "Gate: rmse 70 misses the bar of 62", STARTED.id, RUN.arn
    )
    silent = decide(RUN, ended(RUN, "Failed"))
    assert silent is not None
    assert silent.because == "SageMaker gives no reason"


def test_what_came_of_a_decision_is_where_to_look_further() -> None:
    notice = decide(None, news().model_copy(update={"run": "churn-7-config", "model": None}))
    assert notice is not None
    assert (notice.run, notice.title) == ("churn-7-config", "no model: a deployment failed")


def test_what_was_told_is_not_told_again_when_something_else_of_it_changes() -> None:
    before = news()
    assert decide(before, before.model_copy(update={"then": "a tick looked again"})) is None
    assert decide(ended(RUN, "Failed"), ended(RUN, "Failed").model_copy(update={"cost": None})) is None


def test_what_becomes_news_is_told_with_what_has_changed_since() -> None:
    waiting = deferred("d3", outcome=Outcome.DEFERRED_BUSY, because="a version was approved")
    refused = revised(waiting, DecisionStatus.DONE, Outcome.REFUSED, then="no such pipeline")
    notice = decide(waiting, refused)
    assert notice is not None
    assert notice.because == "a version was approved; no such pipeline"


def test_what_waits_is_told_once_though_it_is_taken_up_in_vain_every_minute() -> None:
    first = begun("d4", outcome=Outcome.DEPLOYING)
    told = []
    for outcome in (Outcome.DEFERRED_UNGUARDED, Outcome.DEFERRED_UNGUARDED, Outcome.DEFERRED_BUSY) * 2:
        waiting = _next(first, outcome, DecisionStatus.DEFERRED)
        again = _next(waiting, Outcome.DEPLOYING, DecisionStatus.BEGUN)
        told.append(decide(first, waiting) is not None)
        assert decide(waiting, again) is None
        first = again
    assert told == [True, False, False, True, False, False]


def _next(decision: Decision, outcome: Outcome, status: DecisionStatus) -> Decision:
    return drafts.revised(decision, drafts.Revision(outcome, status, "why"), MORNING, timedelta(minutes=1))


@pytest.mark.parametrize("record", [STARTED, RUN])
def test_most_of_what_happens_is_no_news(record: Decision | Run) -> None:
    assert news_of(record) is None
