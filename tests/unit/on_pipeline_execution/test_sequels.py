"""What follows the end of a run: what waited, the verdict's training, the version's approval; each once, in order."""

from typing import Any

import pytest

from control_plane.costs import JobUse
from control_plane.errors import UnreadableReport
from control_plane.outcomes import Outcome
from control_plane.ports import GONE
from control_plane.records import Decision
from on_pipeline_execution import handler as room
from tests.fakes import FakeControlPlane
from tests.samples import EVALUATION, TRAINING, evaluated_spec
from tests.unit.world import (
    MOMENT,
    ask,
    decide_approval,
    drift,
    end,
    judged_plane,
    pending_of,
    put,
    report,
    slot_of,
    write_verdict,
)


def plane_with(**policy: Any) -> FakeControlPlane:
    """A model with a champion, data for both purposes and this policy."""
    plane = judged_plane(evaluated_spec(changes={f"policy.{name}": value for name, value in policy.items()}))
    put(plane.objects, "churn/training/a.csv", "churn/evaluation/b.csv")
    return plane


def evaluated(plane: FakeControlPlane, *, passed: bool) -> Decision:
    """Drift has led to an evaluation, which has come to its verdict."""
    evaluation = drift(plane)
    assert evaluation.outcome is Outcome.STARTED
    report(plane, evaluation, passed=passed)
    plane.pipelines.end(str(evaluation.run))
    return evaluation


def follow(plane: FakeControlPlane, decision: Decision) -> list[Decision]:
    return room.handle(str(decision.run), plane)[1]


def test_a_champion_that_is_degraded_is_trained_anew_and_the_reason_is_the_verdict() -> None:
    plane = plane_with()
    evaluation = evaluated(plane, passed=False)
    (training,) = follow(plane, evaluation)
    assert (training.id, training.outcome, training.purpose) == (f"{evaluation.id}-verdict", Outcome.STARTED, TRAINING)
    assert training.because == "the champion is degraded: auc 0.71 misses the bar of 0.8 by 0.09"
    assert training.event == evaluation.run
    assert [execution.request.purpose for execution in plane.pipelines.started] == [EVALUATION, TRAINING]


@pytest.mark.parametrize(
    ("passed", "policy", "outcome", "reason"),
    [
        (True, {}, Outcome.SKIPPED_NOT_DEGRADED, "auc 0.86 meets the bar of 0.8"),
        (False, {"on_degraded": "nothing"}, Outcome.SKIPPED_BY_POLICY, "on_degraded is nothing"),
    ],
)
def test_other_verdicts_are_on_record_and_train_nothing(
    policy: dict[str, Any], outcome: Outcome, reason: str, *, passed: bool
) -> None:
    plane = plane_with(**policy)
    (decision,) = follow(plane, evaluated(plane, passed=passed))
    assert (decision.outcome, decision.purpose) == (outcome, TRAINING)
    assert reason in decision.because
    assert len(plane.pipelines.started) == 1
    assert slot_of(plane) is None


def test_a_degraded_champion_is_not_trained_on_the_data_that_made_it() -> None:
    plane = plane_with()
    end(plane, str(ask(plane).run))
    (decision,) = follow(plane, evaluated(plane, passed=False))
    assert decision.outcome is Outcome.SKIPPED_SAME_DATA


def test_a_degraded_champions_training_meets_the_policies() -> None:
    plane = plane_with(**{"budget.runs_per_day": 1})
    (decision,) = follow(plane, evaluated(plane, passed=False))
    assert decision.outcome is Outcome.DEFERRED_BUDGET
    assert pending_of(plane) == decision.id


def test_the_run_whose_end_lets_the_next_one_start_counts_though_the_index_is_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plane = plane_with(**{"budget.cost_per_month": 1})
    evaluation = str(ask(plane, purpose="evaluation").run)
    behind = plane.ledger.runs("churn")
    monkeypatch.setattr(plane.ledger, "runs", lambda *_, **__: behind)
    waiting = ask(plane, "e2")
    assert waiting.outcome is Outcome.DEFERRED_BUSY
    plane.pipelines.end(evaluation, "Failed", jobs=[JobUse("Judge", "ml.m5.xlarge", 1, 4 * 3600)])
    (decision,) = room.handle(evaluation, plane)[1]
    assert (decision.id, decision.outcome) == (waiting.id, Outcome.DEFERRED_BUDGET)
    assert "the runs of 2026-11 cost 1.03 USD" in str(decision.then)


def test_the_evaluation_counts_whose_verdict_asks_for_a_training(monkeypatch: pytest.MonkeyPatch) -> None:
    plane = plane_with(**{"budget.cost_per_month": 1})
    evaluation = evaluated(plane, passed=False)
    plane.pipelines.end(str(evaluation.run), jobs=[JobUse("Judge", "ml.m5.xlarge", 1, 4 * 3600)])
    behind = plane.ledger.runs("churn")
    monkeypatch.setattr(plane.ledger, "runs", lambda *_, **__: behind)
    (decision,) = follow(plane, evaluation)
    assert decision.outcome is Outcome.DEFERRED_BUDGET


def test_a_verdict_on_a_version_that_is_champion_no_more_trains_nothing() -> None:
    plane = plane_with()
    evaluation = evaluated(plane, passed=False)
    decide_approval(plane, plane.registry.register("churn").arn)
    (decision,) = follow(plane, evaluation)
    assert decision.outcome is Outcome.SKIPPED_STALE


def test_a_verdict_counts_once_1() -> None:
    plane = plane_with()
    evaluation = evaluated(plane, passed=False)
    assert len(follow(plane, evaluation)) == 1
    assert follow(plane, evaluation) == []
    assert len(plane.pipelines.started) == 2


def test_an_evaluation_without_a_report_fails_loudly_after_the_slot_is_free_2() -> None:
    plane = plane_with()
    evaluation = drift(plane)
    plane.wait(MOMENT)
    waiting = ask(plane)
    plane.pipelines.end(str(evaluation.run))
    with pytest.raises(UnreadableReport, match=r"evaluations/churn/drift-e1/evaluation\.json"):
        follow(plane, evaluation)
    slot = slot_of(plane)
    assert slot is not None
    assert slot.decision == waiting.id
    with pytest.raises(UnreadableReport):
        follow(plane, evaluation)


@pytest.mark.parametrize("status", ["Failed", "Stopped", GONE])
def test_an_evaluation_that_did_not_succeed_has_no_verdict(status: str) -> None:
    plane = plane_with()
    evaluation = drift(plane)
    if status == GONE:
        plane.pipelines.delete(str(evaluation.run))
    else:
        plane.pipelines.end(str(evaluation.run), status)
    assert follow(plane, evaluation) == []
    run = plane.ledger.run(str(evaluation.run))
    assert run is not None
    assert (run.status, slot_of(plane)) == (status, None)
    assert drift(plane, "e2").outcome is Outcome.STARTED, "its data is free"


def trained(
    plane: FakeControlPlane,
    status: str = "Succeeded",
    *,
    registers: bool = True,
    passed: bool = True,
    reports: bool = True,
) -> Decision:
    training = ask(plane)
    if registers:
        version = plane.registry.register("churn", generated_by=training.run)
        if reports:
            write_verdict(plane, str(version.report_uri), passed=passed)
    plane.pipelines.end(str(training.run), status)
    return training


def test_a_version_that_met_its_bar_is_approved_by_policy_with_the_evidence() -> None:
    plane = plane_with(approval="automatic")
    training = trained(plane)
    (decision,) = follow(plane, training)
    version = list(plane.registry.packages.values())[-1]
    assert (decision.id, decision.outcome) == (f"{training.id}-approval", Outcome.APPROVED)
    assert version.approval_status == "Approved"
    assert plane.registry.approval_descriptions == {version.arn: decision.because}
    assert decision.because == f"approved by policy: auc 0.86 meets the bar of 0.8, in {training.run}"


def test_a_version_below_its_bar_waits_for_a_person_whoever_registered_it() -> None:
    plane = plane_with(approval="automatic")
    (decision,) = follow(plane, trained(plane, passed=False))
    assert decision.outcome is Outcome.AWAITS_APPROVAL
    assert decision.because.endswith("waits for approval: auc 0.71 misses the bar of 0.8 by 0.09")
    assert plane.registry.approval_descriptions == {}


@pytest.mark.parametrize(
    ("reports", "evidence"),
    [(True, "auc 0.86 meets the bar of 0.8"), (False, "it was registered without a verdict")],
)
def test_a_version_that_a_person_is_to_approve_waits_with_what_speaks_for_it(evidence: str, *, reports: bool) -> None:
    plane = plane_with()
    training = trained(plane, reports=reports)
    (decision,) = follow(plane, training)
    assert (decision.id, decision.outcome) == (f"{training.id}-approval", Outcome.AWAITS_APPROVAL)
    assert decision.because.endswith(f"waits for approval: {evidence}")
    assert plane.registry.approval_descriptions == {}


def test_a_policy_relies_on_no_verdict_that_is_not_there() -> None:
    plane = plane_with(approval="automatic")
    training = trained(plane, reports=False)
    with pytest.raises(UnreadableReport):
        follow(plane, training)


def test_an_approval_happens_once_and_a_persons_word_stands_1() -> None:
    plane = plane_with(approval="automatic")
    training = trained(plane)
    follow(plane, training)
    version = list(plane.registry.packages)[-1]
    plane.registry.set_approval(version, "Rejected")
    assert follow(plane, training) == []
    assert plane.registry.describe(version).approval_status == "Rejected"


def test_an_approval_is_on_record_even_if_the_function_dies_at_it_3(monkeypatch: pytest.MonkeyPatch) -> None:
    plane = plane_with(approval="automatic")
    training = trained(plane)
    approve = plane.registry.approve

    def approve_and_die(arn: str, why: str) -> None:
        approve(arn, why)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(plane.registry, "approve", approve_and_die)
        with pytest.raises(KeyboardInterrupt):
            follow(plane, training)
    assert follow(plane, training) == []
    decision = plane.ledger.decision(f"{training.id}-approval")
    assert decision is not None
    assert decision.outcome is Outcome.APPROVED


@pytest.mark.parametrize(
    ("approval", "status", "registers"),
    [("manual", "Succeeded", False), ("automatic", "Failed", True), ("automatic", "Succeeded", False)],
)
def test_nothing_else_is_approved(approval: str, status: str, *, registers: bool) -> None:
    plane = plane_with(approval=approval)
    assert follow(plane, trained(plane, status, registers=registers)) == []
    assert plane.registry.approval_descriptions == {}


def test_of_two_that_wait_the_one_that_was_decided_first_starts_and_the_other_waits_on_4() -> None:
    plane = plane_with()
    first = ask(plane, "e1")
    plane.wait(MOMENT)
    evaluation = drift(plane, "e2")
    plane.wait(MOMENT)
    put(plane.objects, "churn/training/c.csv")
    training = ask(plane, "e3")
    assert {item.outcome for item in (evaluation, training)} == {Outcome.DEFERRED_BUSY}
    assert [item.id for item in end(plane, str(first.run))] == [evaluation.id]
    report(plane, evaluation, passed=True)
    (taken_up, verdict) = end(plane, plane.pipelines.running[0])
    assert (taken_up.id, taken_up.outcome) == (training.id, Outcome.STARTED)
    assert verdict.outcome is Outcome.SKIPPED_NOT_DEGRADED


def test_what_waited_comes_before_what_the_verdict_asks_for_and_newer_data_takes_its_place() -> None:
    plane = plane_with()
    evaluation = drift(plane, "e1")
    plane.wait(MOMENT)
    waiting = ask(plane, "e2")
    plane.wait(MOMENT)
    report(plane, evaluation, passed=False)
    (taken_up, verdict) = end(plane, str(evaluation.run))
    assert (taken_up.id, taken_up.outcome) == (waiting.id, Outcome.STARTED)
    assert verdict.outcome is Outcome.SKIPPED_SAME_DATA


def test_what_a_policy_keeps_waiting_says_so_when_the_run_ends() -> None:
    plane = plane_with(**{"cooldown.training": "12h"})
    first = ask(plane, "e1")
    put(plane.objects, "churn/training/c.csv")
    plane.wait(MOMENT)
    evaluation = drift(plane, "e2")
    waiting = ask(plane, "e3", force=False)
    assert (evaluation.outcome, waiting.outcome) == (Outcome.DEFERRED_BUSY, Outcome.SKIPPED_COOLDOWN)
    taken_up = end(plane, str(first.run))
    assert [item.id for item in taken_up] == [evaluation.id], "the cooldown was on record already"
    assert pending_of(plane) == waiting.id
