"""Every way in which an event can end. An event that ends otherwise is in a dead-letter queue."""

from enum import StrEnum


class Outcome(StrEnum):
    """Named for people: these words are in the log and in `pointsman decisions`."""

    # Something happened.
    STARTED = "STARTED"
    DEPLOYING = "DEPLOYING"  # the endpoint was asked to serve an approved version
    ROLLING_BACK = "ROLLING_BACK"  # the endpoint was asked to serve an earlier version again
    CHAMPION_CHANGED = "CHAMPION_CHANGED"  # an approved version took the model over
    ROLLED_BACK = "ROLLED_BACK"  # an earlier version took the model over again
    DEPLOYMENT_ROLLED_BACK = "DEPLOYMENT_ROLLED_BACK"  # SageMaker put the endpoint's earlier configuration back
    SMOKE_TEST_FAILED = "SMOKE_TEST_FAILED"  # the version serves, but not its own sample; the champion is put back
    DEPLOYMENT_FAILED = "DEPLOYMENT_FAILED"  # the endpoint came to serve nothing of what was asked for
    ADOPTED = "ADOPTED"  # what an endpoint serves that others made is the champion now
    WATCHED = "WATCHED"  # the endpoint has the monitors that its model's spec asks for, with the champion's baseline
    UNWATCHED = "UNWATCHED"  # its monitors were taken away, for the spec asks for none any more
    COLLECTED = "COLLECTED"  # configurations and models of earlier deployments were deleted
    APPROVED = "APPROVED"  # by policy, with the evidence
    AWAITS_APPROVAL = "AWAITS_APPROVAL"  # a version is registered, and a person is to approve or reject it
    RECORDED = "RECORDED"  # a run's end is on record and its slot is free
    # Something will happen, unless newer data takes its place.
    HELD = "HELD"  # noted in an arrival window that hasn't closed
    DEFERRED_BUSY = "DEFERRED_BUSY"  # until the run or the deployment that the model already has ends
    DEFERRED_CAPACITY = "DEFERRED_CAPACITY"  # until SageMaker's quota allows it
    DEFERRED_BUDGET = "DEFERRED_BUDGET"  # until the model may start another run, by number or by cost
    DEFERRED_FREEZE = "DEFERRED_FREEZE"  # until the freeze ends
    DEFERRED_UNGUARDED = "DEFERRED_UNGUARDED"  # until the alarms exist that are to guard the deployment
    SKIPPED_COOLDOWN = "SKIPPED_COOLDOWN"  # until the cooldown ends; then it is looked at again
    SKIPPED_PAUSED = "SKIPPED_PAUSED"  # until somebody resumes the model; then it is looked at again
    # Nothing happens.
    REFUSED = "REFUSED"  # SageMaker will never accept the call; a person must mend the spec or the pipeline
    CHAMPION_NOT_SERVING = "CHAMPION_NOT_SERVING"  # its endpoint was changed or deleted by others, or broke
    DATA_OVERDUE = "DATA_OVERDUE"  # data that the model's spec expects has not come
    SKIPPED_ALREADY_CHAMPION = "SKIPPED_ALREADY_CHAMPION"  # the version that was approved is in use
    SKIPPED_ALREADY_DEPLOYING = "SKIPPED_ALREADY_DEPLOYING"  # the version is on its way to the endpoint
    SKIPPED_BY_POLICY = "SKIPPED_BY_POLICY"  # the model's policy answers this with nothing
    SKIPPED_DATA_ERRORS = "SKIPPED_DATA_ERRORS"  # live data is broken, not drifted; a person must mend what sends it
    SKIPPED_DUPLICATE = "SKIPPED_DUPLICATE"  # decided before
    SKIPPED_EXCLUDED = "SKIPPED_EXCLUDED"  # a folder marker, or a key that the model's `exclude` names
    SKIPPED_INSUFFICIENT_DATA = "SKIPPED_INSUFFICIENT_DATA"  # an alarm has too little data to tell
    SKIPPED_MONITOR_FAILED = "SKIPPED_MONITOR_FAILED"  # its run ended without a finding: there may be drift or none
    SKIPPED_NO_BASELINE = "SKIPPED_NO_BASELINE"  # the champion was registered without: its endpoint has no monitor
    SKIPPED_NO_CHAMPION = "SKIPPED_NO_CHAMPION"  # nothing to evaluate, or to go back to
    SKIPPED_NO_DATA = "SKIPPED_NO_DATA"  # the folder is empty, or the model has none for this purpose
    SKIPPED_NO_DRIFT = "SKIPPED_NO_DRIFT"  # a monitor ran and found nothing
    SKIPPED_NO_MODEL = "SKIPPED_NO_MODEL"  # no model claims what the event is about
    SKIPPED_NOT_ADOPTABLE = "SKIPPED_NOT_ADOPTABLE"  # the endpoint does not serve exactly one version of the model
    SKIPPED_NOT_APPROVAL = "SKIPPED_NOT_APPROVAL"  # a version's data changed, its approval didn't
    SKIPPED_NOT_DEGRADED = "SKIPPED_NOT_DEGRADED"  # the champion still meets its bar
    SKIPPED_NOT_MONITOR = "SKIPPED_NOT_MONITOR"  # a processing job that no monitoring schedule started
    SKIPPED_NOT_OURS = "SKIPPED_NOT_OURS"  # an execution that the control plane didn't start
    SKIPPED_SAME_DATA = "SKIPPED_SAME_DATA"  # a run on exactly these contents exists
    SKIPPED_STALE = "SKIPPED_STALE"  # the event is older than what AWS says now
    SKIPPED_SUPERSEDED = "SKIPPED_SUPERSEDED"  # a newer request took the place of one that waited
    SKIPPED_SUPPRESSED = "SKIPPED_SUPPRESSED"  # an alarm whose actions are held back by another alarm


_ACTIONS = {
    Outcome.SKIPPED_COOLDOWN: "Defer",
    Outcome.SKIPPED_PAUSED: "Defer",
    Outcome.DEPLOYING: "Deploy",
    Outcome.ROLLING_BACK: "Deploy",
    Outcome.CHAMPION_CHANGED: "Crown",
    Outcome.ROLLED_BACK: "Crown",
    Outcome.DEPLOYMENT_ROLLED_BACK: "Conclude",
    Outcome.DEPLOYMENT_FAILED: "Conclude",
    Outcome.CHAMPION_NOT_SERVING: "Notify",
    Outcome.SMOKE_TEST_FAILED: "Conclude",
    Outcome.DATA_OVERDUE: "Notify",
    Outcome.AWAITS_APPROVAL: "Notify",
    Outcome.REFUSED: "Refuse",
    Outcome.HELD: "Hold",
    Outcome.ADOPTED: "Adopt",
    Outcome.COLLECTED: "Collect",
    Outcome.WATCHED: "Watch",
    Outcome.UNWATCHED: "Watch",
    Outcome.APPROVED: "Approve",
    Outcome.RECORDED: "RecordEnd",
}


def action_of(outcome: Outcome, purpose: str | None = None) -> str:
    """What was done, in few words that `actions.py` has too; the outcome is the reason as well."""
    if outcome is Outcome.STARTED:
        return f"Start{(purpose or 'run').capitalize()}"
    return _ACTIONS.get(outcome, "Defer" if outcome.startswith("DEFERRED") else "Skip")
