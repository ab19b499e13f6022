"""How arrivals change their window: whichever comes first of the manifest, the quiet period and the last moment."""

from dataclasses import dataclass
from datetime import datetime

from control_plane.adapters.dynamodb import keys
from control_plane.adapters.dynamodb.table import Update, Write
from control_plane.adapters.dynamodb.transactions import superseded
from control_plane.clock import stamp
from control_plane.records import Route

_OPEN = (
    "SET window_id = if_not_exists(window_id, :id), opened_at = if_not_exists(opened_at, :now), "
    "first_event = if_not_exists(first_event, :event), model = :model, purpose = :purpose, due_shard = :due_shard, "
    "timeline = :timeline, history_rank = if_not_exists(history_rank, :now), "
)


@dataclass(frozen=True, slots=True)
class ArrivalNote:
    """Some objects landed for a route. Each method is one write of the route's open window, which it may create."""

    route: Route
    first_event: str
    arrivals: int
    now: datetime

    def within_quiet(self) -> Write:
        """Move the window's end to a quiet period from now. Conflicts where its last moment comes before that."""
        last = self.now + self.route.source.close.at_most
        quiet = min(self.now + self.route.source.close.quiet, last)
        return self._write(
            "closes_by = if_not_exists(closes_by, :last), due_at = :quiet",
            {":last": stamp(last), ":quiet": stamp(quiet)},
            condition="attribute_not_exists(closes_by) OR closes_by >= :quiet",
        )

    def at_the_last(self) -> Write:
        """Leave the window's end at its last moment, or, where it has closed meanwhile, open a new one until now."""
        last = stamp(self.now + self.route.source.close.at_most)
        end = "if_not_exists(closes_by, :last)"
        return self._write(f"closes_by = {end}, due_at = {end}", {":last": last})

    def complete(self) -> Write:
        """The manifest is here: the window is due at once, and later arrivals can't move that."""
        return self._write("closes_by = :now, due_at = :now", {})

    def _write(self, end: str, values: dict[str, str], condition: str | None = None) -> Write:
        route = self.route
        pk = keys.open_window_key(route.model, route.purpose)
        known: dict[str, str | int] = {
            ":id": f"{route.model}-{route.purpose}-{self.now:%Y%m%dT%H%M%S}{self.now.microsecond:06d}Z",
            ":now": stamp(self.now),
            ":event": self.first_event,
            ":model": route.model,
            ":purpose": route.purpose,
            ":due_shard": keys.due_shard(pk),
            ":timeline": keys.WINDOWS,
            ":arrivals": self.arrivals,
        }
        return Write(Update(pk, f"{_OPEN}{end} ADD arrivals :arrivals"), condition, known | values, superseded)
