"""A version in the registry, with what it was measured by and what it is to be watched by."""

from collections.abc import Mapping

from sagemaker.mlops.workflow.steps import StepTypeEnum

from pipeline_defs.blocks import Value
from pipeline_defs.request_step import RequestStep
from pipeline_defs.retries import throttled

SERVING = {"SAGEMAKER_PROGRAM": "serve.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
"""Tells the image what serves a model: the script that `train.py` puts into the archive, so that a version is always
served by the code of its own time.
https://sagemaker.readthedocs.io/en/stable/frameworks/sklearn/using_sklearn.html#deploy-a-scikit-learn-model
"""


def register(
    name: str,
    *,
    group: Value,
    image_uri: Value,
    model: Value,
    report: Value,
    metadata: Mapping[str, Value],
) -> RequestStep:
    """A version in the model's package group. `model` and `report`: URIs of `model.tar.gz` and the evaluation.

    It waits for approval: whether a person or the policy gives that is the control plane's to see to.
    """
    request = {
        "ModelPackageGroupName": group,
        "ModelMetrics": {"ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": report}}},
        "InferenceSpecification": {
            "Containers": [{"Image": image_uri, "ModelDataUrl": model, "Environment": SERVING}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
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
