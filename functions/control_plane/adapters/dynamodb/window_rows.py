"""Arrival windows."""

from datetime import datetime

from control_plane.adapters.dynamodb import items, keys, transactions
from control_plane.adapters.dynamodb.arrivals import ArrivalNote
from control_plane.adapters.dynamodb.rows import Rows
from control_plane.adapters.dynamodb.table import Delete, Put, Write
from control_plane.clock import stamp
from control_plane.errors import Superseded
from control_plane.policies import Purpose
from control_plane.records import ArrivalWindow, Route


class WindowRows(Rows):
    """The part of `Ledger` about arrivals."""

    def note_arrivals(self, route: Route, *, first_event: str, arrivals: int, complete: bool, now: datetime) -> str:
        note = ArrivalNote(route, first_event, arrivals, now)
        if complete:
            return self._noted(note.complete())
        try:
            return self._noted(note.within_quiet())
        except Superseded:  # the window's last moment comes before another quiet period would end
            return self._noted(note.at_the_last())

    def _noted(self, write: Write) -> str:
        return str(self._table.update(write)["window_id"])

    def window(self, model: str, purpose: Purpose) -> ArrivalWindow | None:
        item = self._table.get(keys.open_window_key(model, purpose))
        return items.window_of(item) if item else None

    def seal(self, window: ArrivalWindow, now: datetime) -> ArrivalWindow:
        sealed = window.model_copy(update={"sealed": True})
        self._table.write(
            Write(
                Delete(keys.window_key(window)),
                "window_id = :id AND due_at <= :now",
                {":id": window.id, ":now": stamp(now)},
                transactions.superseded,
            ),
            Write(Put(items.window_item(sealed, now))),
            transactions.arrived(sealed, now),
        )
        return sealed
