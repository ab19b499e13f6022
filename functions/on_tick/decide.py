"""What the passing of time asks for: windows that close, and starts that waited."""

from collections.abc import Sequence
from datetime import datetime

from control_plane.actions import Defer, Skip, Start
from control_plane.admission import Candidate, admit, admit_request
from control_plane.records import Decision, Model, Run


def decide_window(candidate: Candidate, now: datetime) -> Start | Defer | Skip:
    """A window closed: run on what its folder holds now, unless that is nothing or was run on before."""
    return admit(candidate, because=candidate.data, now=now)


def decide_deferred(decision: Decision, model: Model, recent: Sequence[Run], now: datetime) -> Start | Defer:
    """What kept a start waiting may have ended, or something else may keep it now."""
    return admit_request(decision.start, model, recent, because="looked at again", now=now, force=decision.force)
