"""What a run is told: the parameters that every pipeline started by the control plane must declare."""

import hashlib

from control_plane.models import ModelSpec
from control_plane.policies import Purpose
from control_plane.records import StartRequest
from control_plane.registry import Package


def training_request(spec: ModelSpec, *, manifest_uri: str, fingerprint: str, decision: str) -> StartRequest:
    """Train on the manifest's data; register in the model's group if the version meets the bar."""
    return _request(
        spec,
        Purpose.TRAINING,
        {"ModelPackageGroup": spec.model, "DataManifest": manifest_uri},
        fingerprint=fingerprint,
        decision=decision,
    )


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
        parameters=pipeline.parameters | ours | shared,
    )
