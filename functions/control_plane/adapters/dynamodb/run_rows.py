"""Runs, and the data that they have claimed."""

from datetime import datetime

from control_plane.adapters.dynamodb import items, keys, slots, transactions
from control_plane.adapters.dynamodb.rows import LISTED, Rows
from control_plane.adapters.dynamodb.table import Write
from control_plane.clock import stamp
from control_plane.errors import Superseded
from control_plane.policies import Purpose
from control_plane.records import Run, StartRequest


class RunRows(Rows):
    """The part of `Ledger` about runs and their data."""

    def run(self, arn: str) -> Run | None:
        item = self._table.get(keys.run_key(arn))
        return items.run_of(item) if item else None

    def runs(self, model: str, since: datetime | None = None) -> list[Run]:
        if since is None:
            return [items.run_of(item) for item in self._history(keys.runs_of(model), newest=True)]
        found: list[Run] = []
        for page in self._table.pages("history", "history = :of", {":of": keys.runs_of(model)}, newest=True):
            found += map(items.run_of, page)
            if len(found) >= LISTED and found[-1].started_at < since:
                break
        recent = sum(run.started_at >= since for run in found)
        return found[: max(recent, LISTED)]

    def end_run(self, run: Run) -> None:
        freed = [] if run.status == "Succeeded" else self._freed_data(run, run.decision)
        try:
            self._table.write(transactions.ended_run(run), slots.freed_run(run), *freed)
        except Superseded:
            known = self.run(run.arn)
            if known is None or known.status is None:
                raise

    def data_used_by(self, model: str, purpose: Purpose, fingerprint: str, now: datetime) -> str | None:
        item = self._table.get(keys.data_key(model, purpose, fingerprint))
        return str(item["claimed_by"]) if item and str(item["data_until"]) >= stamp(now) else None

    def _freed_data(self, use: StartRequest | Run, decision_id: str) -> list[Write]:
        """Nothing, where the claim has run out and somebody else has made it since."""
        claim = self._table.get(items.data_key(use))
        return [transactions.freed_data(use, decision_id)] if claim and claim["claimed_by"] == decision_id else []
