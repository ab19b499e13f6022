"""What follows a run's end. Every sequel has an id of its own, so that a repetition finds it decided."""

from control_plane.actions import Skip
from control_plane.candidates import brought_up_to_date, candidate, recent_runs
from control_plane.dispatcher import Dispatcher, Subject
from control_plane.errors import UnreadableReport
from control_plane.outcomes import Outcome
from control_plane.policies import Policy, Purpose
from control_plane.ports import ControlPlane
from control_plane.records import Decision, Run
from control_plane.registry import Package
from control_plane.verdicts import Verdict, read_verdict
from on_pipeline_execution.decide import decide_approval, decide_next, decide_training, decide_verdict


def start_pending(ended: Run, plane: ControlPlane) -> list[Decision]:
    """The slot is free: let what waited longest for its present cause have it."""
    model = plane.ledger.model(ended.model)
    found = [plane.ledger.decision(decision_id) for decision_id in model.pending.values()]
    current = (brought_up_to_date(item, model, plane) for item in found if item)
    waiting = sorted(current, key=lambda item: item.decided_at)
    recent = recent_runs(model, plane, ended) if waiting else []
    actions = [(item, decide_next(item, ended, model, recent, plane.now())) for item in waiting]
    changed = [Dispatcher.of(plane).reconsider(item, action, model) for item, action in actions]
    return [decision for decision in changed if decision]


def act_on_verdict(evaluation: Run, plane: ControlPlane) -> Decision | None:
    """An evaluation ended: train, if the champion is degraded and the policy says so."""
    decision_id = f"{evaluation.decision}-verdict"
    asked = plane.ledger.decision(evaluation.decision)
    if asked is None or plane.ledger.decision(decision_id):
        return None
    uri = f"{asked.start.parameters['ReportUri']}/evaluation.json"
    verdict = read_verdict(plane.objects.read(uri), uri)
    model = plane.ledger.model(evaluation.model)
    subject = Subject(decision_id, evaluation.arn, model, Purpose.TRAINING, correlation_id=evaluation.root)
    judged = asked.start.parameters["ModelPackageArn"]
    action = decide_verdict(verdict, judged, model.champion, model.spec.policy) or decide_training(
        candidate(model, Purpose.TRAINING, decision_id, plane, evaluation), verdict, plane.now()
    )
    return Dispatcher.of(plane).carry_out(action, subject)


def see_to_approval(training: Run, plane: ControlPlane) -> Decision | None:
    """A training ended: approve its version, if the policy says so. Approving it makes the registry tell us so.

    What a person has decided about it stays. On record first: once it is approved, a repetition finds nothing to
    approve, and the reason would be lost.
    """
    model = plane.ledger.model(training.model)
    package = plane.registry.registered_by(training.model, training.arn)
    if package is None or package.approval_status != "PendingManualApproval":
        return None
    action = decide_approval(package, _verdict_on(package, model.spec.policy, plane), model.spec.policy)
    subject = Subject(f"{training.decision}-approval", training.arn, model, correlation_id=training.root)
    if isinstance(action, Skip):
        return Dispatcher.of(plane).carry_out(action, subject)
    decision = Dispatcher.of(plane).note(Outcome.APPROVED, action.because, subject)
    plane.registry.approve(action.package, action.because)
    return decision


def _verdict_on(package: Package, policy: Policy, plane: ControlPlane) -> Verdict | None:
    """Raises UnreadableReport where a policy, and not a person, is to rely on it."""
    uri = package.report_uri or f"report of {package.arn}"
    try:
        return read_verdict(plane.objects.read(uri) if package.report_uri else None, uri)
    except UnreadableReport:
        if policy.approval == "automatic":
            raise
        return None
