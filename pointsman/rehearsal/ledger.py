"""`Ledger` in memory: the conditions of the DynamoDB adapter, checked and written under one lock.

The contract suite runs on it as on DynamoDB, so what it says would happen is what happens.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from control_plane.errors import AlreadyDecided, DataAlreadyUsed, NameTaken, SlotTaken, Superseded, UnknownModel
from control_plane.models import ModelSpec
from control_plane.outcomes import Outcome
from control_plane.policies import DriftKind, Purpose
from control_plane.records import (
    ArrivalWindow,
    Champion,
    Decision,
    DecisionStatus,
    Deployment,
    DeployRequest,
    Drift,
    Due,
    Model,
    Paused,
    Route,
    Run,
    Slot,
    Watch,
)
from pointsman.rehearsal.filling import put
from pointsman.rehearsal.rows import (
    Claim,
    Store,
    Word,
    due_key,
    pending_place,
    require,
    slot_of,
    was_chosen_after,
    window_place,
)

PATIENCE = timedelta(minutes=1)
LISTED = 100


class InMemoryLedger:
    """Reads see every finished write, as DynamoDB's consistent reads do."""

    def __init__(self) -> None:
        self._store = Store()

    def put(self, record: Due) -> None:
        """As it is, instead of what is there. For whoever fills a ledger; no room calls it."""
        with self._store.transaction() as rows:
            put(rows, record)

    def claim(self, model: str, purpose: Purpose, fingerprint: str, decision: str, until: datetime) -> None:
        """Hold that a decision uses some data. For whoever fills a ledger; no room calls it."""
        with self._store.transaction() as rows:
            rows.claims[model, purpose, fingerprint] = Claim(decision, until)

    def apply(self, spec: ModelSpec, now: datetime) -> None:
        with self._store.transaction() as rows:
            for folder in [folder for folder, route in rows.routes.items() if route.model == spec.model]:
                del rows.routes[folder]
            for name in [name for name, owner in rows.names.items() if owner == spec.model]:
                del rows.names[name]
            for purpose, source in spec.data.sources.items():
                folder = (spec.data.bucket, source.prefix)
                require(folder not in rows.routes, NameTaken(f"{folder} already feeds a model"))
                rows.routes[folder] = Route(
                    model=spec.model,
                    purpose=purpose,
                    bucket=spec.data.bucket,
                    source=source,
                    exclude=spec.data.exclude,
                )
            for name in spec.claims:
                require(name not in rows.names, NameTaken(f"{name} is another model's"))
                rows.names[name] = spec.model
            rows.specs[spec.model], rows.revisions[spec.model] = spec, spec.revision
            rows.since.setdefault(spec.model, now)
            rows.due["model", spec.model] = now

    def model(self, name: str) -> Model:
        if name not in self._store.rows.specs:
            raise UnknownModel(name)
        return self._store.rows.model(name)

    def owners(self, names: Collection[str]) -> Mapping[str, str]:
        return {name: owner for name, owner in self._store.rows.names.items() if name in names}

    def note_drift(self, model: str, drift: Drift) -> None:
        place = (model, drift.kind)
        with self._store.transaction() as rows:
            last = rows.drift_told.get(place)
            over = last and last.at > drift.found_at and last.source in {None, drift.source}
            if model in rows.specs and not over:
                rows.drift[place], rows.drift_told[place] = drift, Word(drift.source, drift.found_at)

    def note_no_drift(self, model: str, kind: DriftKind, *, source: str | None, at: datetime) -> None:
        place = (model, kind)
        with self._store.transaction() as rows:
            last, drift = rows.drift_told.get(place), rows.drift.get(place)
            others = source and drift and drift.source != source
            if model in rows.specs and not others and not (last and last.at > at):
                rows.drift.pop(place, None)
                rows.drift_told[place] = Word(source, at)

    def looked_after(
        self, model: Model, approvals: Mapping[str, str], *, heard_until: datetime, again: datetime
    ) -> None:
        name = model.spec.model
        with self._store.transaction() as rows:
            if rows.revisions.get(name) == model.revision:
                rows.approvals[name], rows.heard_until[name] = dict(approvals), heard_until
                rows.due["model", name] = again

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
            require(model in rows.specs, Superseded(model))
            self._crown(model, champion, instead_of)

    def watch(self, decision: Decision, watch: Watch, champion: str) -> None:
        model = str(decision.model)
        with self._store.transaction() as rows:
            self._add(decision)
            king = rows.champions.get(model)
            require(king is not None and king.package == champion, Superseded(model))
            rows.watches[model] = watch

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
            require(window.model in rows.specs, Superseded(window.model))
            rows.windows[window_place(sealed)] = sealed
            rows.due[window_place(sealed)] = now
            rows.arrived[window.model, window.purpose] = now
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
            alone = decision.asked.is_rollback
            if not alone:
                self._supersede_pending(decision)
                rows.pending.pop(pending_place(decision.asked), None)
            rows.consume(window)

    def defer(self, decision: Decision, window: ArrivalWindow | None) -> None:
        with self._store.transaction() as rows:
            self._add(decision)
            self._claim(decision)
            self._supersede_pending(decision)
            rows.pending[pending_place(decision.asked)] = decision.id
            rows.consume(window)

    def settle(self, decision: Decision, window: ArrivalWindow | None) -> None:
        with self._store.transaction() as rows:
            self._add(decision)
            rows.consume(window)

    def keep_waiting(self, decision: Decision) -> None:
        with self._store.transaction():
            self._revise(decision, was=DecisionStatus.DEFERRED)

    def take_up(self, decision: Decision) -> None:
        with self._store.transaction() as rows:
            known = rows.decisions[decision.id]
            require(known.status is DecisionStatus.DEFERRED, AlreadyDecided(known))
            waits = rows.pending.pop(pending_place(decision.asked), None)
            require(waits == decision.id, SlotTaken(decision.asked.model))
            self._take_slot(decision)
            self._put(decision)

    def withdraw(self, decision: Decision) -> None:
        with self._store.transaction() as rows:
            self._revise(decision, was=DecisionStatus.DEFERRED)
            waits = rows.pending.pop(pending_place(decision.asked), None)
            require(waits == decision.id, Superseded(decision.id))
            rows.free_data(decision)

    def complete(self, decision: Decision, came: Run | Deployment) -> None:
        with self._store.transaction() as rows:
            place = due_key(came)
            if place[1] in (rows.runs if isinstance(came, Run) else rows.deployments):
                return
            self._revise(decision)
            rows.due[place] = came.look_at or came.started_at + PATIENCE
            rows.slots[slot_of(decision.asked)] = Slot(decision=decision.id, run=decision.run)
            if isinstance(came, Run):
                rows.runs[came.arn] = came
                rows.started[came.model, came.purpose] = came.started_at
            else:
                rows.deployments[came.id] = came

    def postpone(self, decision: Decision) -> Decision:
        place = pending_place(decision.asked)
        with self._store.transaction() as rows:
            other = rows.decisions[rows.pending[place]] if place in rows.pending else None
            if other and not was_chosen_after(decision, other):
                self._supersede(decision, other.id, was=DecisionStatus.BEGUN)
            else:
                self._revise(decision)
                self._supersede_pending(decision)
                rows.pending[place] = decision.id
            del rows.slots[slot_of(decision.asked)]
            return rows.decisions[decision.id]

    def refuse(self, decision: Decision) -> None:
        with self._store.transaction() as rows:
            self._revise(decision)
            del rows.slots[slot_of(decision.asked)]
            rows.free_data(decision)

    def run(self, arn: str) -> Run | None:
        return self._store.rows.runs.get(arn)

    def runs(self, model: str, since: datetime | None = None) -> list[Run]:
        found = [run for run in self._store.rows.runs.values() if run.model == model]
        recent = sum(run.started_at >= since for run in found) if since else 0
        return sorted(found, key=lambda run: run.started_at, reverse=True)[: max(recent, LISTED)]

    def end_run(self, run: Run) -> None:
        with self._store.transaction() as rows:
            if rows.runs[run.arn].status:
                return
            slot = rows.slots.pop((run.model, "run"), None)
            require(slot is not None and slot.decision == run.decision, Superseded(run.arn))
            rows.runs[run.arn] = run
            del rows.due["run", run.arn]
            if run.status != "Succeeded":
                rows.free_claim(run, run.decision)

    def deployment(self, deployment_id: str) -> Deployment | None:
        return self._store.rows.deployments.get(deployment_id)

    def deployments(self, model: str) -> list[Deployment]:
        found = [known for known in self._store.rows.deployments.values() if known.request.model == model]
        return sorted(found, key=lambda deployment: deployment.started_at, reverse=True)[:LISTED]

    def retire(self, model: str, names: Collection[str]) -> None:
        with self._store.transaction() as rows:
            require(model in rows.specs and (model, "deployment") not in rows.slots, Superseded(model))
            rows.collecting[model] = tuple(names)

    def collected(self, decision: Decision, deployments: Sequence[Deployment]) -> None:
        with self._store.transaction() as rows:
            self._add(decision)
            rows.deployments |= {deployment.id: deployment for deployment in deployments}
            rows.collecting.pop(str(decision.model), None)

    def end_deployment(
        self,
        deployment: Deployment,
        decision: Decision,
        champion: Champion | None,
        *,
        instead_of: str | None,
        then: Decision | None = None,
    ) -> None:
        model = deployment.request.model
        with self._store.transaction() as rows:
            self._add(decision)
            known, slot = rows.deployments.get(deployment.id), rows.slots.pop((model, "deployment"), None)
            require(known is not None and known.outcome is None, Superseded(deployment.id))
            require(slot is not None and slot.decision == deployment.id, Superseded(deployment.id))
            rows.deployments[deployment.id] = deployment
            del rows.due["deployment", deployment.id]
            if then:
                self._add(then)
                self._take_slot(then)
            elif champion:
                self._crown(model, champion, instead_of)

    def adopt(self, deployment: Deployment, decision: Decision, champion: Champion, *, instead_of: str | None) -> None:
        model = deployment.request.model
        with self._store.transaction() as rows:
            self._add(decision)
            require(deployment.id not in rows.deployments, Superseded(deployment.id))
            require((model, "deployment") not in rows.slots, Superseded(deployment.id))
            require(model in rows.specs, Superseded(model))
            rows.deployments[deployment.id] = deployment
            self._crown(model, champion, instead_of)

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
            rows.due["decision", decision.id] = decision.look_at or decision.until or decision.decided_at + PATIENCE

    def _crown(self, model: str, champion: Champion, instead_of: str | None) -> None:
        rows = self._store.rows
        before = rows.champions.get(model)
        require((before.package if before else None) == instead_of, Superseded(model))
        rows.champions[model] = champion
        for kind in DriftKind:
            rows.drift.pop((model, kind), None)

    def _take_slot(self, decision: Decision) -> None:
        rows, slot = self._store.rows, slot_of(decision.asked)
        require(slot[0] in rows.specs and slot not in rows.slots, SlotTaken(slot[0]))
        asked = decision.asked
        needed = {asked.config, asked.served_model} if isinstance(asked, DeployRequest) else set()
        if needed & set(rows.collecting.get(slot[0], ())):
            waits = decision.id in rows.decisions and rows.decisions[decision.id].status is DecisionStatus.DEFERRED
            raise SlotTaken(slot[0]) if waits else Superseded(str(needed))
        rows.slots[slot] = Slot(decision=decision.id)

    def _claim(self, decision: Decision) -> None:
        rows, request = self._store.rows, decision.asked
        if isinstance(request, DeployRequest):
            return
        place = (request.model, request.purpose, request.fingerprint)
        claim = rows.claims.get(place)
        if claim and claim.until >= decision.decided_at and not decision.force:
            raise DataAlreadyUsed(claim.decision)
        rows.claims[place] = Claim(decision.id, decision.data_until or decision.decided_at)

    def _revise(self, decision: Decision, was: DecisionStatus = DecisionStatus.BEGUN) -> None:
        known = self._store.rows.decisions.get(decision.id)
        require(known is not None and known.status is was, Superseded(decision.id))
        self._put(decision)

    def _supersede_pending(self, decision: Decision) -> None:
        rows, place = self._store.rows, pending_place(decision.asked)
        if place in rows.pending:
            waiting = rows.decisions[rows.pending[place]]
            require(not was_chosen_after(waiting, decision), Superseded(waiting.id))
            self._supersede(waiting, decision.id)

    def _supersede(self, decision: Decision, newer: str, was: DecisionStatus = DecisionStatus.DEFERRED) -> None:
        rows = self._store.rows
        require(rows.decisions[decision.id].status is was, Superseded(decision.id))
        changes = {
            "outcome": Outcome.SKIPPED_SUPERSEDED,
            "status": DecisionStatus.DONE,
            "then": f"decision {newer} took its place",
        }
        self._put(decision.model_copy(update=changes))
        rows.free_data(decision)
