"""Gather, decide, act, for each kind of due item."""

from datetime import timedelta

from control_plane.actions import Start
from control_plane.dispatcher import Dispatcher, Subject
from control_plane.manifests import Manifest, folders_above, is_data
from control_plane.models import Data
from control_plane.policies import Purpose
from control_plane.ports import ControlPlane
from control_plane.records import ArrivalWindow, Decision, Run
from on_tick.decide import decide_deferred, decide_window, has_unseen_end

LOOK_AGAIN = timedelta(minutes=1)


def close_window(window: ArrivalWindow, plane: ControlPlane) -> Decision:
    """Seal first, list after: what lands while we list opens a window of its own, so nothing falls between two."""
    sealed = window if window.sealed else plane.ledger.seal(window, plane.now())
    model = plane.ledger.model(sealed.model)
    manifest = list_data(model.spec.data, sealed.purpose, plane)
    folder = f"manifests/{sealed.model}/{manifest.fingerprint}"
    uri = plane.objects.write(plane.artifact_bucket, f"{folder}/manifest.json", manifest.for_sagemaker())
    plane.objects.write(plane.artifact_bucket, f"{folder}/objects.json", manifest.for_people())
    used_by = plane.ledger.data_used_by(sealed.model, sealed.purpose, manifest.fingerprint, plane.now())
    action = decide_window(sealed, model, manifest, manifest_uri=uri, data_used_by=used_by)
    subject = Subject(sealed.id, sealed.first_event, model, sealed.purpose, manifest.fingerprint, sealed)
    return Dispatcher.of(plane).carry_out(action, subject)


def list_data(data: Data, purpose: Purpose, plane: ControlPlane) -> Manifest:
    """What the folder holds for this purpose: not what lies in a folder inside it that feeds something else."""
    source = data.source(purpose)
    found = [
        item
        for item in plane.objects.list(data.bucket, source.prefix)
        if is_data(item.key, manifest=source.close.manifest, exclude=data.exclude)
    ]
    inside = {folder for item in found for folder in folders_above(item.key) if len(folder) > len(source.prefix)}
    others = tuple(plane.ledger.routes(data.bucket, inside)) if inside else ()
    return Manifest.of(data.bucket, (item for item in found if not item.key.startswith(others)))


def reconsider(decision: Decision, plane: ControlPlane) -> Decision | None:
    """A deferred start goes ahead once its cause has ended."""
    model = plane.ledger.model(decision.start.model)
    action = decide_deferred(decision, model)
    started = Dispatcher.of(plane).take_up(decision, action) if isinstance(action, Start) else None
    if started is None:
        plane.ledger.look_again(decision, plane.now() + LOOK_AGAIN)
    return started


def observe(run: Run, plane: ControlPlane) -> None:
    """Ask SageMaker about a run; tell `on_pipeline_execution`, as SageMaker's event would have, if it has ended."""
    execution = plane.pipelines.describe(run.arn)
    if has_unseen_end(execution):
        plane.events.send("Pipeline Execution Observed", {"pipelineExecutionArn": run.arn})
    plane.ledger.look_again(run, plane.now() + LOOK_AGAIN)
