"""What the end of a run means."""

from typing import Any

import pytest

from control_plane.actions import Approve, Defer, RecordEnd, Skip, Start
from control_plane.admission import Candidate
from control_plane.outcomes import Outcome
from control_plane.policies import Policy
from control_plane.ports import GONE, Execution
from control_plane.records import Champion, Model, Slot
from control_plane.verdicts import Verdict
from on_pipeline_execution.decide import decide_approval, decide_end, decide_next, decide_training, decide_verdict
from tests.samples import (
    MORNING,
    TRAINING,
    begun,
    champion,
    deferred,
    ended,
    evaluated_spec,
    execution_arn,
    model_of,
    package,
    package_arn,
    run_of,
    start_request,
)

RUN = run_of(begun())
GOOD = Verdict(passed=True, summary="auc 0.86 meets the bar of 0.8")
BAD = Verdict(passed=False, summary="auc 0.71 misses the bar of 0.8 by 0.09")


def policy(**changes: Any) -> Policy:
    return evaluated_spec(changes={f"policy.{name}": value for name, value in changes.items()}).policy


BY_POLICY = policy(approval="automatic")


@pytest.mark.parametrize("status", ["Succeeded", "Failed", "Stopped", GONE])
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
    assert decide_next(waiting, RUN, model_of(), [RUN], MORNING) == Start(
        start_request("f2"), f"{execution_arn()} has ended"
    )


def cooling() -> Model:
    return model_of(evaluated_spec(changes={"policy.cooldown.training": "12h"}), started={TRAINING: MORNING})


def test_what_waited_may_be_kept_by_a_policy_or_by_a_run_that_was_faster() -> None:
    waiting, cool = deferred("d2", "f2"), cooling()
    by_policy = decide_next(waiting, RUN, cool, [RUN], MORNING)
    by_run = decide_next(waiting, RUN, model_of(slot=Slot(decision="d3")), [RUN], MORNING)
    assert isinstance(by_policy, Defer)
    assert isinstance(by_run, Defer)
    assert (by_policy.outcome, by_run.outcome) == (Outcome.SKIPPED_COOLDOWN, Outcome.DEFERRED_BUSY)
    assert isinstance(decide_next(deferred(force=True), RUN, cool, [RUN], MORNING), Start)


@pytest.mark.parametrize(
    ("verdict", "on_degraded", "expected"),
    [
        (GOOD, "train", Skip(Outcome.SKIPPED_NOT_DEGRADED, GOOD.summary)),
        (GOOD, "nothing", Skip(Outcome.SKIPPED_NOT_DEGRADED, GOOD.summary)),
        (BAD, "nothing", Skip(Outcome.SKIPPED_BY_POLICY, f"{BAD.summary}; on_degraded is nothing")),
        (BAD, "train", None),
    ],
)
def test_a_degraded_champion_leads_to_what_the_policy_says(
    verdict: Verdict, on_degraded: str, expected: Skip | None
) -> None:
    assert decide_verdict(verdict, package_arn(1), champion(1), policy(on_degraded=on_degraded)) == expected


@pytest.mark.parametrize("verdict", [GOOD, BAD])
@pytest.mark.parametrize("king", [None, champion(2, earlier=(1,))])
def test_a_verdict_on_a_version_that_is_champion_no_more_leads_to_nothing(
    verdict: Verdict, king: Champion | None
) -> None:
    assert decide_verdict(verdict, package_arn(1), king, policy()) == Skip(
        Outcome.SKIPPED_STALE, f"{verdict.summary}; but {package_arn(1)} isn't the champion any more"
    )


DEGRADED = f"the champion is degraded: {BAD.summary}"


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({}, Start(start_request(), DEGRADED)),
        (
            {"data_used_by": "d7"},
            Skip(Outcome.SKIPPED_SAME_DATA, f"{DEGRADED}, but decision d7 is on exactly this data"),
        ),
        (
            {"request": None, "obstacle": Skip(Outcome.SKIPPED_NO_DATA, "the folder is empty")},
            Skip(Outcome.SKIPPED_NO_DATA, f"{DEGRADED}, but the folder is empty"),
        ),
    ],
)
def test_a_degraded_champion_is_trained_anew_on_what_there_is(known: dict[str, Any], expected: Start | Skip) -> None:
    candidate = Candidate(model_of(), TRAINING, **{"request": start_request()} | known)
    assert decide_training(candidate, BAD, MORNING) == expected


def test_a_training_that_an_evaluation_asks_for_meets_the_policies_too() -> None:
    action = decide_training(Candidate(cooling(), TRAINING, start_request()), BAD, MORNING)
    assert isinstance(action, Defer)
    assert action.outcome is Outcome.SKIPPED_COOLDOWN


def test_a_version_that_could_not_be_compared_with_the_champion_waits_for_a_person() -> None:
    alone = Verdict(passed=True, summary="auc 0.86 meets the bar of 0.8; not compared", not_compared="ReadError")
    waits = decide_approval(package(approval_status="PendingManualApproval"), alone, BY_POLICY)
    assert waits == Skip(
        Outcome.AWAITS_APPROVAL, f"{package_arn()} waits for approval: auc 0.86 meets the bar of 0.8; not compared"
    )


def test_a_version_that_met_its_bar_is_approved_with_the_evidence() -> None:
    version = package(approval_status="PendingManualApproval")
    evidence = f"approved by policy: {GOOD.summary}, in {execution_arn()}"
    assert decide_approval(version, GOOD, BY_POLICY) == Approve(package_arn(), evidence)
    waits = decide_approval(version, BAD, BY_POLICY)
    assert isinstance(waits, Skip)
    assert waits.outcome is Outcome.AWAITS_APPROVAL


@pytest.mark.parametrize(("verdict", "evidence"), [(GOOD, GOOD.summary), (None, "it was registered without a verdict")])
def test_a_person_approves_where_no_policy_does_and_hears_what_speaks_for_it(
    verdict: Verdict | None, evidence: str
) -> None:
    version = package(approval_status="PendingManualApproval")
    waits = decide_approval(version, verdict, policy(approval="manual"))
    assert waits == Skip(Outcome.AWAITS_APPROVAL, f"{package_arn()} waits for approval: {evidence}")
