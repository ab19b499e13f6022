"""A version in the registry, with what it was measured by and what it is to be watched by."""

from collections.abc import Mapping
from dataclasses import dataclass

from sagemaker.mlops.workflow.steps import StepTypeEnum

from pipeline_defs.job_needs import Value
from pipeline_defs.request_step import RequestStep
from pipeline_defs.retries import throttled

SERVING = {"SAGEMAKER_PROGRAM": "serve.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
"""Tells the image what serves a model: the script that `train.py` puts into the archive, so that a version is always
served by the code of its own time.
https://sagemaker.readthedocs.io/en/stable/frameworks/sklearn/using_sklearn.html#deploy-a-scikit-learn-model
"""


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """What a monitor compares with: URIs of `statistics.json` and `constraints.json`."""

    statistics: Value
    constraints: Value

    def as_metrics(self) -> dict[str, dict[str, Value]]:
        return {"Statistics": _json(self.statistics), "Constraints": _json(self.constraints)}


def register(
    name: str,
    *,
    group: Value,
    image_uri: Value,
    model: Value,
    report: Value,
    sample: Value,
    data_quality: Baseline,
    model_quality: Baseline,
    metadata: Mapping[str, Value],
) -> RequestStep:
    """A version in the model's package group. `model` and `report`: URIs of `model.tar.gz` and the evaluation.

    `sample`: URI of an archive with a request that its endpoint is tested by.

    What it was measured by is its ModelMetrics, what it is to be watched by its DriftCheckBaselines; of data they are
    the same, for the evaluation set is the monitoring set. The statistics of ModelQuality are the evaluation's report,
    as the control plane reads it. It waits for approval: whether a person or the policy gives that is the control
    plane's to see to.
    https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-quality-clarify-baseline-lifecycle.html
    """
    data, quality = data_quality.as_metrics(), model_quality.as_metrics()
    request = {
        "ModelPackageGroupName": group,
        "ModelMetrics": {"ModelDataQuality": data, "ModelQuality": {**quality, "Statistics": _json(report)}},
        "DriftCheckBaselines": {"ModelDataQuality": data, "ModelQuality": quality},
        "InferenceSpecification": {
            "Containers": [{"Image": image_uri, "ModelDataUrl": model, "Environment": SERVING}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
        "Domain": "MACHINE_LEARNING",  # both are for Inference Recommender, which reads the sample too
        "Task": "OTHER",
        "SamplePayloadUrl": sample,
        "ModelApprovalStatus": "PendingManualApproval",
        "CustomerMetadataProperties": dict(metadata),
    }
    return RequestStep(
        name,
        StepTypeEnum.REGISTER_MODEL,
        request,
        response_shape="DescribeModelPackageOutput",
        retry_policies=[throttled()],  # a registration starts no job, so SageMaker refuses the other policy
    )


def _json(uri: Value) -> dict[str, Value]:
    return {"ContentType": "application/json", "S3Uri": uri}
