"""Runs of a model's monitors whose end nobody reported."""

from datetime import datetime

from control_plane.monitors import drift_decision_id
from control_plane.ports import ControlPlane
from control_plane.records import Model


def tell_of_monitor_runs(model: Model, plane: ControlPlane) -> datetime:
    """Tell `on_drift` of the runs that ended since the last look and that it decided nothing on, each in one look.

    Returns until when that was. Not until now: SageMaker's own event may be on its way.
    """
    since, until = model.heard_until or model.since, plane.now() - plane.patience
    for job_arn in _ended(model, since, until, plane):
        if plane.ledger.decision(drift_decision_id(job_arn)) is None:
            plane.events.send("Monitor Run Observed", {"ProcessingJobArn": job_arn})
    return max(since, until)


def _ended(model: Model, since: datetime, until: datetime, plane: ControlPlane) -> list[str]:
    """One request for each name that the spec has; a schedule may also be its endpoint's."""
    spec, monitors = model.spec, plane.monitors
    found = [arn for name in spec.monitor.schedules for arn in monitors.ended_of_schedule(name, since, until)]
    if spec.deployment:
        found += monitors.ended_of_endpoint(spec.deployment.endpoint, since, until)
    return list(dict.fromkeys(found))
