"""Carry out what was decided, once: begun -> called -> done.

The decision's id makes the call's token, so whoever repeats the call, after a redelivery, a crash or in a race,
gets the same execution. Nothing here chooses; the reasons are in each room's `decide.py` and in `admission.py`.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from control_plane.actions import Crown, Defer, Skip, Start
from control_plane.errors import AlreadyDecided, CapacityExceeded, DataAlreadyUsed, SlotTaken, StartRefused
from control_plane.ledger import Ledger
from control_plane.outcomes import Outcome
from control_plane.policies import Purpose
from control_plane.ports import ControlPlane, Pipelines
from control_plane.records import ArrivalWindow, Champion, Decision, DecisionStatus, Model, Run
from control_plane.registry import Package

_DISPLAY_NAME_LIMIT = 82
_REMEMBERED_CHAMPIONS = 10


@dataclass(frozen=True, slots=True)
class Subject:
    """What a decision is about. The window, where there is one, is consumed by whatever was decided.

    `model` is None for an event about no model of ours, which can only be skipped.
    """

    decision_id: str
    event: str
    model: Model | None
    purpose: Purpose | None = None
    window: ArrivalWindow | None = None
    actor: str | None = None
    force: bool = False
    correlation_id: str | None = None


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """`now` is a function because what is written must carry the time of writing, not that of the event."""

    ledger: Ledger
    pipelines: Pipelines
    now: Callable[[], datetime]

    @classmethod
    def of(cls, plane: ControlPlane) -> Self:
        return cls(plane.ledger, plane.pipelines, plane.now)

    def carry_out(self, action: Start | Defer | Skip, subject: Subject) -> Decision:
        """Do it, or return what somebody else decided about the same subject first."""
        decision = self._decision(action, subject)
        try:
            match action:
                case Start():
                    self.ledger.begin(decision, subject.window)
                    return self.resume(decision)
                case Defer():
                    self.ledger.defer(decision, subject.window)
                case Skip():
                    self.ledger.settle(decision, subject.window)
        except AlreadyDecided as known:
            return self.resume(known.decision) if known.decision.status is DecisionStatus.BEGUN else known.decision
        except SlotTaken:
            late = Defer(decision.start, Outcome.DEFERRED_BUSY, f"{action.because}, but another run was first")
            return self.carry_out(late, subject)
        except DataAlreadyUsed as used:
            return self.carry_out(Skip(Outcome.SKIPPED_SAME_DATA, f"{action.because}, but {used}"), subject)
        return decision

    def note(self, outcome: Outcome, because: str, subject: Subject) -> Decision:
        """Put on record what was done, or that nothing was; what is on record already stays."""
        return self.carry_out(Skip(outcome, because), subject)

    def crown(self, action: Crown, package: Package, subject: Subject) -> Decision:
        """Make a version the champion. Raises Superseded where another became it since the model was read."""
        decision = self._decision(Skip(action.outcome, action.because), subject)
        before = subject.model.champion if subject.model else None
        champion = Champion(
            package=package.arn,
            approved_at=package.last_modified,
            since=decision.decided_at,
            earlier=_earlier(before, package.arn),
        )
        try:
            self.ledger.crown(decision, champion, instead_of=before.package if before else None)
        except AlreadyDecided as known:
            return known.decision
        return decision

    def reconsider(self, pending: Decision, action: Start | Defer) -> Decision | None:
        """Start what waited, or write down why it goes on waiting. None where that is on record already."""
        if isinstance(action, Start):
            return self._take_up(pending, action)
        if action.outcome == pending.outcome and action.until == pending.until:
            return None
        waiting = self._revised(pending, action.outcome, DecisionStatus.DEFERRED, action.because, until=action.until)
        self.ledger.keep_waiting(waiting)
        return waiting

    def _take_up(self, pending: Decision, action: Start) -> Decision | None:
        """None where somebody else took the slot first: it goes on waiting."""
        begun = self._revised(pending, Outcome.STARTED, DecisionStatus.BEGUN, action.because)
        try:
            self.ledger.take_up(begun)
        except SlotTaken:
            return None
        except AlreadyDecided as known:
            return self.resume(known.decision) if known.decision.status is DecisionStatus.BEGUN else known.decision
        return self.resume(begun)

    def resume(self, decision: Decision) -> Decision:
        """Call SageMaker for a begun decision, again if it was called before, and record what came of it."""
        try:
            arn = self.pipelines.start(
                decision.start,
                token=token(decision.id),
                display_name=display_name(decision.id),
                description=decision.because,
            )
        except CapacityExceeded as full:
            deferred = self._revised(decision, Outcome.DEFERRED_CAPACITY, DecisionStatus.DEFERRED, str(full))
            return self.ledger.postpone(deferred)
        except StartRefused as refusal:
            refused = self._revised(decision, Outcome.REFUSED, DecisionStatus.DONE, str(refusal))
            self.ledger.refuse(refused)
            return refused
        done = decision.model_copy(update={"status": DecisionStatus.DONE, "run": arn})
        self.ledger.complete(done, self._run(done, arn))
        return done

    def _decision(self, action: Start | Defer | Skip, subject: Subject) -> Decision:
        request = None if isinstance(action, Skip) else action.request
        status = {Start: DecisionStatus.BEGUN, Defer: DecisionStatus.DEFERRED, Skip: DecisionStatus.DONE}
        model, now = subject.model, self.now()
        return Decision(
            id=subject.decision_id,
            model=model.spec.model if model else None,
            purpose=subject.purpose,
            event=subject.event,
            outcome=Outcome.STARTED if isinstance(action, Start) else action.outcome,
            status=status[type(action)],
            because=action.because,
            decided_at=now,
            revision=model.revision if model else None,
            fingerprint=request.fingerprint if request else None,
            data_until=now + model.spec.policy.same_data if model and request else None,
            request=request,
            until=action.until if isinstance(action, Defer) else None,
            actor=subject.actor,
            force=subject.force,
            events=subject.window.arrivals if subject.window else 1,
            correlation_id=subject.correlation_id,
        )

    def _revised(
        self, decision: Decision, outcome: Outcome, status: DecisionStatus, then: str, until: datetime | None = None
    ) -> Decision:
        """An `until` doesn't outlive its wait: what is begun would be looked at that late, should its function die."""
        changes = {"outcome": outcome, "status": status, "then": then, "decided_at": self.now(), "until": until}
        return decision.model_copy(update=changes)

    def _run(self, decision: Decision, arn: str) -> Run:
        request = decision.start
        return Run(
            arn=arn,
            model=request.model,
            purpose=request.purpose,
            decision=decision.id,
            fingerprint=request.fingerprint,
            started_at=self.now(),
            correlation_id=decision.correlation_id,
        )


def _earlier(before: Champion | None, package: str) -> tuple[str, ...]:
    """The champions before, latest first: going back to one forgets those after it."""
    if before is None:
        return ()
    line = (before.package, *before.earlier)
    known = line[line.index(package) + 1 :] if package in line else line
    return known[:_REMEMBERED_CHAMPIONS]


def token(decision_id: str) -> str:
    """The `ClientRequestToken` of a decision: 64 characters, within SageMaker's 32 to 128."""
    return hashlib.sha256(decision_id.encode()).hexdigest()


def display_name(decision_id: str) -> str:
    """The decision's id as SageMaker shows it; the end is kept, where the time is."""
    return decision_id[-_DISPLAY_NAME_LIMIT:].lstrip("-")
