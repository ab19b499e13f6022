"""Gather what admission needs to know about a run that might start."""

from collections.abc import Sequence

from control_plane.actions import Skip
from control_plane.admission import Candidate
from control_plane.costs import month_of
from control_plane.errors import UnknownPackage
from control_plane.manifests import Manifest, folders_above, is_data
from control_plane.outcomes import Outcome
from control_plane.policies import Purpose
from control_plane.ports import ControlPlane
from control_plane.records import Decision, Model, Run, StartRequest
from control_plane.registry import Package
from control_plane.requests import CHAMPION, against, evaluation_request, training_request
from control_plane.standings import known_package


def candidate(
    model: Model, purpose: Purpose, decision_id: str, plane: ControlPlane, ended: Run | None = None
) -> Candidate:
    """The run of this purpose on what the model's folder holds now, after the one that just `ended`, if one did.

    Writes the manifest that names it.
    """
    source = model.spec.data.sources.get(purpose)
    if source is None:
        return _none(model, purpose, Outcome.SKIPPED_NO_DATA, f"the model has no data for {purpose}")
    if purpose is Purpose.EVALUATION and model.champion is None:
        return _none(model, purpose, Outcome.SKIPPED_NO_CHAMPION, "no version was approved yet, so none can be judged")
    manifest = list_data(model, purpose, plane)
    if not manifest.objects:
        return _none(model, purpose, Outcome.SKIPPED_NO_DATA, f"{source.prefix} holds no data")
    try:
        request = _request(model, purpose, manifest, decision_id, plane)
    except UnknownPackage as error:
        return _none(model, purpose, Outcome.SKIPPED_NO_CHAMPION, str(error))
    return Candidate(
        model,
        purpose,
        request,
        data=f"{len(manifest.objects)} objects in {source.prefix}",
        data_used_by=plane.ledger.data_used_by(model.spec.model, purpose, request.fingerprint, plane.now()),
        recent=recent_runs(model, plane, ended),
    )


def recent_runs(model: Model, plane: ControlPlane, ended: Run | None = None) -> Sequence[Run]:
    """Read only where a budget counts them. The index that they are read from may not know yet what `ended`."""
    budget = model.spec.policy.budget
    if not (budget.runs_per_day or budget.cost_per_month):
        return []
    month, _ = month_of(plane.now())
    found = plane.ledger.runs(model.spec.model, since=month if budget.cost_per_month else None)
    return [ended if ended and run.arn == ended.arn else run for run in found]


def list_data(model: Model, purpose: Purpose, plane: ControlPlane) -> Manifest:
    """What the folder holds for this purpose: not what lies in a folder inside it that feeds something else."""
    data, source = model.spec.data, model.spec.data.sources[purpose]
    found = [
        item
        for item in plane.objects.list(data.bucket, source.prefix)
        if is_data(item.key, manifest=source.close.manifest, exclude=data.exclude)
    ]
    inside = {folder for item in found for folder in folders_above(item.key) if len(folder) > len(source.prefix)}
    others = tuple(plane.ledger.routes(data.bucket, inside)) if inside else ()
    return Manifest.of(data.bucket, (item for item in found if not item.key.startswith(others)))


def _request(model: Model, purpose: Purpose, manifest: Manifest, decision_id: str, plane: ControlPlane) -> StartRequest:
    spec, uri = model.spec, _written(model, manifest, plane)
    if purpose is Purpose.TRAINING or model.champion is None:
        return training_request(
            spec,
            manifest_uri=uri,
            fingerprint=manifest.fingerprint,
            decision=decision_id,
            champion=comparable_champion(model, plane),
        )
    return evaluation_request(
        spec,
        manifest_uri=uri,
        fingerprint=manifest.fingerprint,
        decision=decision_id,
        package=plane.registry.describe(model.champion.package),
        report_uri=f"s3://{plane.artifact_bucket}/evaluations/{spec.model}/{decision_id}",
    )


def comparable_champion(model: Model, plane: ControlPlane) -> Package | None:
    """The version that a new one is compared with. None where it left the registry, or has no archive of its own."""
    package = known_package(model.champion.package, plane) if model.champion else None
    return package if package and package.model_data_url else None


def brought_up_to_date(decision: Decision, model: Model, plane: ControlPlane) -> Decision:
    """A training that waited is compared with the champion of now, not with that of the day it was decided on.

    One that SageMaker may have been asked for is not: under its token, another request might start another run.
    """
    asked, champion = decision.request, model.champion.package if model.champion else None
    if decision.begun_at or not isinstance(asked, StartRequest) or asked.purpose is not Purpose.TRAINING:
        return decision
    if asked.parameters.get(CHAMPION) == champion:
        return decision
    return decision.model_copy(update={"request": against(comparable_champion(model, plane), asked, model.spec)})


def _written(model: Model, manifest: Manifest, plane: ControlPlane) -> str:
    """The manifest's URI. Its name is its content's, so writing it again changes nothing."""
    folder = f"manifests/{model.spec.model}/{manifest.fingerprint}"
    plane.objects.write(plane.artifact_bucket, f"{folder}/objects.json", manifest.for_people())
    return plane.objects.write(plane.artifact_bucket, f"{folder}/manifest.json", manifest.for_sagemaker())


def _none(model: Model, purpose: Purpose, outcome: Outcome, why: str) -> Candidate:
    return Candidate(model, purpose, None, Skip(outcome, why))
