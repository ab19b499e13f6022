"""Delete what deployments have left behind, once nothing can go back to it any more."""

import hashlib

from control_plane.collecting import Leftovers, leftovers, uncollected
from control_plane.dispatcher import Dispatcher, Subject
from control_plane.errors import AlreadyDecided, Superseded
from control_plane.outcomes import Outcome
from control_plane.ports import ControlPlane
from control_plane.records import Decision, Model
from control_plane.standings import standing_of


def collect(model: Model, plane: ControlPlane) -> list[Decision]:
    """What is about to be deleted stands on the model first: from then on nothing that needs it is deployed, and a tick
    sees to it should this die. Deleting again is harmless.
    """
    if model.deploying or model.spec.deployment is None:
        return []
    found = _left_behind(model, plane)
    if found.names != model.collecting:
        try:
            plane.ledger.retire(model.spec.model, found.names)
        except Superseded:  # a deployment has begun; its end collects
            return []
    if not found.configs:
        return []
    plane.endpoints.discard(found.configs, found.models)
    because = f"deleted {', '.join(found.names)}"
    subject = Subject(_decision_id(found), f"{len(found.configs)} configurations", model)
    decision = Dispatcher.of(plane).decision_on(Outcome.COLLECTED, because, subject)
    collected = [known.model_copy(update={"collected_at": plane.now()}) for known in found.deployments]
    try:
        plane.ledger.collected(decision, collected)
    except AlreadyDecided as known:
        return [known.decision]
    return [decision]


def _left_behind(model: Model, plane: ControlPlane) -> Leftovers:
    """An earlier spec may have had another endpoint, which goes on serving what it served."""
    deployments = plane.ledger.deployments(model.spec.model)
    endpoints = {known.request.endpoint for known in uncollected(deployments)}
    described = [found for name in sorted(endpoints) if (found := plane.endpoints.describe(name))]
    waiting = standing_of(model, plane).waiting
    in_use = {name for found in described for name in (found.config, found.coming) if name}
    in_use |= {waiting.config} if waiting else set()
    keep = model.spec.deployment.keep if model.spec.deployment else len(deployments)
    return leftovers(deployments, model.champion, in_use, keep)


def _decision_id(found: Leftovers) -> str:
    said = " ".join(sorted(known.id for known in found.deployments))
    return f"collect-{hashlib.sha256(said.encode()).hexdigest()[:24]}"
