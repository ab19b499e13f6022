"""Carry out what was decided, once: begun -> called -> done.

Whoever repeats the call, after a redelivery, a crash or in a race, gets what the first one got (`calls.py`). Nothing
here chooses; the reasons are in each room's `decide.py`, in `admission.py` and in `deployments.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Self

from control_plane.actions import Adopt, Conclude, Crown, Defer, Deploy, Skip, Start
from control_plane.calls import Calls
from control_plane.deployments import succession
from control_plane.drafts import Revision, Subject, drafted, outcome_of, revised, successor
from control_plane.errors import (
    AlarmsMissing,
    AlreadyDecided,
    CallRefused,
    CapacityExceeded,
    DataAlreadyUsed,
    EndpointBusy,
    NotApproved,
    SlotTaken,
)
from control_plane.ledger import Ledger
from control_plane.outcomes import Outcome
from control_plane.ports import ControlPlane
from control_plane.records import Decision, DecisionStatus, Deployment, DeployRequest, Model, Run

__all__ = ["Dispatcher", "Subject"]

_WAITS: dict[type, Outcome] = {
    CapacityExceeded: Outcome.DEFERRED_CAPACITY,
    EndpointBusy: Outcome.DEFERRED_BUSY,
    AlarmsMissing: Outcome.DEFERRED_UNGUARDED,
}


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """`now` is a function because what is written must carry the time of writing, not that of the event."""

    ledger: Ledger
    calls: Calls
    now: Callable[[], datetime]
    patience: timedelta

    @classmethod
    def of(cls, plane: ControlPlane) -> Self:
        calls = Calls(plane.pipelines, plane.endpoints, plane.registry, plane.now, plane.patience)
        return cls(plane.ledger, calls, plane.now, plane.patience)

    def carry_out(self, action: Start | Deploy | Crown | Defer | Skip, subject: Subject) -> Decision:
        """Do it, or return what somebody else decided about the same subject first."""
        if isinstance(action, Crown):
            return self._crown(action, subject)
        decision = self._decision(action, subject)
        try:
            match action:
                case Start() | Deploy():
                    self.ledger.begin(decision, subject.window)
                    return self.resume(decision)
                case Defer():
                    self.ledger.defer(decision, subject.window)
                case Skip():
                    self.ledger.settle(decision, subject.window)
        except AlreadyDecided as known:
            return self.resume(known.decision) if known.decision.status is DecisionStatus.BEGUN else known.decision
        except SlotTaken:
            late = Defer(decision.asked, Outcome.DEFERRED_BUSY, f"{action.because}, but another was first")
            return self.carry_out(late, subject)
        except DataAlreadyUsed as used:
            return self.carry_out(Skip(Outcome.SKIPPED_SAME_DATA, f"{action.because}, but {used}"), subject)
        return decision

    def decision_on(self, outcome: Outcome, because: str, subject: Subject) -> Decision:
        """A decision that is final, for whoever writes it down together with something else."""
        return self._decision(Skip(outcome, because), subject)

    def note(self, outcome: Outcome, because: str, subject: Subject) -> Decision:
        """Put on record what was done, or that nothing was; what is on record already stays."""
        return self.carry_out(Skip(outcome, because), subject)

    def _crown(self, action: Crown, subject: Subject) -> Decision:
        """Make a version the champion. Raises Superseded where another became it since the model was read."""
        decision = self.decision_on(action.outcome, action.because, subject)
        before = subject.model.champion if subject.model else None
        champion = succession(before, action.package.arn, chosen_at=action.chosen_at, since=decision.decided_at)
        try:
            self.ledger.crown(decision, champion, instead_of=before.package if before else None)
        except AlreadyDecided as known:
            return known.decision
        return decision

    def adopt(self, action: Adopt, subject: Subject) -> Decision:
        """Put what others deployed on record as a deployment that has ended. Raises Superseded as `conclude` does."""
        decision = self.decision_on(Outcome.ADOPTED, action.because, subject)
        request, now = action.request, decision.decided_at
        deployment = Deployment(id=decision.id, request=request, started_at=now, outcome=Outcome.ADOPTED, ended_at=now)
        champion, before = successor(request, subject, now)
        try:
            self.ledger.adopt(deployment, decision, champion, instead_of=before)
        except AlreadyDecided as known:
            return known.decision
        return decision

    def conclude(self, deployment: Deployment, action: Conclude, subject: Subject) -> list[Decision]:
        """Put a deployment's end on record, and its version in the champion's place where it serves.

        What is put back instead takes over the slot, so that nothing else gets the endpoint before. Raises Superseded
        where another became champion since the model was read.
        """
        decision = self.decision_on(action.outcome, action.because, subject)
        request, now = deployment.request, decision.decided_at
        champion, before = successor(request, subject, now)
        ended = deployment.model_copy(update={"outcome": action.outcome, "ended_at": now})
        crowned = champion if action.serves else None
        back = self._putting_back(deployment, action.put_back, subject) if action.put_back else None
        try:
            self.ledger.end_deployment(ended, decision, crowned, instead_of=before, then=back)
        except AlreadyDecided as known:  # a tick sees to what it has begun
            return [known.decision]
        return [decision, *([self.resume(back)] if back else [])]

    def _putting_back(self, deployment: Deployment, request: DeployRequest, subject: Subject) -> Decision:
        because = f"{deployment.request.package} failed its test on {request.endpoint}"
        return self._decision(Deploy(request, because), replace(subject, decision_id=f"{deployment.id}-back"))

    def reconsider(self, pending: Decision, action: Start | Deploy | Defer | Skip, model: Model) -> Decision | None:
        """Start what waited, write down why it goes on waiting, or let it go. None where that is on record already."""
        anew = partial(self._revised, pending, spec=model.revision)
        match action:
            case Start() | Deploy():
                return self._take_up(anew(outcome_of(action), DecisionStatus.BEGUN, action.because))
            case Skip():
                gone = anew(action.outcome, DecisionStatus.DONE, action.because)
                self.ledger.withdraw(gone)
                return gone
            case Defer() if action.outcome == pending.outcome and action.until == pending.until:
                return None
            case Defer():
                waiting = anew(action.outcome, DecisionStatus.DEFERRED, action.because, until=action.until)
                self.ledger.keep_waiting(waiting)
                return waiting

    def _take_up(self, begun: Decision) -> Decision | None:
        """None where somebody else took the slot first: it goes on waiting."""
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
            came = self.calls.make(decision)
        except (CapacityExceeded, EndpointBusy, AlarmsMissing) as later:
            return self.ledger.postpone(
                self._revised(decision, _WAITS[type(later)], DecisionStatus.DEFERRED, str(later))
            )
        except (CallRefused, NotApproved) as never:
            outcome = Outcome.SKIPPED_STALE if isinstance(never, NotApproved) else Outcome.REFUSED
            refused = self._revised(decision, outcome, DecisionStatus.DONE, str(never))
            self.ledger.refuse(refused)
            return refused
        run = came.arn if isinstance(came, Run) else came.request.config
        done = decision.model_copy(update={"status": DecisionStatus.DONE, "run": run})
        self.ledger.complete(done, came)
        return done

    def _decision(self, action: Start | Deploy | Defer | Skip, subject: Subject) -> Decision:
        return drafted(action, subject, self.now(), self.patience)

    def _revised(
        self,
        decision: Decision,
        outcome: Outcome,
        status: DecisionStatus,
        then: str,
        *,
        until: datetime | None = None,
        spec: str | None = None,
    ) -> Decision:
        return revised(decision, Revision(outcome, status, then, until, spec), self.now(), self.patience)
