"""A pipeline execution changed its status: when it has ended, record it, free the slot, and see what follows."""

from typing import Any

from control_plane.actions import RecordEnd, Skip
from control_plane.costs import cost_of
from control_plane.events import PipelineExecutionStatusChange
from control_plane.outcomes import Outcome
from control_plane.policies import Purpose
from control_plane.ports import GONE, ControlPlane, Execution
from control_plane.records import Cost, Decision, Run
from control_plane.telemetry import count_run, log_decision, log_outcome, room
from control_plane.wiring import control_plane
from on_pipeline_execution.decide import decide_end
from on_pipeline_execution.sequels import act_on_verdict, see_to_approval, start_pending


@room
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry. Returns the outcome and what followed, for whoever invokes it by hand."""
    change = PipelineExecutionStatusChange.parse(event)
    action, sequels = handle(change.detail.execution_arn, control_plane())
    for decision in sequels:
        log_decision(decision)
    return {"outcome": action.outcome, "decisions": {decision.id: decision.outcome for decision in sequels}}


def handle(execution_arn: str, plane: ControlPlane) -> tuple[RecordEnd | Skip, list[Decision]]:
    """A repetition frees nothing twice, yet does what a function that died in here left undone."""
    run = plane.ledger.run(execution_arn)
    if run is None:
        foreign = Skip(Outcome.SKIPPED_NOT_OURS, "the control plane did not start it")
        log_outcome(execution_arn, foreign)
        return foreign, []
    execution = plane.pipelines.describe(execution_arn)
    action = decide_end(run, execution)
    if isinstance(action, RecordEnd):
        run = run.model_copy(update=_end(action, execution, run, plane))
        plane.ledger.end_run(run)
        count_run(run)
    log_outcome(execution_arn, action, model=run.model, correlation_id=run.root)
    return action, follow_up(run, execution, plane) if execution.has_ended else []


def _end(action: RecordEnd, execution: Execution, run: Run, plane: ControlPlane) -> dict[str, object]:
    gone = action.status == GONE
    cost = Cost(unknown=action.failure) if gone else cost_of(plane.pipelines.jobs(run.arn), run.region)
    return {"status": action.status, "failure": action.failure, "ended_at": execution.ended_at, "cost": cost}


def follow_up(run: Run, execution: Execution, plane: ControlPlane) -> list[Decision]:
    """What waits comes before what this run gives rise to: it was there first."""
    started = start_pending(run, plane)
    if execution.status != "Succeeded":
        return started
    sequel = act_on_verdict(run, plane) if run.purpose is Purpose.EVALUATION else see_to_approval(run, plane)
    return [*started, sequel] if sequel else started
