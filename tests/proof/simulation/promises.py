"""What must hold after every call of a port. Numbers are the design's invariants."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from control_plane.records import ArrivalWindow, Champion, Decision, DecisionStatus, DeployRequest, Route, StartRequest
from pointsman.rehearsal.rows import Rows, slot_of
from tests.fakes import FakeControlPlane
from tests.proof.simulation.books import check_books
from tests.proof.simulation.policies import check_policies, is_free
from tests.proof.simulation.promise import Broken, promise
from tests.samples import BUCKET


@dataclass
class Arrivals:
    """What a model's open window may close by."""

    closes_by: datetime
    quiet_from: datetime
    complete: bool


@dataclass
class Context:
    """An invocation, as it began. `business` is what its event is about, where that is decided once."""

    business: str | None
    began: datetime
    approved: frozenset[str]
    serving: Mapping[str, str]
    paused: frozenset[str]


@dataclass
class Promises:
    """`tampered` are the models whose endpoints or versions others touched, or whose specs have changed, `respecified`
    the latter alone; `chosen` says when the latest choice was made that ever became champion, `completed` are the
    folders whose data is complete by what arrives now.
    """

    plane: FakeControlPlane
    tampered: set[str] = field(default_factory=set)
    respecified: set[str] = field(default_factory=set)
    chosen: dict[str, datetime] = field(default_factory=dict)
    completed: set[tuple[str, str]] = field(default_factory=set)
    approvals: Counter[str] = field(default_factory=Counter)
    landings: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _contexts: list[Context] = field(default_factory=list)
    _decided: dict[str, str] = field(default_factory=dict)
    _started: int = 0
    _asked: int = 0
    _used_until: dict[str, datetime] = field(default_factory=dict)
    _by_decision: Counter[str] = field(default_factory=Counter)
    _arrivals: dict[tuple[str, str], Arrivals] = field(default_factory=dict)
    _seen: Rows | None = None

    @property
    def rows(self) -> Rows:
        return self.plane.ledger._store.rows

    def approved(self, arn: str) -> None:
        self.approvals[arn] += 1

    def excuse(self, model: str) -> None:
        self.tampered.add(model)

    def landed(self, key: str, at: datetime) -> None:
        model, purpose, *_ = key.split("/")
        if "_temporary" not in key:
            self.landings[model, purpose] = at

    def begin(self, business: str | None) -> None:
        packages, endpoints = self.plane.registry.packages, self.plane.endpoints.endpoints
        approved = frozenset(arn for arn, package in packages.items() if package.approval_status == "Approved")
        serving = {name: found.config for name, found in endpoints.items() if found.status == "InService"}
        self._contexts.append(Context(business, self.plane.now(), approved, serving, frozenset(self.rows.paused)))

    def end(self) -> None:
        self._contexts.pop()

    def after_call(self, name: str, arguments: Sequence[Any], named: Mapping[str, Any]) -> None:
        if check := _CHECKS.get(name):
            check(self, arguments, named)

    # -- 1: once --

    def started(self, _arguments: Sequence[Any], _named: Mapping[str, Any]) -> None:
        new = self.plane.pipelines.started[self._started :]
        self._started += len(new)
        for started in new:
            request = started.request
            decision = self._holder(request)
            promise(decision.request == request, f"1: {request.model} runs something else than was decided")
            self._by_decision[decision.id] += 1
            promise(self._by_decision[decision.id] == 1, f"1: decision {decision.id} started two executions")
            running = [known for known in self._running(request.model) if known != started.arn]
            promise(not running, f"1: {request.model} runs twice at a time")
            used = None if decision.force else self._used(request, started.arn)
            promise(not used, f"1: {request.model}'s {request.purpose} runs on the data of {used} by {decision.id}")

    def _running(self, model: str) -> list[str]:
        alive = set(self.plane.pipelines.running)
        return [
            known.arn for known in self.plane.pipelines.started if known.request.model == model and known.arn in alive
        ]

    def _used(self, request: StartRequest, but: str) -> str | None:
        """The decision that ran on it last, unless that failed or its time has passed, which begins when it is made.

        A forced one takes its data over, and where it comes to nothing, nobody has used them.
        """
        if any(item.force and item.fingerprint == request.fingerprint for item in self.rows.decisions.values()):
            return None
        alike = (request.model, request.purpose, request.fingerprint)
        before = [
            known.arn
            for known in self.plane.pipelines.started
            if (known.request.model, known.request.purpose, known.request.fingerprint) == alike and known.arn != but
        ]
        run = self.rows.runs.get(before[-1]) if before else None
        if run is None or run.status not in {None, "Succeeded"} or self.plane.now() >= self._used_until[run.decision]:
            return None
        return run.decision

    def asked(self, _arguments: Sequence[Any], _named: Mapping[str, Any]) -> None:
        """A second time only where the endpoint has left what it was asked for."""
        new = self.plane.endpoints.asked[self._asked :]
        self._asked += len(new)
        for request in new:
            decision = self._holder(request)
            promise(decision.request == request, f"1: {request.endpoint} is asked for something else than was decided")
            approved = self._contexts[0].approved | self._contexts[-1].approved
            promise(request.package in approved, f"5: {request.package} isn't approved and is deployed")

    def _holder(self, request: StartRequest | DeployRequest) -> Decision:
        slot = self.rows.slots.get(slot_of(request))
        promise(slot, f"4: {request.model} is asked for something while nothing holds its slot")
        decision = self.rows.decisions[slot.decision] if slot else None
        if decision is None or decision.status is not DecisionStatus.BEGUN:
            raise Broken(f"4: {request.model} is asked for something by a decision that isn't begun")
        return decision

    def decided(self, arguments: Sequence[Any], _named: Mapping[str, Any]) -> None:
        """Of each thing that is decided once, one decision."""
        business = self._contexts[-1].business
        decision = next(item for item in arguments if isinstance(item, Decision))
        if isinstance(decision.request, StartRequest):
            same_data = self.rows.specs[decision.request.model].policy.same_data
            self._used_until[decision.id] = self.plane.now() + same_data
        if business is not None:
            first = self._decided.setdefault(business, decision.id)
            promise(first == decision.id, f"1: {business} was decided on twice, as {first} and {decision.id}")

    def begun_anew(self, arguments: Sequence[Any], named: Mapping[str, Any]) -> None:
        self.decided(arguments, named)
        self.begun(arguments, named)

    def begun(self, arguments: Sequence[Any], _named: Mapping[str, Any]) -> None:
        decision: Decision = arguments[0]
        model = decision.asked.model
        paused = model in self.rows.paused and model in self._contexts[0].paused
        promise(not paused or is_free(decision), f"1: {decision.id} begins though {model} is paused")
        if model not in self.respecified:  # a room may have read the spec of before
            check_policies(decision, self.rows, self._contexts[0].began, self.plane.now())

    # -- 5: what serves --

    def crowned(self, arguments: Sequence[Any], _named: Mapping[str, Any]) -> None:
        decision = next(item for item in arguments if isinstance(item, Decision))
        champion: Champion | None = self.rows.champions.get(str(decision.model))
        spec = self.rows.specs[str(decision.model)]
        if champion:
            self.chosen[spec.model] = max(champion.chosen_at, self.chosen.get(spec.model, champion.chosen_at))
        self.decided(arguments, _named)
        if champion and champion.config and spec.deployment and champion.since == decision.decided_at:
            found = self.plane.endpoints.endpoints.get(spec.deployment.endpoint)
            before = self._contexts[0].serving.get(spec.deployment.endpoint)
            serves = {found.config if found else None, before}
            promise(champion.config in serves, f"5: {champion.package} is champion, and isn't served")

    def discarded(self, arguments: Sequence[Any], _named: Mapping[str, Any]) -> None:
        gone = set(arguments[0])
        used = {name for found in self.plane.endpoints.endpoints.values() for name in (found.config, found.coming)}
        promise(not gone & used, f"5: {gone & used} is deleted and serves")
        begun = {item.request.config for item in self._begun() if isinstance(item.request, DeployRequest)}
        promise(not gone & begun, f"5: {gone & begun} is deleted and about to be deployed")

    def _begun(self) -> list[Decision]:
        return [item for item in self.rows.decisions.values() if item.status is DecisionStatus.BEGUN]

    # -- 7 and 8 --

    def noted(self, arguments: Sequence[Any], named: Mapping[str, Any]) -> None:
        route: Route = arguments[0]
        place, now = (route.model, str(route.purpose)), named["now"]
        known, close = self._arrivals.get(place), route.source.close
        closes_by, complete = (known.closes_by, known.complete) if known else (now + close.at_most, False)
        self._arrivals[place] = Arrivals(closes_by, now + close.quiet, complete=complete or place in self.completed)

    def sealed(self, arguments: Sequence[Any], _named: Mapping[str, Any]) -> None:
        window: ArrivalWindow = arguments[0]
        known, now = self._arrivals.pop((window.model, str(window.purpose))), self.plane.now()
        over = known.complete or now >= min(known.quiet_from, known.closes_by)
        promise(over, f"7: a window of {window.model} closed while data was landing")

    def written(self, arguments: Sequence[Any], _named: Mapping[str, Any]) -> None:
        promise(arguments[0] != BUCKET, f"8: {arguments[1]} is written to where data lands")

    def between_calls(self) -> None:
        """Whenever no call is under way."""
        if self.rows is not self._seen:
            self._seen = self.rows
            check_books(self.rows)


_CHECKS: Mapping[str, Callable[[Promises, Sequence[Any], Mapping[str, Any]], None]] = {
    "pipelines.start": Promises.started,
    "endpoints.create": Promises.asked,
    "endpoints.update": Promises.asked,
    "endpoints.discard": Promises.discarded,
    "objects.write": Promises.written,
    "ledger.note_arrivals": Promises.noted,
    "ledger.seal": Promises.sealed,
    "ledger.begin": Promises.begun_anew,
    "ledger.take_up": Promises.begun,
    "ledger.defer": Promises.decided,
    "ledger.settle": Promises.decided,
    "ledger.crown": Promises.crowned,
    "ledger.adopt": Promises.crowned,
    "ledger.end_deployment": Promises.crowned,
}
