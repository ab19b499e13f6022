"""Train a model on the data of one manifest, and register it if it meets the bar.

Prepare ─> Train ─> Evaluate ─> Gate ─┬─> Register
                                      └─> BelowBar (fails, and says by how much)
"""

from dataclasses import dataclass
from datetime import timedelta

from sagemaker.core import image_uris
from sagemaker.core.workflow.conditions import ConditionGreaterThanOrEqualTo
from sagemaker.core.workflow.functions import Join
from sagemaker.core.workflow.parameters import Parameter, ParameterFloat, ParameterString
from sagemaker.core.workflow.properties import PropertyFile
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.pipeline import Pipeline

from pipeline_defs.account import Account
from pipeline_defs.blocks import Input, Jobs, register
from pipeline_defs.offline_sdk import offline_session
from pipeline_defs.request_step import RequestStep

NAME = "pointsman-training"

SKLEARN_IMAGE = "1.9-0"
"""AWS's prebuilt scikit-learn image, of the release that uv.lock pins for running the same scripts locally."""

EVALUATION = PropertyFile(name="Evaluation", output_name="evaluation", path="evaluation.json")


def _image_uri(region: str) -> str:
    return str(image_uris.retrieve("sklearn", region, version=SKLEARN_IMAGE))


@dataclass(frozen=True)
class Parameters:
    """What an execution is started with. Those without a default must be given; defaults are production's values."""

    model_package_group: Parameter
    data_manifest: Parameter
    """S3 URI of a SageMaker manifest file: `[{"prefix": "s3://bucket/"}, "key", …]`."""
    data_fingerprint: Parameter
    decision_key: Parameter
    target: Parameter
    """The column to predict."""
    features: Parameter
    """Names separated by commas, or `*`: every other column. At most 256 characters, a container argument's limit."""
    metric_name: Parameter
    metric_direction: Parameter
    metric_bar: Parameter
    processing_instance_type: Parameter
    training_instance_type: Parameter
    image_uri: Parameter
    approval_status: Parameter

    @classmethod
    def for_region(cls, region: str) -> "Parameters":
        """With the image that AWS hosts in the region."""
        return cls(
            model_package_group=ParameterString("ModelPackageGroup"),
            data_manifest=ParameterString("DataManifest"),
            data_fingerprint=ParameterString("DataFingerprint"),
            decision_key=ParameterString("DecisionKey"),
            target=ParameterString("Target", "target"),
            features=ParameterString("Features", "*"),
            metric_name=ParameterString("MetricName", "rmse", enum_values=["rmse", "mse", "mae", "r2"]),
            metric_direction=ParameterString("MetricDirection", "minimize", enum_values=["minimize", "maximize"]),
            metric_bar=ParameterFloat("MetricBar"),
            processing_instance_type=ParameterString("ProcessingInstanceType", "ml.m5.xlarge"),
            training_instance_type=ParameterString("TrainingInstanceType", "ml.m5.xlarge"),
            image_uri=ParameterString("ImageUri", _image_uri(region)),
            approval_status=ParameterString(
                "ApprovalStatus", "PendingManualApproval", enum_values=["PendingManualApproval", "Approved"]
            ),
        )


def build(account: Account) -> Pipeline:
    """The pipeline as the SDK's object; `definition()` needs no account."""
    parameters = Parameters.for_region(account.region)
    jobs = Jobs(account, NAME, parameters.image_uri)
    prepared = _prepare(jobs, parameters)
    trained = _train(jobs, parameters, prepared)
    evaluated = _evaluate(jobs, parameters, prepared, trained)
    return Pipeline(
        name=NAME,
        parameters=list(vars(parameters).values()),
        pipeline_experiment_config=None,
        steps=[prepared, trained, evaluated, _gate(parameters, trained, evaluated)],
        sagemaker_session=offline_session(account.region),
    )


def _prepare(jobs: Jobs, parameters: Parameters) -> RequestStep:
    return jobs.processing(
        "Prepare",
        "prepare.py",
        instance_type=parameters.processing_instance_type,
        max_runtime=timedelta(hours=1),
        inputs={"data": Input(uri=parameters.data_manifest, data_type="ManifestFile")},
        outputs=["train", "test"],
        arguments=["--target", parameters.target, "--features", parameters.features],
    )


def _train(jobs: Jobs, parameters: Parameters, prepared: RequestStep) -> RequestStep:
    return jobs.training(
        "Train",
        "train.py",
        instance_type=parameters.training_instance_type,
        max_runtime=timedelta(hours=6),
        inputs={"train": Input(uri=prepared.output("train"))},
        hyperparameters={"target": parameters.target},
    )


def _evaluate(jobs: Jobs, parameters: Parameters, prepared: RequestStep, trained: RequestStep) -> RequestStep:
    return jobs.processing(
        "Evaluate",
        "evaluate.py",
        instance_type=parameters.processing_instance_type,
        max_runtime=timedelta(hours=1),
        inputs={
            "model": Input(uri=trained.properties.ModelArtifacts.S3ModelArtifacts),
            "test": Input(uri=prepared.output("test")),
        },
        outputs=[EVALUATION.output_name],
        arguments=[
            "--metric",
            parameters.metric_name,
            "--direction",
            parameters.metric_direction,
            "--bar",
            parameters.metric_bar.to_string(),
        ],
        report=EVALUATION,
    )


def _gate(parameters: Parameters, trained: RequestStep, evaluated: RequestStep) -> ConditionStep:
    return ConditionStep(
        name="Gate",
        # The margin's sign already knows the metric's direction.
        conditions=[ConditionGreaterThanOrEqualTo(left=evaluated.read("verdict.margin"), right=0.0)],
        if_steps=[_register(parameters, trained, evaluated)],
        else_steps=[
            FailStep(
                name="BelowBar",
                error_message=Join(on=" ", values=["Not registered:", evaluated.read("verdict.summary")]),
            )
        ],
    )


def _register(parameters: Parameters, trained: RequestStep, evaluated: RequestStep) -> RequestStep:
    return register(
        "Register",
        group=parameters.model_package_group,
        image_uri=parameters.image_uri,
        model=trained.properties.ModelArtifacts.S3ModelArtifacts,
        statistics=Join(on="/", values=[evaluated.output(EVALUATION.output_name), EVALUATION.path]),
        approval_status=parameters.approval_status,
        metadata={
            "DataManifest": parameters.data_manifest,
            "DataFingerprint": parameters.data_fingerprint,
            "DecisionKey": parameters.decision_key,
        },
    )
