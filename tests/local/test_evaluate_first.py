"""Evaluate before you retrain: drift and data lead to a verdict, the verdict to a version, approval to a champion."""

import json
from pathlib import Path
from typing import Any

import yaml

from control_plane.records import Decision
from pipeline_defs.sample_data import diabetes_objects
from pointsman import operate
from pointsman.apply import apply
from pointsman.environment import project_root
from tests.local.instances import eventually
from tests.local.stack import LAP_SECONDS, MODEL, Stack

EVALUATION = "diabetes/evaluation/"


def test_drift_leads_to_an_evaluation_and_that_to_a_new_version(stack: Stack, tmp_path: Path) -> None:
    apply_policy(stack, tmp_path, on_data="when_degraded")
    first = crowned_first_version(stack)

    older = {f"older-{name}": body for name, body in diabetes_objects(half="older").items()}
    stack.land(older)
    waiting = outcome(stack, "SKIPPED_BY_POLICY")
    assert "trained on when the champion is degraded" in waiting.because

    stack.land(diabetes_objects(half="older"), under=EVALUATION, complete=False)
    report_drift(stack, share=0.3)
    evaluation = outcome(stack, "STARTED", purpose="evaluation")
    assert evaluation.because.startswith("data_quality drift in 30% of the features")
    assert evaluation.start.parameters["ModelPackageArn"] == first

    _, judged, trained = stack.ended(3)
    assert [judged.purpose, trained.purpose] == ["evaluation", "training"]
    assert [judged.status, trained.status] == ["Succeeded", "Succeeded"]
    retraining = next(item for item in stack.decisions() if item.run == trained.arn)
    assert "degraded: rmse" in retraining.because
    assert "misses the bar of 62" in retraining.because
    assert len(stack.packages()) == 2


def test_data_like_the_champions_own_is_not_degraded(stack: Stack) -> None:
    crowned_first_version(stack)
    stack.land(diabetes_objects(), under=EVALUATION)
    verdict = outcome(stack, "SKIPPED_NOT_DEGRADED")
    assert "rmse" in verdict.because
    assert len(stack.ended(2)) == 2
    assert len(stack.packages()) == 1


def test_a_rejected_champion_gives_way_to_the_one_before(stack: Stack) -> None:
    first = crowned_first_version(stack)
    changed = diabetes_objects()["part-00.csv"].splitlines(keepends=True)
    stack.land({"part-00.csv": b"".join(changed[:-1])})
    stack.ended(2)
    second = stack.packages()[1]
    approve(stack, second)

    stack.environment.sagemaker.update_model_package(
        ModelPackageArn=second, CustomerMetadataProperties={"reviewed": "yes"}
    )
    edit = outcome(stack, "SKIPPED_NOT_APPROVAL", naming="CustomerMetadataProperties")
    assert "CustomerMetadataProperties" in edit.because
    assert champion(stack) == second

    operate.judge(stack.environment, f"{MODEL}/2", "Rejected", "worse on Fridays")
    eventually(lambda: champion(stack) == first, within=LAP_SECONDS)
    assert outcome(stack, "ROLLED_BACK").because.startswith(f"{second} was rejected")


def test_a_busy_models_second_window_starts_after_the_first_run(stack: Stack) -> None:
    stack.land()
    eventually(lambda: stack.model.slot, within=LAP_SECONDS)
    changed = diabetes_objects()["part-00.csv"].splitlines(keepends=True)
    stack.land({"part-00.csv": b"".join(changed[:-1])})
    first, second = stack.ended(2)
    assert first.ended_at
    assert first.ended_at <= second.started_at
    waited = next(item for item in stack.decisions() if item.run == second.arn)
    assert "is under way" in waited.because
    assert waited.then


def test_a_paused_model_waits_until_it_is_resumed(stack: Stack) -> None:
    operate.pause(stack.environment, MODEL, "the label feed is broken")
    stack.land()
    paused = outcome(stack, "SKIPPED_PAUSED")
    assert "the label feed is broken" in paused.because
    operate.resume(stack.environment, MODEL)
    (run,) = stack.ended(1)
    assert run.decision == paused.id


def test_a_cooldown_is_waited_out_unless_forced(stack: Stack, tmp_path: Path) -> None:
    apply_policy(stack, tmp_path, cooldown={"training": "1h"})
    stack.land()
    stack.ended(1)
    changed = diabetes_objects()["part-00.csv"].splitlines(keepends=True)
    stack.land({"part-00.csv": b"".join(changed[:-1])})
    cooling = outcome(stack, "SKIPPED_COOLDOWN")
    assert cooling.until

    request = operate.ask_for_run(stack.environment, MODEL, "training", "the fix can't wait", force=True)
    assert request.outcome == "STARTED"
    assert request.force
    assert request.because.endswith("asks: the fix can't wait")
    stack.ended(2)


def test_without_sagemakers_events_ticks_free_the_slot(stack: Stack) -> None:
    stack.environment.client("events").disable_rule(Name="pointsman-execution-ended")
    stack.land()
    (run,) = stack.ended(1)
    assert run.status == "Succeeded"


def test_a_version_that_met_its_bar_is_approved_by_policy(stack: Stack, tmp_path: Path) -> None:
    apply_policy(stack, tmp_path, approval="automatic")
    stack.land()
    stack.ended(1)
    eventually(lambda: champion(stack), within=LAP_SECONDS)
    (arn,) = stack.packages()
    package = stack.environment.sagemaker.describe_model_package(ModelPackageName=arn)
    assert package["ModelApprovalStatus"] == "Approved"
    assert "rmse meets the bar of 62" in package["ApprovalDescription"]
    assert outcome(stack, "APPROVED").because == package["ApprovalDescription"]


def apply_policy(stack: Stack, folder: Path, **policy: Any) -> None:
    """The model with some of its policy changed."""
    spec = yaml.safe_load((project_root() / "pipeline_defs" / "models" / f"{MODEL}.yaml").read_text())
    spec["policy"] |= policy
    path = folder / f"{MODEL}.yaml"
    path.write_text(yaml.safe_dump(spec))
    changes = apply(stack.environment, [path])
    assert [change.what for change in changes if change.kind == "model"] == ["updated"]


def crowned_first_version(stack: Stack) -> str:
    stack.land()
    stack.ended(1)
    (arn,) = stack.packages()
    approve(stack, arn)
    return arn


def approve(stack: Stack, arn: str) -> None:
    operate.judge(stack.environment, arn, "Approved", "looks good")
    eventually(lambda: champion(stack) == arn, within=LAP_SECONDS)


def champion(stack: Stack) -> str | None:
    return stack.model.champion.package if stack.model.champion else None


def report_drift(stack: Stack, *, share: float) -> None:
    detail = {"model": MODEL, "kind": "data_quality", "share": share, "summary": "age moved"}
    entry = {"Source": "pointsman", "DetailType": "Drift Report", "Detail": json.dumps(detail)}
    stack.environment.client("events").put_events(Entries=[entry])


def outcome(stack: Stack, wanted: str, *, purpose: str | None = None, naming: str = "") -> Decision:
    """Wait for a decision of this outcome."""

    def look() -> list[Decision]:
        return [
            item
            for item in stack.decisions()
            if item.outcome == wanted and purpose in {None, item.purpose} and naming in item.because
        ]

    return eventually(look, within=LAP_SECONDS)[0]
