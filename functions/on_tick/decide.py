"""What the passing of time asks for: windows that close, starts that waited, runs whose end nobody reported."""

from control_plane.actions import Defer, Skip, Start, Wait
from control_plane.admission import admit
from control_plane.manifests import Manifest
from control_plane.outcomes import Outcome
from control_plane.ports import Execution
from control_plane.records import ArrivalWindow, Decision, Model
from control_plane.requests import training_request


def decide_window(
    window: ArrivalWindow, model: Model, manifest: Manifest, *, manifest_uri: str, data_used_by: str | None
) -> Start | Defer | Skip:
    """A window closed: train on what the folder holds now, unless it is empty or was trained on before."""
    folder = model.spec.data.source(window.purpose).prefix
    if not manifest.objects:
        return Skip(Outcome.SKIPPED_NO_DATA, f"{folder} held no data when its window closed")
    request = training_request(
        model.spec, manifest_uri=manifest_uri, fingerprint=manifest.fingerprint, decision=window.id
    )
    because = f"{len(manifest.objects)} objects in {folder}"
    return admit(request, model, because=because, data_used_by=data_used_by)


def decide_deferred(decision: Decision, model: Model) -> Start | Wait:
    """A start that waits goes ahead when the model's slot is free."""
    if model.slot:
        return Wait()
    return Start(decision.start, "the slot is free now")


def has_unseen_end(execution: Execution) -> bool:
    """Whether a run that the ledger believes to be going has ended without its event reaching us."""
    return execution.has_ended
