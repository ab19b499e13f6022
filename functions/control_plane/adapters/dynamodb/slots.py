"""The model's two slots, the places where what waits for them stands, and its champion: all on the model's one item.

A transaction may write an item once, so whatever changes together there is one write.
"""

import json
from collections.abc import Collection
from dataclasses import replace

from control_plane.adapters.dynamodb import keys
from control_plane.adapters.dynamodb.table import Update, Write
from control_plane.adapters.dynamodb.transactions import superseded
from control_plane.clock import stamp
from control_plane.errors import SlotTaken
from control_plane.policies import DriftKind
from control_plane.records import Champion, Decision, Deployment, DeployRequest, Run, StartRequest, Watch

# Drift was that of the champion before.
_DRIFT = ", ".join(f"drift_{kind}" for kind in DriftKind)
_CROWN = f"SET champion = :champion, champion_package = :package REMOVE {_DRIFT}"


def slot_of(request: StartRequest | DeployRequest) -> str:
    """A model has two slots: one for runs, one for deployments."""
    return "deploying" if isinstance(request, DeployRequest) else "slot"


def pending_place(request: StartRequest | DeployRequest) -> str:
    """Where a request waits for its slot."""
    return "pending_deployment" if isinstance(request, DeployRequest) else f"pending_{request.purpose}"


def taken_slot(decision: Decision, replaced: str | None) -> Write:
    """`replaced` waits for the slot, and gives up its place; whatever else waits there is news."""
    asked = decision.asked
    place, slot = pending_place(asked), f"{slot_of(asked)}_decision"
    waits = f"{place} = :replaced" if replaced else f"attribute_not_exists({place})"
    stays, config = _stays(asked)
    free = f"attribute_exists(pk) AND attribute_not_exists({slot}){stays}"
    alone = asked.is_rollback
    return Write(
        Update(keys.model_key(asked.model), f"SET {slot} = :decision" + ("" if alone else f" REMOVE {place}")),
        free if alone else f"{free} AND {waits}",
        {":decision": decision.id} | config | ({":replaced": replaced} if replaced else {}),
        lambda found: superseded(found) if found and slot not in found else SlotTaken(asked.model),
    )


def taken_slot_of_pending(decision: Decision) -> Write:
    """The slot and the pending start are one item, so no moment has the decision in both places or in neither."""
    asked = decision.asked
    place, slot = pending_place(asked), f"{slot_of(asked)}_decision"
    stays, config = _stays(asked)
    return Write(
        Update(keys.model_key(asked.model), f"SET {slot} = :decision REMOVE {place}"),
        f"attribute_not_exists({slot}) AND {place} = :decision{stays}",
        {":decision": decision.id} | config,
        lambda _: SlotTaken(asked.model),
    )


def _stays(request: StartRequest | DeployRequest) -> tuple[str, dict[str, str | int]]:
    """The condition that nothing of what is to be deployed is being deleted, with its values: names in quotes."""
    if isinstance(request, StartRequest):
        return "", {}
    stays = "NOT contains(collecting, :config) AND NOT contains(collecting, :served)"
    named: dict[str, str | int] = {":config": json.dumps(request.config), ":served": json.dumps(request.served_model)}
    return f" AND (attribute_not_exists(collecting) OR ({stays}))", named


def retired(model: str, names: Collection[str]) -> Write:
    return Write(
        Update(keys.model_key(model), "SET collecting = :names"),
        "attribute_exists(pk) AND attribute_not_exists(deploying_decision)",
        {":names": json.dumps(list(names))},
        superseded,
    )


def all_collected(model: str) -> Write:
    return Write(Update(keys.model_key(model), "REMOVE collecting"), "attribute_exists(pk)", conflict=superseded)


def running(run: Run) -> Write:
    """The slot's run is known by name, and its purpose has begun a run."""
    return Write(
        Update(keys.model_key(run.model), f"SET slot_run = :run, started_{run.purpose} = :at"),
        "slot_decision = :decision",
        {":run": run.arn, ":at": stamp(run.started_at), ":decision": run.decision},
        superseded,
    )


def deploying(deployment: Deployment) -> Write:
    return Write(
        Update(keys.model_key(deployment.request.model), "SET deploying_run = :run"),
        "deploying_decision = :decision",
        {":run": deployment.request.config, ":decision": deployment.id},
        superseded,
    )


def freed_slot(decision: Decision) -> Write:
    return _freed(decision.asked.model, slot_of(decision.asked), decision.id)


def freed_run(run: Run) -> Write:
    return _freed(run.model, "slot", run.decision)


def freed_deployment(
    deployment: Deployment, champion: Champion | None, instead_of: str | None, then: Decision | None
) -> Write:
    """One write, because a transaction may write an item once: the slot is free, or has gone over to the decision
    `then`, and who is champion may change.
    """
    model = deployment.request.model
    freed = _freed(model, "deploying", deployment.id)
    if then:
        return _handed_over(deployment, then)
    if champion is None:
        return freed
    crown = crowned(model, champion, instead_of)
    return Write(
        Update(keys.model_key(model), f"{_CROWN}, deploying_decision, deploying_run"),
        f"{freed.condition} AND {crown.condition}",
        {**(freed.values or {}), **(crown.values or {})},
        superseded,
    )


def _handed_over(deployment: Deployment, then: Decision) -> Write:
    return Write(
        Update(keys.model_key(deployment.request.model), "SET deploying_decision = :next REMOVE deploying_run"),
        "deploying_decision = :decision",
        {":decision": deployment.id, ":next": then.id},
        superseded,
    )


def _freed(model: str, slot: str, decision_id: str) -> Write:
    return Write(
        Update(keys.model_key(model), f"REMOVE {slot}_decision, {slot}_run"),
        f"{slot}_decision = :decision",
        {":decision": decision_id},
        superseded,
    )


def slot_given_to_pending(decision: Decision, replaced: str | None) -> Write:
    """A begun decision steps back from the slot to the pending place, if nothing new waits there."""
    asked = decision.asked
    place, slot = pending_place(asked), slot_of(asked)
    waits = f"{place} = :replaced" if replaced else f"attribute_not_exists({place})"
    return Write(
        Update(keys.model_key(asked.model), f"SET {place} = :decision REMOVE {slot}_decision, {slot}_run"),
        f"{slot}_decision = :decision AND {waits}",
        {":decision": decision.id} | ({":replaced": replaced} if replaced else {}),
        superseded,
    )


def crowned(model: str, champion: Champion, instead_of: str | None) -> Write:
    """`champion_package` stands beside the record so that a condition can see who the champion is."""
    values = {":champion": champion.model_dump_json(), ":package": champion.package}
    return Write(
        Update(keys.model_key(model), _CROWN),
        "champion_package = :before"
        if instead_of
        else "attribute_exists(pk) AND attribute_not_exists(champion_package)",
        values | ({":before": instead_of} if instead_of else {}),
        superseded,
    )


def adopted(model: str, champion: Champion, instead_of: str | None) -> Write:
    """What serves is about to be another where a deployment is under way."""
    crown = crowned(model, champion, instead_of)
    return replace(crown, condition=f"{crown.condition} AND attribute_not_exists(deploying_decision)")


def watched(model: str, watch: Watch, champion: str) -> Write:
    return Write(
        Update(keys.model_key(model), "SET watched_by = :watch"),
        "champion_package = :champion",
        {":watch": watch.model_dump_json(), ":champion": champion},
        superseded,
    )


def pending(decision: Decision, replaced: str | None) -> Write:
    place = pending_place(decision.asked)
    return Write(
        Update(keys.model_key(decision.asked.model), f"SET {place} = :decision"),
        f"{place} = :replaced" if replaced else f"attribute_not_exists({place})",
        {":decision": decision.id} | ({":replaced": replaced} if replaced else {}),
        superseded,
    )


def no_longer_pending(decision: Decision) -> Write:
    place = pending_place(decision.asked)
    return Write(
        Update(keys.model_key(decision.asked.model), f"REMOVE {place}"),
        f"{place} = :decision",
        {":decision": decision.id},
        superseded,
    )
