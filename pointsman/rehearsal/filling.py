"""Records as they are, put into a ledger in memory: nothing is decided on the way."""

from datetime import datetime

from control_plane.policies import Purpose
from control_plane.records import (
    ArrivalWindow,
    Decision,
    DecisionStatus,
    Deployment,
    Due,
    Model,
    Route,
    Run,
    Unreadable,
)
from pointsman.rehearsal.rows import Claim, Place, Rows, due_key, window_place


def put(rows: Rows, record: Due) -> None:
    """Instead of what is there."""
    match record:
        case Model():
            _put_model(rows, record)
        case Decision():
            _put_decision(rows, record)
        case Run():
            rows.runs[record.arn] = record
            _put_due(rows, record, record.look_at or record.started_at, ended=record.status)
        case Deployment():
            rows.deployments[record.id] = record
            _put_due(rows, record, record.look_at or record.started_at, ended=record.outcome)
        case ArrivalWindow():
            rows.windows[window_place(record)] = record
            _put_due(rows, record, record.opened_at)
        case Unreadable():  # there is nothing in it that could be put anywhere
            pass


def _put_due(rows: Rows, record: Due, at: datetime, *, ended: object = None) -> None:
    if ended is None:
        rows.due[due_key(record)] = at


def _put_decision(rows: Rows, decision: Decision) -> None:
    rows.decisions[decision.id] = decision
    done = decision.status if decision.status is DecisionStatus.DONE else None
    _put_due(rows, decision, decision.look_at or decision.until or decision.decided_at, ended=done)
    if decision.model and decision.purpose and decision.fingerprint and decision.data_until:
        place = (decision.model, decision.purpose, decision.fingerprint)
        rows.claims[place] = Claim(decision.id, decision.data_until)


def _put_model(rows: Rows, model: Model) -> None:
    spec, name = model.spec, model.spec.model
    rows.specs[name], rows.revisions[name], rows.since[name] = spec, model.revision, model.since
    rows.names |= dict.fromkeys(spec.claims, name)
    for purpose, source in spec.data.sources.items():
        rows.routes[spec.data.bucket, source.prefix] = Route(
            model=name, purpose=purpose, bucket=spec.data.bucket, source=source, exclude=spec.data.exclude
        )
    _put_slots(rows, model)
    if model.champion:
        rows.champions[name] = model.champion
    if model.paused:
        rows.paused[name] = model.paused
    if model.collecting:
        rows.collecting[name] = model.collecting
    if model.watch:
        rows.watches[name] = model.watch
    if model.heard_until:
        rows.heard_until[name] = model.heard_until
    rows.approvals[name] = model.approvals
    rows.started |= {(name, purpose): at for purpose, at in model.started.items()}
    rows.arrived |= {(name, purpose): at for purpose, at in model.arrived.items()}
    rows.drift |= {(name, kind): drift for kind, drift in model.drift.items()}
    rows.read.pop(name, None)


def _put_slots(rows: Rows, model: Model) -> None:
    name = model.spec.model
    waits: dict[Place, str | None] = {(name, purpose): model.pending.get(purpose) for purpose in Purpose}
    waits[name, "deployment"] = model.pending_deployment
    rows.pending |= {place: decision for place, decision in waits.items() if decision}
    slots = {(name, "run"): model.slot, (name, "deployment"): model.deploying}
    rows.slots |= {place: slot for place, slot in slots.items() if slot}
