"""What people list. No room reads it: a room's price must not grow with what lies behind it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from control_plane.records import ArrivalWindow, Decision, Deployment, Model, Run, UnreadableModel


class History(Protocol):
    """Each iterator asks for another page when the one before is used up, so a reader may stop at any place.

    Without a `model`, those of the whole fleet. What was written a moment ago may still be missing.
    """

    def models(self) -> Iterator[Model | UnreadableModel]:
        """By name."""

    def decisions(self, model: str | None = None, *, since: datetime | None = None) -> Iterator[Decision]:
        """Newest first; the fleet's include those about no model."""

    def runs(self, model: str | None = None, *, since: datetime | None = None) -> Iterator[Run]:
        """Newest first."""

    def deployments(self, model: str | None = None, *, since: datetime | None = None) -> Iterator[Deployment]:
        """Newest first."""

    def windows(self, model: str | None = None, *, since: datetime | None = None) -> Iterator[ArrivalWindow]:
        """The open ones, newest first."""
