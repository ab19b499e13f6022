"""Evaluate before you retrain: drift and data lead to a verdict, the verdict to a version, approval to a champion."""

from datetime import UTC, datetime, timedelta

from pipeline_defs.sample_data import diabetes_objects
from pointsman import operate
from tests.local.instances import eventually
from tests.local.stack import LAP_SECONDS, MODEL, Stack

EVALUATION = "diabetes/evaluation/"


def test_drift_leads_to_an_evaluation_and_that_to_a_new_version_6(told: Stack) -> None:
    told.apply(policy__on_data="when_degraded")
    first = crowned_first_version(told)

    older = {f"older-{name}": body for name, body in diabetes_objects(half="older").items()}
    told.land(older)
    waiting = told.outcome("SKIPPED_BY_POLICY")
    assert "trained on when the champion is degraded" in waiting.because

    told.land(diabetes_objects(half="older"), under=EVALUATION, complete=False)
    told.send("Drift Report", kind="data_quality", share=0.3, summary="age moved")
    evaluation = told.outcome("STARTED", purpose="evaluation")
    assert evaluation.because.startswith("data_quality drift in 30% of the features")
    assert evaluation.start.parameters["ModelPackageArn"] == first

    _, judged, trained = told.ended(3)
    assert [judged.purpose, trained.purpose] == ["evaluation", "training"]
    assert [judged.status, trained.status] == ["Succeeded", "Succeeded"]
    retraining = next(item for item in told.decisions() if item.run == trained.arn)
    assert "degraded: rmse" in retraining.because
    assert "misses the bar of 62" in retraining.because
    assert len(told.packages()) == 2


def test_an_edit_is_no_approval_and_data_like_the_champions_own_no_degradation(stack: Stack) -> None:
    first = crowned_first_version(stack)
    sagemaker = stack.environment.sagemaker
    sagemaker.update_model_package(ModelPackageArn=first, CustomerMetadataProperties={"reviewed": "yes"})
    edit = stack.outcome("SKIPPED_NOT_APPROVAL", naming="CustomerMetadataProperties")
    assert "CustomerMetadataProperties" in edit.because
    assert stack.champion() == first
    stack.land(diabetes_objects(), under=EVALUATION)
    verdict = stack.outcome("SKIPPED_NOT_DEGRADED")
    assert "rmse" in verdict.because
    assert len(stack.ended(2)) == 2
    assert len(stack.packages()) == 1


def test_a_rejected_champion_gives_way_to_the_one_before_6(told: Stack) -> None:
    told.apply(policy__metric__tolerance=5.0)  # the second version is about as good as the first
    first = crowned_first_version(told)
    told.land(changed(1))
    told.ended(2)
    second = told.packages()[1]
    told.crown(second)

    operate.judge(told.environment, f"{MODEL}/2", "Rejected", "worse on Fridays")
    eventually(lambda: told.champion() == first, within=LAP_SECONDS)
    assert told.outcome("ROLLED_BACK").because.startswith(f"{second} was rejected")


def test_a_busy_models_second_window_starts_after_the_first_run_6(told: Stack) -> None:
    told.land()
    eventually(lambda: told.model.slot, within=LAP_SECONDS)
    told.land(changed(1))
    first, second = told.ended(2)
    assert first.ended_at
    assert first.ended_at <= second.started_at
    waited = next(item for item in told.decisions() if item.run == second.arn)
    assert "is under way" in waited.because
    assert waited.then


def test_a_paused_model_waits_until_it_is_resumed(stack: Stack) -> None:
    operate.pause(stack.environment, MODEL, "the label feed is broken")
    stack.land()
    paused = stack.outcome("SKIPPED_PAUSED")
    assert "the label feed is broken" in paused.because
    operate.resume(stack.environment, MODEL)
    (run,) = stack.ended(1)
    assert run.decision == paused.id


def test_policies_hold_a_start_until_their_cause_ends(stack: Stack) -> None:
    """Freeze, budget and cooldown, one after the other, each with its own data."""
    today = datetime.now(UTC)
    days = [f"{today + timedelta(days=ahead):%a} 00:00" for ahead in (-1, 2)]
    stack.apply(policy__freeze=[{"since": days[0], "until": days[1]}])
    stack.land()
    frozen = stack.outcome("DEFERRED_FREEZE")
    assert "starts are frozen until" in frozen.because
    stack.apply(policy__budget={"runs_per_day": 1})
    (first,) = stack.ended(1)
    assert first.decision == frozen.id

    stack.land(changed(1))
    spent = stack.outcome("DEFERRED_BUDGET")
    assert "the budget of 1 runs a day is used up" in spent.because
    stack.apply(policy__cooldown={"training": "30s"})
    _, second = stack.ended(2)
    assert second.decision == spent.id

    stack.land(changed(2))
    cooling = stack.outcome("SKIPPED_COOLDOWN")
    assert cooling.until
    *_, third = stack.ended(3)
    assert third.decision == cooling.id
    assert third.started_at >= cooling.until


def test_a_cooldown_gives_way_to_force(stack: Stack) -> None:
    stack.apply(policy__cooldown={"training": "1h"})
    stack.land()
    stack.ended(1)
    stack.land(changed(1))
    stack.outcome("SKIPPED_COOLDOWN")
    request = operate.ask_for_run(stack.environment, MODEL, "training", "the fix can't wait", force=True)
    assert request.outcome == "STARTED"
    assert request.force
    assert request.because.endswith("asks: the fix can't wait")
    stack.ended(2)


def test_two_models_at_once_each_have_their_own_run_6(told: Stack) -> None:
    told.apply("second")
    told.land()
    told.land(under="second/training/")
    for model in (MODEL, "second"):
        (run,) = told.ended(1, model)
        assert (run.model, run.status) == (model, "Succeeded")
        assert [arn.rpartition("/")[2] for arn in told.packages(model)] == ["1"]
    assert told.executions() == 2


def test_a_version_that_met_its_bar_is_approved_by_policy(stack: Stack) -> None:
    stack.apply(policy__approval="automatic")
    stack.land()
    stack.ended(1)
    eventually(stack.champion, within=LAP_SECONDS)
    (arn,) = stack.packages()
    package = stack.environment.sagemaker.describe_model_package(ModelPackageName=arn)
    assert package["ModelApprovalStatus"] == "Approved"
    assert "meets the bar of 62 by" in package["ApprovalDescription"]
    assert stack.outcome("APPROVED").because == package["ApprovalDescription"]


def changed(rows: int) -> dict[str, bytes]:
    """New contents: the first file without its last rows."""
    lines = diabetes_objects()["part-00.csv"].splitlines(keepends=True)
    return {"part-00.csv": b"".join(lines[:-rows])}


def crowned_first_version(stack: Stack) -> str:
    stack.land()
    stack.ended(1)
    (arn,) = stack.packages()
    stack.crown(arn)
    return arn
