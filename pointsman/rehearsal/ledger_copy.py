"""A ledger's copy in memory, made of what is looked at: the writes stay in it."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from control_plane.errors import UnknownModel, UnreadableSpec
from control_plane.ledger import Ledger
from control_plane.policies import Purpose
from control_plane.records import (
    ArrivalWindow,
    Champion,
    Decision,
    DecisionStatus,
    Deployment,
    DeployRequest,
    Due,
    Model,
    Route,
    Run,
    Watch,
)
from pointsman.rehearsal.ledger import InMemoryLedger

# How long data is held to be used by the decision that a ledger named: longer than any rehearsal.
_A_DAY = timedelta(days=1)


class LedgerCopy(InMemoryLedger):
    """Whatever a room reads or is about to write is fetched from `source` first, once."""

    def __init__(self, source: Ledger) -> None:
        super().__init__()
        self._source = source
        self._asked: set[tuple[str, ...]] = set()

    def model(self, name: str) -> Model:
        if self._is_new("model", name):
            found = self._source.model(name)
            self.put(found)
            slots = (found.slot, found.deploying)
            under_way = [slot.decision for slot in slots if slot]
            for decision_id in (*found.pending.values(), found.pending_deployment, *under_way):
                if decision_id:
                    self.decision(decision_id)
        return super().model(name)

    def owners(self, names: Collection[str]) -> Mapping[str, str]:
        return self._source.owners(names)

    def routes(self, bucket: str, folders: Collection[str]) -> Mapping[str, Route]:
        return self._source.routes(bucket, folders)

    def window(self, model: str, purpose: Purpose) -> ArrivalWindow | None:
        if self._is_new("window", model, purpose) and (found := self._source.window(model, purpose)):
            self.put(found)
        return super().window(model, purpose)

    def note_arrivals(self, route: Route, *, first_event: str, arrivals: int, complete: bool, now: datetime) -> str:
        self.window(route.model, route.purpose)
        return super().note_arrivals(route, first_event=first_event, arrivals=arrivals, complete=complete, now=now)

    def decision(self, decision_id: str) -> Decision | None:
        if self._is_new("decision", decision_id) and (found := self._source.decision(decision_id)):
            self.put(found)
            if found.status is DecisionStatus.BEGUN and found.model:  # whose slot it holds
                self.model(found.model)
        return super().decision(decision_id)

    def decisions(self, model: str | None) -> list[Decision]:
        for found in self._source.decisions(model):
            self._keep("decision", found.id, found)
        return super().decisions(model)

    def tally(self, decision: Decision) -> None:
        self.decision(decision.id)
        super().tally(decision)

    def data_used_by(self, model: str, purpose: Purpose, fingerprint: str, now: datetime) -> str | None:
        if self._is_new("data", model, purpose, fingerprint):
            user = self._source.data_used_by(model, purpose, fingerprint, now)
            if user:
                self.claim(model, purpose, fingerprint, user, now + _A_DAY)
        return super().data_used_by(model, purpose, fingerprint, now)

    def run(self, arn: str) -> Run | None:
        if self._is_new("run", arn) and (found := self._source.run(arn)):
            self.put(found)
            self.model(found.model)
        return super().run(arn)

    def runs(self, model: str, since: datetime | None = None) -> list[Run]:
        for found in self._source.runs(model, since):
            self._keep("run", found.arn, found)
        return super().runs(model, since)

    def deployment(self, deployment_id: str) -> Deployment | None:
        if self._is_new("deployment", deployment_id) and (found := self._source.deployment(deployment_id)):
            self.put(found)
        return super().deployment(deployment_id)

    def deployments(self, model: str) -> list[Deployment]:
        for found in self._source.deployments(model):
            self._keep("deployment", found.id, found)
        return super().deployments(model)

    def due(self, now: datetime) -> list[Due]:
        for item in self._source.due(now):
            self.put(item)
            with suppress(UnknownModel, UnreadableSpec):  # whoever looks at the item meets it again
                self._model_of(item)
        return super().due(now)

    def begin(self, decision: Decision, window: ArrivalWindow | None) -> None:
        self._look_at(decision)
        super().begin(decision, window)

    def defer(self, decision: Decision, window: ArrivalWindow | None) -> None:
        self._look_at(decision)
        super().defer(decision, window)

    def settle(self, decision: Decision, window: ArrivalWindow | None) -> None:
        self._look_at(decision)
        super().settle(decision, window)

    def crown(self, decision: Decision, champion: Champion, *, instead_of: str | None) -> None:
        self._look_at(decision)
        super().crown(decision, champion, instead_of=instead_of)

    def end_deployment(
        self,
        deployment: Deployment,
        decision: Decision,
        champion: Champion | None,
        *,
        instead_of: str | None,
        then: Decision | None = None,
    ) -> None:
        for each in (decision, then):
            if each:
                self._look_at(each)
        super().end_deployment(deployment, decision, champion, instead_of=instead_of, then=then)

    def watch(self, decision: Decision, watch: Watch, champion: str) -> None:
        self._look_at(decision)
        super().watch(decision, watch, champion)

    def retire(self, model: str, names: Collection[str]) -> None:
        self.model(model)
        super().retire(model, names)

    def collected(self, decision: Decision, deployments: Sequence[Deployment]) -> None:
        self._look_at(decision)
        super().collected(decision, deployments)

    def adopt(self, deployment: Deployment, decision: Decision, champion: Champion, *, instead_of: str | None) -> None:
        self._look_at(decision)
        super().adopt(deployment, decision, champion, instead_of=instead_of)

    def _look_at(self, decision: Decision) -> None:
        """Before a transaction, which would forget what it fetched when a condition fails."""
        self.decision(decision.id)
        if decision.fingerprint and decision.model and decision.purpose:
            self.data_used_by(decision.model, decision.purpose, decision.fingerprint, decision.decided_at)

    def _model_of(self, item: Due) -> None:
        """What is written of an item touches its model."""
        match item:
            case ArrivalWindow(model=name) | Run(model=name) | Deployment(request=DeployRequest(model=name)):
                self.model(name)
            case Decision(model=str(name)):
                self.model(name)

    def _keep(self, kind: str, name: str, found: Decision | Run | Deployment) -> None:
        if self._is_new(kind, name):
            self.put(found)

    def _is_new(self, *place: str) -> bool:
        """Asked about for the first time; from then on this copy knows it."""
        new = place not in self._asked
        self._asked.add(place)
        return new
