"""A pipeline execution changed its status: when it has ended, record it, free the slot, start what waited for it."""

from typing import Any

from control_plane.actions import RecordEnd, Skip
from control_plane.dispatcher import Dispatcher
from control_plane.events import PipelineExecutionStatusChange
from control_plane.outcomes import Outcome
from control_plane.ports import ControlPlane
from control_plane.records import Decision, Run
from control_plane.telemetry import log_decision, log_outcome
from control_plane.wiring import control_plane
from on_pipeline_execution.decide import decide_end, decide_next


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry. Returns the outcome and what was started next, for whoever invokes it by hand."""
    change = PipelineExecutionStatusChange.parse(event)
    action, started = handle(change.detail.execution_arn, control_plane())
    outcome = action.outcome if isinstance(action, Skip) else Outcome.RECORDED
    log_outcome(outcome, change.detail.execution_arn, action)
    if started:
        log_decision(started)
    return {"outcome": outcome, "started": started and started.id}


def handle(execution_arn: str, plane: ControlPlane) -> tuple[RecordEnd | Skip, Decision | None]:
    """A repetition frees nothing twice, yet starts what a function that died in here left waiting."""
    run = plane.ledger.run(execution_arn)
    if run is None:
        return Skip(Outcome.SKIPPED_NOT_OURS, "the control plane did not start it"), None
    execution = plane.pipelines.describe(execution_arn)
    action = decide_end(run, execution)
    if isinstance(action, RecordEnd):
        ended = {"status": action.status, "failure": action.failure, "ended_at": execution.ended_at}
        plane.ledger.end_run(run.model_copy(update=ended))
    return action, start_next(run, plane) if execution.has_ended else None


def start_next(ended: Run, plane: ControlPlane) -> Decision | None:
    """Start the model's pending decision, if it has one."""
    model = plane.ledger.model(ended.model)
    pending_id = model.pending.get(ended.purpose)
    pending = pending_id and plane.ledger.decision(pending_id)
    if not pending:
        return None
    return Dispatcher.of(plane).take_up(pending, decide_next(pending, ended))
