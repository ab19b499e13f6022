"""Something looked for drift: evaluate first where it found some, unless the policy says otherwise."""

from datetime import datetime

from control_plane.actions import Defer, Skip, Start
from control_plane.admission import Candidate, admit
from control_plane.outcomes import Outcome
from control_plane.policies import OnDrift, Purpose, Response
from on_drift.findings import DriftFinding, State


def decide_response(finding: DriftFinding, policy: OnDrift) -> Purpose | Skip:
    """What the model's policy answers to drift of this kind and extent."""
    source, kind, why = finding.source, finding.kind, finding.summary
    match finding.state:
        case State.DRIFTED:
            return _answer(policy.response(kind, finding.share), finding, Outcome.SKIPPED_BY_POLICY)
        case State.DATA_ERRORS:
            return _answer(policy.data_errors, finding, Outcome.SKIPPED_DATA_ERRORS)
        case State.CLEAR:
            return Skip(Outcome.SKIPPED_NO_DRIFT, f"{source} found no {kind} drift")
        case State.TOO_LITTLE_DATA:
            return Skip(Outcome.SKIPPED_INSUFFICIENT_DATA, f"{source} can't tell whether there is {kind} drift: {why}")
        case State.SUPPRESSED:
            return Skip(Outcome.SKIPPED_SUPPRESSED, f"{source} found {kind} drift, but is suppressed: {why}")
        case State.FAILED:
            return Skip(Outcome.SKIPPED_MONITOR_FAILED, f"{source} can't tell whether there is {kind} drift: {why}")


def decide(finding: DriftFinding, candidate: Candidate, now: datetime) -> Start | Defer | Skip:
    """The response is a run on the data that its folder holds now."""
    return admit(candidate, because=description(finding), now=now)


def _answer(response: Response, finding: DriftFinding, nothing: Outcome) -> Purpose | Skip:
    match response:
        case "evaluate":
            return Purpose.EVALUATION
        case "train":
            return Purpose.TRAINING
        case "nothing":
            return Skip(nothing, f"{description(finding)}; the policy answers it with nothing")


def description(finding: DriftFinding) -> str:
    what = "data errors" if finding.state is State.DATA_ERRORS else f"{finding.kind} drift"
    extent = "" if finding.share is None else f" in {finding.share:.0%} of the features"
    return f"{what}{extent}" + (f": {finding.summary}" if finding.summary else "")
