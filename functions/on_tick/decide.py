"""What the passing of time asks for: windows that close, and starts that waited."""

from collections.abc import Sequence
from datetime import datetime

from control_plane.actions import Defer, Deploy, Skip, Start
from control_plane.admission import Candidate, admit, admit_waiting_run
from control_plane.deployments import admit_waiting
from control_plane.outcomes import Outcome
from control_plane.policies import Purpose
from control_plane.records import Decision, DeployRequest, Model, Run, StartRequest


def decide_window(candidate: Candidate, now: datetime) -> Start | Defer | Skip:
    """A window closed: run on what its folder holds now, unless that is nothing or was run on before."""
    model = candidate.model
    waits = candidate.purpose is Purpose.TRAINING and model.spec.policy.on_data == "when_degraded"
    if waits and model.champion and candidate.request:
        return Skip(Outcome.SKIPPED_BY_POLICY, f"{candidate.data}, to be trained on when the champion is degraded")
    return admit(candidate, because=candidate.data, now=now)


def decide_deferred(
    decision: Decision, model: Model, recent: Sequence[Run], now: datetime
) -> Start | Deploy | Defer | Skip:
    """What kept it waiting may have ended, or something else may keep it now."""
    because, force = "looked at again", decision.force
    match decision.asked:
        case StartRequest() as run:
            return admit_waiting_run(run, model, recent, because=because, now=now, force=force)
        case DeployRequest() as deployment:
            return admit_waiting(deployment, model, because=because, now=now, force=force)
