"""What a run is told: the parameters that its pipeline declares, but for those that the model's spec omits."""

import hashlib

from control_plane.models import ModelSpec, PipelineRef
from control_plane.policies import Purpose
from control_plane.records import StartRequest
from control_plane.registry import Package

CHAMPION = "ChampionPackageArn"
CHAMPION_ARCHIVE = "ChampionModelDataUrl"


def training_request(
    spec: ModelSpec, *, manifest_uri: str, fingerprint: str, decision: str, champion: Package | None
) -> StartRequest:
    """Train on the manifest's data; register in the model's group what meets the bar and keeps up with the champion."""
    return _request(
        spec,
        Purpose.TRAINING,
        {
            "DataManifest": manifest_uri,
            "MetricTolerance": str(spec.policy.metric.tolerance),
            **_champion(champion),
        },
        fingerprint=fingerprint,
        decision=decision,
    )


def against(champion: Package | None, request: StartRequest, spec: ModelSpec) -> StartRequest:
    """The same training, compared with this champion instead of the one that it was decided under."""
    others = {name: value for name, value in request.parameters.items() if name not in {CHAMPION, CHAMPION_ARCHIVE}}
    told = _told(spec.pipelines.training, _champion(champion))
    return request.model_copy(update={"parameters": others | told})


def _champion(package: Package | None) -> dict[str, str]:
    """Nothing where there is none to compare with: each pipeline's defaults say what that means to it."""
    return {CHAMPION: package.arn, CHAMPION_ARCHIVE: package.model_data_url} if package else {}


def evaluation_request(
    spec: ModelSpec, *, manifest_uri: str, fingerprint: str, decision: str, package: Package, report_uri: str
) -> StartRequest:
    """Judge the package on the manifest's data, without training. The verdict is `evaluation.json` under `report_uri`.

    The request's fingerprint covers the package too: the same data is new to another version.
    """
    return _request(
        spec,
        Purpose.EVALUATION,
        {
            "ModelPackageArn": package.arn,
            "ModelDataUrl": package.model_data_url,
            "ImageUri": package.image,  # a model's file is bound to the library versions that wrote it
            "DataManifest": manifest_uri,
            "ReportUri": report_uri,
        },
        fingerprint=hashlib.sha256(f"{fingerprint} {package.arn}".encode()).hexdigest(),
        decision=decision,
    )


def _request(
    spec: ModelSpec, purpose: Purpose, ours: dict[str, str], *, fingerprint: str, decision: str
) -> StartRequest:
    """What the control plane says comes last: a model can't send a run to other data than was decided on."""
    pipeline, metric = spec.pipelines.serving[purpose], spec.policy.metric
    shared = {
        "ModelPackageGroup": spec.model,
        "DataFingerprint": fingerprint,
        "DecisionKey": decision,
        "MetricName": metric.name,
        "MetricDirection": metric.direction,
        "MetricBar": str(metric.bar),
    }
    return StartRequest(
        model=spec.model,
        purpose=purpose,
        fingerprint=fingerprint,
        pipeline=pipeline.name,
        parameters=pipeline.parameters | _told(pipeline, ours | shared),
    )


def _told(pipeline: PipelineRef, ours: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in ours.items() if name not in pipeline.omit}
