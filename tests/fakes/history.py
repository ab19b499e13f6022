"""`History` over the in-memory ledger."""

from collections.abc import Iterator
from datetime import datetime

from control_plane.records import ArrivalWindow, Decision, Deployment, Model, Run, UnreadableModel
from pointsman.rehearsal.ledger import InMemoryLedger as FakeLedger


class FakeHistory:
    """What was written is listed at once."""

    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger

    def models(self) -> Iterator[Model | UnreadableModel]:
        return iter(self._ledger.models())

    def decisions(self, model: str | None = None, *, since: datetime | None = None) -> Iterator[Decision]:
        found = self._ledger._store.rows.decisions.values()
        known = [item for item in found if model in {None, item.model} and (not since or item.decided_at >= since)]
        return iter(sorted(known, key=lambda item: item.decided_at, reverse=True))

    def runs(self, model: str | None = None, *, since: datetime | None = None) -> Iterator[Run]:
        found = self._ledger._store.rows.runs.values()
        known = [item for item in found if model in {None, item.model} and (not since or item.started_at >= since)]
        return iter(sorted(known, key=lambda item: item.started_at, reverse=True))

    def deployments(self, model: str | None = None, *, since: datetime | None = None) -> Iterator[Deployment]:
        found = self._ledger._store.rows.deployments.values()
        known = [item for item in found if model in {None, item.request.model}]
        recent = [item for item in known if not since or item.started_at >= since]
        return iter(sorted(recent, key=lambda item: item.started_at, reverse=True))

    def windows(self, model: str | None = None, *, since: datetime | None = None) -> Iterator[ArrivalWindow]:
        found = [window for window in self._ledger._store.rows.windows.values() if not window.sealed]
        known = [item for item in found if model in {None, item.model} and (not since or item.opened_at >= since)]
        return iter(sorted(known, key=lambda item: item.opened_at, reverse=True))
