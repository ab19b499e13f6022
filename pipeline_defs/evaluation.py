"""Judge a registered version on new data, those of one manifest, without training and without registering.

Prepare (every row into the test set) ─> Evaluate

The execution succeeds whatever the verdict: it stands in `<ReportUri>/evaluation.json`, and what follows from it is
the control plane's to decide.
"""

from sagemaker.core.workflow.parameters import ParameterString
from sagemaker.mlops.workflow.pipeline import Pipeline

from pipeline_defs import measuring
from pipeline_defs.account import Account
from pipeline_defs.blocks import Jobs
from pipeline_defs.offline_sdk import offline_session
from pipeline_defs.parameters import MeasuringParameters

NAME = "pointsman-evaluation"


class EvaluationParameters(MeasuringParameters):
    """What is judged, and where the report goes. `ImageUri` should be the image that the version is registered with."""

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self.model_package_arn = ParameterString("ModelPackageArn")
        self.model_data_url = ParameterString("ModelDataUrl")
        """S3 URI of that package's `model.tar.gz`."""
        self.report_uri = ParameterString("ReportUri")
        """S3 URI of a folder that only this execution writes to, without a slash at the end."""


def build(account: Account) -> Pipeline:
    """The pipeline as the SDK's object; `definition()` needs no account."""
    parameters = EvaluationParameters(account)
    jobs = Jobs(account=account, pipeline=NAME, image_uri=parameters.image_uri, tags=parameters.tags())
    prepared = measuring.prepare(jobs, parameters, test_share=measuring.ONLY_A_TEST_SET)
    evaluated = measuring.evaluate(
        jobs,
        parameters,
        model=parameters.model_data_url,
        test=prepared.output("test"),
        report_uri=parameters.report_uri,
        about={
            "ModelPackageArn": parameters.model_package_arn,
            "DataFingerprint": parameters.data_fingerprint,
            "DecisionKey": parameters.decision_key,
        },
    )
    return Pipeline(
        name=NAME,
        parameters=parameters.all(),
        pipeline_experiment_config=None,
        steps=[prepared, evaluated],
        sagemaker_session=offline_session(account.region),
    )
