"""`Ledger` in memory: the conditions of the DynamoDB adapter, checked and written under one lock."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from control_plane.errors import AlreadyDecided, DataAlreadyUsed, FolderTaken, SlotTaken, Superseded, UnknownModel
from control_plane.models import ModelSpec
from control_plane.outcomes import Outcome
from control_plane.policies import Purpose
from control_plane.records import (
    ArrivalWindow,
    Champion,
    Decision,
    DecisionStatus,
    Due,
    Model,
    Paused,
    Route,
    Run,
    Slot,
)
from tests.fakes.rows import Claim, Store, due_key, require, window_place

PATIENCE = timedelta(minutes=1)
LISTED = 100


class FakeLedger:
    """Reads see every finished write, as DynamoDB's consistent reads do."""

    def __init__(self) -> None:
        self._store = Store()

    def apply(self, spec: ModelSpec) -> None:
        with self._store.transaction() as rows:
            for folder in [folder for folder, route in rows.routes.items() if route.model == spec.model]:
                del rows.routes[folder]
            for purpose, source in spec.data.sources.items():
                folder = (spec.data.bucket, source.prefix)
                require(folder not in rows.routes, FolderTaken(f"{folder} already feeds a model"))
                rows.routes[folder] = Route(
                    model=spec.model,
                    purpose=purpose,
                    bucket=spec.data.bucket,
                    source=source,
                    exclude=spec.data.exclude,
                )
            rows.specs[spec.model] = spec

    def model(self, name: str) -> Model:
        rows = self._store.rows
        if name not in rows.specs:
            raise UnknownModel(name)
        pending = {purpose: rows.pending[name, purpose] for purpose in Purpose if (name, purpose) in rows.pending}
        spec = rows.specs[name]
        return Model(
            spec=spec,
            revision=spec.revision,
            slot=rows.slots.get(name),
            pending=pending,
            champion=rows.champions.get(name),
            paused=rows.paused.get(name),
        )

    def models(self) -> list[Model]:
        return [self.model(name) for name in sorted(self._store.rows.specs)]

    def pause(self, model: str, paused: Paused) -> None:
        with self._store.transaction() as rows:
            require(model in rows.specs, UnknownModel(model))
            rows.paused[model] = paused

    def resume(self, model: str) -> None:
        with self._store.transaction() as rows:
            require(model in rows.specs, UnknownModel(model))
            rows.paused.pop(model, None)

    def crown(self, decision: Decision, champion: Champion, *, instead_of: str | None) -> None:
        model = str(decision.model)
        with self._store.transaction() as rows:
            self._add(decision)
            before = rows.champions.get(model)
            require(model in rows.specs, Superseded(model))
            require((before.package if before else None) == instead_of, Superseded(model))
            rows.champions[model] = champion

    def routes(self, bucket: str, folders: Collection[str]) -> Mapping[str, Route]:
        rows = self._store.rows
        return {folder: rows.routes[bucket, folder] for folder in folders if (bucket, folder) in rows.routes}

    def note_arrivals(self, route: Route, *, first_event: str, arrivals: int, complete: bool, now: datetime) -> str:
        place = ("window", route.model, route.purpose)
        with self._store.transaction() as rows:
            window = rows.windows.get(place) or ArrivalWindow(
                id=f"{route.model}-{route.purpose}-{now:%Y%m%dT%H%M%S%f}Z",
                model=route.model,
                purpose=route.purpose,
                opened_at=now,
                closes_by=now + route.source.close.at_most,
                first_event=first_event,
                arrivals=0,
                sealed=False,
            )
            closes_by = now if complete else window.closes_by
            changes = {"arrivals": window.arrivals + arrivals, "closes_by": closes_by}
            rows.windows[place] = window.model_copy(update=changes)
            rows.due[place] = min(now + route.source.close.quiet, closes_by)
            return window.id

    def window(self, model: str, purpose: Purpose) -> ArrivalWindow | None:
        return self._store.rows.windows.get(("window", model, purpose))

    def seal(self, window: ArrivalWindow, now: datetime) -> ArrivalWindow:
        sealed, place = window.model_copy(update={"sealed": True}), window_place(window)
        with self._store.transaction() as rows:
            found = rows.windows.pop(place, None)
            require(found is not None and found.id == window.id and rows.due[place] <= now, Superseded(window.id))
            del rows.due[place]
            rows.windows[window_place(sealed)] = sealed
            rows.due[window_place(sealed)] = now
        return sealed

    def decision(self, decision_id: str) -> Decision | None:
        return self._store.rows.decisions.get(decision_id)

    def decisions(self, model: str | None) -> list[Decision]:
        found = [decision for decision in self._store.rows.decisions.values() if decision.model == model]
        return sorted(found, key=lambda decision: decision.decided_at, reverse=True)[:LISTED]

    def tally(self, decision: Decision) -> None:
        with self._store.transaction() as rows:
            known = rows.decisions.get(decision.id)
            counted = known.model_copy(update={"events": known.events + decision.events}) if known else decision
            rows.decisions[decision.id] = counted

    def data_used_by(self, model: str, purpose: Purpose, fingerprint: str, now: datetime) -> str | None:
        claim = self._store.rows.claims.get((model, purpose, fingerprint))
        return claim.decision if claim and claim.until >= now else None

    def begin(self, decision: Decision, window: ArrivalWindow | None) -> None:
        with self._store.transaction() as rows:
            self._add(decision)
            self._take_slot(decision)
            self._claim(decision)
            replaced = rows.pending.pop((decision.start.model, decision.start.purpose), None)
            if replaced:
                self._supersede(rows.decisions[replaced], decision.id)
            rows.consume(window)

    def defer(self, decision: Decision, window: ArrivalWindow | None) -> None:
        request = decision.start
        with self._store.transaction() as rows:
            self._add(decision)
            self._claim(decision)
            replaced = rows.pending.get((request.model, request.purpose))
            if replaced:
                self._supersede(rows.decisions[replaced], decision.id)
            rows.pending[request.model, request.purpose] = decision.id
            rows.consume(window)

    def settle(self, decision: Decision, window: ArrivalWindow | None) -> None:
        with self._store.transaction() as rows:
            self._add(decision)
            rows.consume(window)

    def keep_waiting(self, decision: Decision) -> None:
        with self._store.transaction():
            self._revise(decision, was=DecisionStatus.DEFERRED)

    def take_up(self, decision: Decision) -> None:
        request = decision.start
        with self._store.transaction() as rows:
            known = rows.decisions[decision.id]
            require(known.status is DecisionStatus.DEFERRED, AlreadyDecided(known))
            waits = rows.pending.pop((request.model, request.purpose), None)
            require(waits == decision.id, SlotTaken(request.model))
            self._take_slot(decision)
            self._put(decision)

    def complete(self, decision: Decision, run: Run) -> None:
        with self._store.transaction() as rows:
            if run.arn in rows.runs:
                return
            self._revise(decision)
            rows.runs[run.arn] = run
            rows.due["run", run.arn] = run.started_at + PATIENCE
            rows.slots[run.model] = Slot(decision=decision.id, run=run.arn)

    def postpone(self, decision: Decision) -> Decision:
        request = decision.start
        with self._store.transaction() as rows:
            newer = rows.pending.get((request.model, request.purpose))
            if newer:
                self._supersede(decision, newer, was=DecisionStatus.BEGUN)
            else:
                self._revise(decision)
                rows.pending[request.model, request.purpose] = decision.id
            del rows.slots[request.model]
            return rows.decisions[decision.id]

    def refuse(self, decision: Decision) -> None:
        with self._store.transaction() as rows:
            self._revise(decision)
            del rows.slots[decision.start.model]
            rows.free_data(decision.start, decision.id)

    def run(self, arn: str) -> Run | None:
        return self._store.rows.runs.get(arn)

    def runs(self, model: str) -> list[Run]:
        found = [run for run in self._store.rows.runs.values() if run.model == model]
        return sorted(found, key=lambda run: run.started_at, reverse=True)[:LISTED]

    def end_run(self, run: Run) -> None:
        with self._store.transaction() as rows:
            if rows.runs[run.arn].status:
                return
            slot = rows.slots.pop(run.model, None)
            require(slot is not None and slot.decision == run.decision, Superseded(run.arn))
            rows.runs[run.arn] = run
            del rows.due["run", run.arn]
            if run.status != "Succeeded":
                rows.free_data(run, run.decision)

    def due(self, now: datetime) -> list[Due]:
        return self._store.rows.due_by(now)

    def look_again(self, item: Due, at: datetime) -> None:
        with suppress(Superseded), self._store.transaction() as rows:
            place = due_key(item)
            require(place in rows.due, Superseded(str(place)))
            if isinstance(item, ArrivalWindow):
                require(rows.windows[place].id == item.id, Superseded(item.id))
            rows.due[place] = at

    # -- parts of transactions --

    def _add(self, decision: Decision) -> None:
        known = self._store.rows.decisions.get(decision.id)
        if known:
            raise AlreadyDecided(known)
        self._put(decision)

    def _put(self, decision: Decision) -> None:
        rows = self._store.rows
        rows.decisions[decision.id] = decision
        rows.due.pop(("decision", decision.id), None)
        if decision.status is not DecisionStatus.DONE:
            rows.due["decision", decision.id] = decision.until or decision.decided_at + PATIENCE

    def _take_slot(self, decision: Decision) -> None:
        rows, model = self._store.rows, decision.start.model
        require(model in rows.specs and model not in rows.slots, SlotTaken(model))
        rows.slots[model] = Slot(decision=decision.id)

    def _claim(self, decision: Decision) -> None:
        rows, request = self._store.rows, decision.start
        place = (request.model, request.purpose, request.fingerprint)
        claim = rows.claims.get(place)
        if claim and claim.until >= decision.decided_at and not decision.force:
            raise DataAlreadyUsed(claim.decision)
        rows.claims[place] = Claim(decision.id, decision.data_until or decision.decided_at)

    def _revise(self, decision: Decision, was: DecisionStatus = DecisionStatus.BEGUN) -> None:
        known = self._store.rows.decisions.get(decision.id)
        require(known is not None and known.status is was, Superseded(decision.id))
        self._put(decision)

    def _supersede(self, decision: Decision, newer: str, was: DecisionStatus = DecisionStatus.DEFERRED) -> None:
        rows = self._store.rows
        require(rows.decisions[decision.id].status is was, Superseded(decision.id))
        changes = {
            "outcome": Outcome.SKIPPED_SUPERSEDED,
            "status": DecisionStatus.DONE,
            "then": f"decision {newer} on newer data took its place",
        }
        self._put(decision.model_copy(update=changes))
        rows.free_data(decision.start, decision.id)
