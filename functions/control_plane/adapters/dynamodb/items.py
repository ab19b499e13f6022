"""Records to items and back. A record that is always written whole keeps itself as JSON in `body`."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from pydantic import ValidationError

from control_plane.adapters.dynamodb import keys
from control_plane.adapters.dynamodb.table import Item
from control_plane.clock import stamp
from control_plane.models import ModelSpec
from control_plane.notices import news_of
from control_plane.policies import DriftKind, Purpose
from control_plane.records import (
    ArrivalWindow,
    Champion,
    Decision,
    DecisionStatus,
    Deployment,
    Drift,
    Due,
    Model,
    Paused,
    Route,
    Run,
    Slot,
    StartRequest,
    Unreadable,
    Watch,
)

# How long the log answers "why?". Past this DynamoDB's TTL removes what is final.
KEPT = timedelta(days=400)
# What waits or runs is looked at this long after: longer than any function runs, so nobody is still at what is begun.
PATIENCE = timedelta(minutes=1)


def due(pk: str, at: datetime) -> dict[str, str | int]:
    """The attributes that put an item into the due index."""
    return {"due_shard": keys.due_shard(pk), "due_at": stamp(at)}


def expiry(moment: datetime) -> int:
    """DynamoDB's TTL counts epoch seconds."""
    return int(moment.timestamp())


def _news(record: Decision | Run) -> dict[str, str | int]:
    """The attribute that lets the table's stream pass on what people are told of, and nothing else."""
    news = news_of(record)
    return {"news": news} if news else {}


def decision_item(decision: Decision) -> Item:
    pk = keys.decision_key(decision.id)
    item: dict[str, str | int] = _news(decision) | {
        "pk": pk,
        "body": decision.model_dump_json(),
        "progress": decision.status,
        "history": keys.decisions_of(decision.model),
        "history_rank": stamp(decision.decided_at),
        "timeline": keys.DECISIONS,
    }
    if decision.status is not DecisionStatus.DONE:
        return item | due(pk, decision.look_at or decision.until or decision.decided_at + PATIENCE)
    return item | {"expires_at": expiry(decision.decided_at + KEPT)}


def claim_item(decision: Decision) -> Item:
    """Says that a decision uses exactly this data."""
    until = decision.data_until or decision.decided_at
    return {
        "pk": data_key(decision.start),
        "claimed_by": decision.id,
        "data_until": stamp(until),
        "expires_at": expiry(until),
    }


def run_item(run: Run) -> Item:
    pk = keys.run_key(run.arn)
    item: dict[str, str | int] = _news(run) | {
        "pk": pk,
        "body": run.model_dump_json(),
        "history": keys.runs_of(run.model),
        "history_rank": stamp(run.started_at),
        "timeline": keys.RUNS,
    }
    if run.ended_at is None:
        return item | due(pk, run.look_at or run.started_at + PATIENCE)
    return item | {"ended_at": stamp(run.ended_at), "expires_at": expiry(run.ended_at + KEPT)}


def one_line(error: ValidationError) -> str:
    """Every field that was not accepted, and why."""
    return "; ".join(f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors())


def deployment_item(deployment: Deployment) -> Item:
    pk, ended = keys.deployment_key(deployment.id), deployment.ended_at
    item: dict[str, str | int] = {
        "pk": pk,
        "body": deployment.model_dump_json(),
        "history": keys.deployments_of(deployment.request.model),
        "history_rank": stamp(deployment.started_at),
        "timeline": keys.DEPLOYMENTS,
    }
    if ended is None:
        return item | due(pk, deployment.look_at or deployment.started_at + PATIENCE)
    return item | {"ended_at": stamp(ended), "expires_at": expiry(ended + KEPT)}


def decision_of(item: Item) -> Decision:
    """A tally's count is an attribute, because it is added to; everything else of a decision is in its body."""
    decision = Decision.model_validate_json(str(item["body"]))
    return decision.model_copy(update={"events": item["deliveries"]}) if "deliveries" in item else decision


def run_of(item: Item) -> Run:
    return Run.model_validate_json(str(item["body"]))


def model_of(item: Item) -> Model:
    return Model(
        spec=ModelSpec.model_validate_json(str(item["spec"])),
        revision=str(item["revision"]),
        since=datetime.fromisoformat(str(item["since"])),
        slot=_slot(item, "slot"),
        pending=_by_purpose(item, "pending"),
        deploying=_slot(item, "deploying"),
        pending_deployment=str(item["pending_deployment"]) if "pending_deployment" in item else None,
        champion=Champion.model_validate_json(str(item["champion"])) if "champion" in item else None,
        paused=Paused.model_validate_json(str(item["paused"])) if "paused" in item else None,
        started=_moments(item, "started"),
        arrived=_moments(item, "arrived"),
        approvals=json.loads(str(item.get("approvals", "{}"))),
        heard_until=datetime.fromisoformat(str(item["heard_until"])) if "heard_until" in item else None,
        collecting=json.loads(str(item.get("collecting", "[]"))),
        watch=Watch.model_validate_json(str(item["watched_by"])) if "watched_by" in item else None,
        drift={
            kind: Drift.model_validate_json(str(item[f"drift_{kind}"])) for kind in DriftKind if f"drift_{kind}" in item
        },
    )


def _slot(item: Item, name: str) -> Slot | None:
    holder = item.get(f"{name}_decision")
    return Slot.model_validate({"decision": holder, "run": item.get(f"{name}_run")}) if holder else None


def _by_purpose(item: Item, name: str) -> Mapping[Purpose, str]:
    return {purpose: str(item[f"{name}_{purpose}"]) for purpose in Purpose if f"{name}_{purpose}" in item}


def _moments(item: Item, name: str) -> Mapping[Purpose, datetime]:
    return {purpose: datetime.fromisoformat(moment) for purpose, moment in _by_purpose(item, name).items()}


def routes_of(spec: ModelSpec) -> list[Route]:
    """One route per purpose that has data."""
    return [
        Route(model=spec.model, purpose=purpose, bucket=spec.data.bucket, source=source, exclude=spec.data.exclude)
        for purpose, source in spec.data.sources.items()
    ]


def window_item(window: ArrivalWindow, due_at: datetime) -> Item:
    pk = keys.window_key(window)
    item: dict[str, str | int] = {
        "pk": pk,
        "window_id": window.id,
        "model": window.model,
        "purpose": window.purpose,
        "opened_at": stamp(window.opened_at),
        "closes_by": stamp(window.closes_by),
        "first_event": window.first_event,
        "arrivals": window.arrivals,
    }
    return item | due(pk, due_at)


def window_of(item: Item) -> ArrivalWindow:
    purpose = Purpose(str(item["purpose"]))
    return ArrivalWindow.model_validate(
        {
            **item,
            "id": item["window_id"],
            "sealed": item["pk"] != keys.open_window_key(str(item["model"]), purpose),
        }
    )


def data_key(use: StartRequest | Run) -> str:
    return keys.data_key(use.model, use.purpose, use.fingerprint)


def deployment_of(item: Item) -> Deployment:
    return Deployment.model_validate_json(str(item["body"]))


def due_of(item: Item) -> Due:
    """An item that can't be read is one of many: it must not keep the others from being looked at."""
    read: dict[str, Callable[[Item], Due]] = {
        "WINDOW": window_of,
        "DECISION": decision_of,
        "RUN": run_of,
        "DEPLOYMENT": deployment_of,
        "MODEL": model_of,
    }
    place = str(item["pk"])
    try:
        return read[place.partition("#")[0]](item)
    except (ValidationError, KeyError, ValueError) as error:
        return Unreadable(place=place, why=f"{type(error).__name__}: {error}")
