"""Records to items and back. A record that is always written whole keeps itself as JSON in `body`."""

from datetime import datetime, timedelta

from pydantic import ValidationError

from control_plane.adapters.dynamodb import keys
from control_plane.adapters.dynamodb.table import Item
from control_plane.clock import stamp
from control_plane.models import ModelSpec
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

# How long the log answers "why?". Past this DynamoDB's TTL removes what is final.
KEPT = timedelta(days=400)
# A begun decision is looked at this long after: longer than any function runs, so nobody is still at it.
BEGUN_PATIENCE = timedelta(minutes=1)
DEFERRED_PATIENCE = timedelta(minutes=1)
RUN_PATIENCE = timedelta(minutes=1)


def due(pk: str, at: datetime) -> dict[str, str | int]:
    """The attributes that put an item into the due index."""
    return {"due_shard": keys.due_shard(pk), "due_at": stamp(at)}


def expiry(moment: datetime) -> int:
    """DynamoDB's TTL counts epoch seconds."""
    return int(moment.timestamp())


def decision_item(decision: Decision) -> Item:
    pk = keys.decision_key(decision.id)
    waits = {DecisionStatus.BEGUN: BEGUN_PATIENCE, DecisionStatus.DEFERRED: DEFERRED_PATIENCE}
    patience = waits.get(decision.status)
    item: dict[str, str | int] = {
        "pk": pk,
        "body": decision.model_dump_json(),
        "progress": decision.status,
        "history": keys.decisions_of(decision.model),
        "history_rank": stamp(decision.decided_at),
        "timeline": keys.DECISIONS,
    }
    if patience:
        return item | due(pk, decision.until or decision.decided_at + patience)
    return item | {"expires_at": expiry(decision.decided_at + KEPT)}


def claim_item(decision: Decision) -> Item:
    """Says that a decision uses exactly this data."""
    request, until = decision.start, decision.data_until or decision.decided_at
    return {
        "pk": keys.data_key(request.model, request.purpose, request.fingerprint),
        "claimed_by": decision.id,
        "data_until": stamp(until),
        "expires_at": expiry(until),
    }


def run_item(run: Run) -> Item:
    pk = keys.run_key(run.arn)
    item: dict[str, str | int] = {
        "pk": pk,
        "body": run.model_dump_json(),
        "history": keys.runs_of(run.model),
        "history_rank": stamp(run.started_at),
        "timeline": keys.RUNS,
    }
    if run.ended_at is None:
        return item | due(pk, run.started_at + RUN_PATIENCE)
    return item | {"ended_at": stamp(run.ended_at), "expires_at": expiry(run.ended_at + KEPT)}


def one_line(error: ValidationError) -> str:
    """Every field that was not accepted, and why."""
    return "; ".join(f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors())


def decision_of(item: Item) -> Decision:
    """A tally's count is an attribute, because it is added to; everything else of a decision is in its body."""
    decision = Decision.model_validate_json(str(item["body"]))
    return decision.model_copy(update={"events": item["deliveries"]}) if "deliveries" in item else decision


def run_of(item: Item) -> Run:
    return Run.model_validate_json(str(item["body"]))


def model_of(item: Item) -> Model:
    holder = item.get("slot_decision")
    return Model(
        spec=ModelSpec.model_validate_json(str(item["spec"])),
        revision=str(item["revision"]),
        slot=Slot.model_validate({"decision": holder, "run": item.get("slot_run")}) if holder else None,
        champion=Champion.model_validate_json(str(item["champion"])) if "champion" in item else None,
        paused=Paused.model_validate_json(str(item["paused"])) if "paused" in item else None,
        pending={purpose: str(item[f"pending_{purpose}"]) for purpose in Purpose if f"pending_{purpose}" in item},
    )


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


def due_of(item: Item) -> Due:
    match str(item["pk"]).partition("#")[0]:
        case "WINDOW":
            return window_of(item)
        case "DECISION":
            return decision_of(item)
        case _:
            return run_of(item)
