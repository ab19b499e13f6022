"""Somebody asks for a run: the same policies hold, unless it is forced."""

from datetime import datetime

from control_plane.actions import Defer, Skip, Start
from control_plane.admission import Candidate, admit
from control_plane.events import RunRequested


def decide(event: RunRequested, candidate: Candidate, now: datetime) -> Start | Defer | Skip:
    """Who asked and why is the reason on record."""
    asked = event.detail
    return admit(candidate, because=f"{asked.actor} asks: {asked.why}", now=now, force=asked.force)
