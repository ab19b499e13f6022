"""Decisions as they are put on record, made of what is to be done and what it is about. `dispatcher.py` writes them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from control_plane.actions import Defer, Deploy, Skip, Start
from control_plane.deployments import succession
from control_plane.outcomes import Outcome
from control_plane.policies import Purpose
from control_plane.records import (
    ArrivalWindow,
    Champion,
    Decision,
    DecisionStatus,
    DeployRequest,
    Model,
    StartRequest,
)

_STATUS: dict[type, DecisionStatus] = {
    Start: DecisionStatus.BEGUN,
    Deploy: DecisionStatus.BEGUN,
    Defer: DecisionStatus.DEFERRED,
    Skip: DecisionStatus.DONE,
}


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
class Revision:
    """What has become of a decision, and why. `spec` names the model's revision, where it was decided on anew."""

    outcome: Outcome
    status: DecisionStatus
    then: str
    until: datetime | None = None
    spec: str | None = None


def drafted(action: Start | Deploy | Defer | Skip, subject: Subject, now: datetime, patience: timedelta) -> Decision:
    request = None if isinstance(action, Skip) else action.request
    data = request if isinstance(request, StartRequest) else None
    until = action.until if isinstance(action, Defer) else None
    model, status = subject.model, _STATUS[type(action)]
    return Decision(
        id=subject.decision_id,
        model=model.spec.model if model else None,
        purpose=subject.purpose,
        event=subject.event,
        outcome=outcome_of(action),
        status=status,
        because=action.because,
        decided_at=now,
        revision=model.revision if model else None,
        fingerprint=data.fingerprint if data else None,
        data_until=now + model.spec.policy.same_data if model and data else None,
        request=request,
        until=until,
        look_at=_look_at(status, until, now + patience),
        begun_at=now if isinstance(action, Start | Deploy) else None,
        actor=subject.actor,
        force=subject.force,
        events=subject.window.arrivals if subject.window else 1,
        correlation_id=subject.correlation_id,
    )


def revised(decision: Decision, revision: Revision, now: datetime, patience: timedelta) -> Decision:
    """An `until` doesn't outlive its wait: what is begun would be looked at that late, should its function die."""
    changes = {
        "outcome": revision.outcome,
        "status": revision.status,
        "then": revision.then,
        "decided_at": now,
        "revision": revision.spec or decision.revision,
        "until": revision.until,
        "look_at": _look_at(revision.status, revision.until, now + patience),
        "begun_at": decision.begun_at or (now if revision.status is DecisionStatus.BEGUN else None),
        "waited_as": decision.outcome if decision.status is DecisionStatus.DEFERRED else decision.waited_as,
    }
    return decision.model_copy(update=changes)


def _look_at(status: DecisionStatus, until: datetime | None, soon: datetime) -> datetime | None:
    return None if status is DecisionStatus.DONE else until or soon


def successor(request: DeployRequest, subject: Subject, now: datetime) -> tuple[Champion, str | None]:
    """The champion once this is served, and the version whose place it takes."""
    before = subject.model.champion if subject.model else None
    champion = succession(before, request.package, chosen_at=request.chosen_at, since=now, config=request.config)
    return champion, before.package if before else None


def outcome_of(action: Start | Deploy | Defer | Skip) -> Outcome:
    """What a decision is called that takes this action."""
    match action:
        case Start():
            return Outcome.STARTED
        case Deploy(request):
            return Outcome.ROLLING_BACK if request.is_rollback else Outcome.DEPLOYING
        case Defer() | Skip():
            return action.outcome
