"""Skips on record, one per folder, outcome and hour: a job that writes a million temporary files is one line."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from control_plane.actions import Skip
from control_plane.events import ObjectCreated
from control_plane.records import Decision, DecisionStatus


def tally(skips: Iterable[tuple[ObjectCreated, Skip]], now: datetime) -> list[Decision]:
    """`events` counts deliveries; `event` and `because` are those of the first."""
    records: dict[str, Decision] = {}
    for event, skip in skips:
        folder = event.folders[0] if event.folders else ""
        hour = now.strftime("%Y%m%dT%H")
        place = hashlib.sha256(f"{event.bucket}/{folder}".encode()).hexdigest()[:12]
        record_id = f"{skip.outcome.lower().replace('_', '-')}-{hour}-{place}"
        known = records.get(record_id)
        records[record_id] = (
            known.model_copy(update={"events": known.events + 1})
            if known
            else Decision(
                id=record_id,
                model=skip.model,
                event=event.identity,
                outcome=skip.outcome,
                status=DecisionStatus.DONE,
                because=skip.because,
                decided_at=now,
            )
        )
    return list(records.values())
