"""What a run is told: the parameters that every pipeline started by the control plane must declare."""

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
    """Judge the package on the manifest's data, without training; the verdict is `evaluation.json` under `report_uri`."""
    return _request(
        spec,
        Purpose.EVALUATION,
        {
            "ModelPackageArn": package.arn,
            "ModelDataUrl": package.model_data_url,
            "DataManifest": manifest_uri,
            "ReportUri": report_uri,
        },
        fingerprint=fingerprint,
        decision=decision,
    )


def _request(
    spec: ModelSpec, purpose: Purpose, ours: dict[str, str], *, fingerprint: str, decision: str
) -> StartRequest:
    """The spec's own parameters come last, so a model may override what the control plane would say."""
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
        parameters=ours | shared | pipeline.parameters,
    )
