"""Drift was reported: evaluate first, unless the policy says otherwise."""

from datetime import datetime

from control_plane.actions import Defer, Skip, Start
from control_plane.admission import Candidate, admit
from control_plane.events import DriftReport
from control_plane.outcomes import Outcome
from control_plane.policies import Policy, Purpose


def decide_response(event: DriftReport, policy: Policy) -> Purpose | Skip:
    """What the model's policy answers to drift of this kind and extent."""
    report = event.detail
    if not report.drifted:
        return Skip(Outcome.SKIPPED_NO_DRIFT, f"{event.source} found no {report.kind} drift")
    match policy.on_drift.response(report.kind, report.share):
        case "evaluate":
            return Purpose.EVALUATION
        case "train":
            return Purpose.TRAINING
        case "nothing":
            return Skip(Outcome.SKIPPED_BY_POLICY, f"{description(event)}; the policy answers it with nothing")


def decide(event: DriftReport, candidate: Candidate, now: datetime) -> Start | Defer | Skip:
    """The response is a run on the data that its folder holds now."""
    return admit(candidate, because=description(event), now=now)


def description(event: DriftReport) -> str:
    report = event.detail
    extent = "" if report.share is None else f" in {report.share:.0%} of the features"
    return f"{report.kind} drift{extent}" + (f": {report.summary}" if report.summary else "")
