"""What a run is told: the parameters that every pipeline started by the control plane must declare."""

from control_plane.ledger import StartRequest
from control_plane.models import ModelSpec, Purpose


def training_request(spec: ModelSpec, *, manifest_uri: str, fingerprint: str, decision: str) -> StartRequest:
    """The spec's own parameters come last, so a model may override what the control plane would say."""
    pipeline = spec.pipelines.serving(Purpose.TRAINING)
    metric = spec.policy.metric
    ours = {
        "ModelPackageGroup": spec.model,
        "DataManifest": manifest_uri,
        "DataFingerprint": fingerprint,
        "DecisionKey": decision,
        "MetricName": metric.name,
        "MetricDirection": metric.direction,
        "MetricBar": str(metric.bar),
    }
    return StartRequest(
        model=spec.model,
        purpose=Purpose.TRAINING,
        fingerprint=fingerprint,
        pipeline=pipeline.name,
        parameters=ours | pipeline.parameters,
    )
