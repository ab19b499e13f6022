"""Train a model on the data of one manifest, and register it if it meets the bar.

Prepare ─> Train ─> Evaluate ─> Gate ─┬─> Register
                                      └─> BelowBar (fails, and says by how much)
"""

from datetime import timedelta

from sagemaker.core.helper.pipeline_variable import PipelineVariable
from sagemaker.core.workflow.conditions import ConditionGreaterThanOrEqualTo
from sagemaker.core.workflow.functions import Join
from sagemaker.core.workflow.parameters import ParameterString
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.pipeline import Pipeline

from pipeline_defs import measuring
from pipeline_defs.account import Account
from pipeline_defs.blocks import Input, Jobs, register
from pipeline_defs.measuring import REPORT
from pipeline_defs.offline_sdk import offline_session
from pipeline_defs.parameters import Parameters
from pipeline_defs.request_step import RequestStep

NAME = "pointsman-training"


class TrainingParameters(Parameters):
    """Where the version goes, and what training takes."""

    def __init__(self, region: str) -> None:
        super().__init__(region)
        self.model_package_group = ParameterString("ModelPackageGroup")
        self.training_instance_type = ParameterString("TrainingInstanceType", "ml.m5.xlarge")


def build(account: Account) -> Pipeline:
    """The pipeline as the SDK's object; `definition()` needs no account."""
    parameters = TrainingParameters(account.region)
    jobs = Jobs(account, NAME, parameters.image_uri)
    prepared = measuring.prepare(jobs, parameters, test_share=measuring.TRAINING_AND_TEST_SET)
    trained = _train(jobs, parameters, prepared)
    evaluated = measuring.evaluate(jobs, parameters, model=_artefact(trained), test=prepared.output("test"))
    return Pipeline(
        name=NAME,
        parameters=parameters.all(),
        pipeline_experiment_config=None,
        steps=[prepared, trained, evaluated, _gate(parameters, trained, evaluated)],
        sagemaker_session=offline_session(account.region),
    )


def _train(jobs: Jobs, parameters: TrainingParameters, prepared: RequestStep) -> RequestStep:
    return jobs.training(
        "Train",
        "train.py",
        instance_type=parameters.training_instance_type,
        max_runtime=timedelta(hours=6),
        inputs={"train": Input(uri=prepared.output("train"))},
        hyperparameters={"target": parameters.target},
    )


def _artefact(trained: RequestStep) -> PipelineVariable:
    return trained.properties.ModelArtifacts.S3ModelArtifacts


def _gate(parameters: TrainingParameters, trained: RequestStep, evaluated: RequestStep) -> ConditionStep:
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


def _register(parameters: TrainingParameters, trained: RequestStep, evaluated: RequestStep) -> RequestStep:
    return register(
        "Register",
        group=parameters.model_package_group,
        image_uri=parameters.image_uri,
        model=_artefact(trained),
        statistics=Join(on="/", values=[evaluated.output(REPORT.output_name), REPORT.path]),
        metadata={
            "DataManifest": parameters.data_manifest,
            "DataFingerprint": parameters.data_fingerprint,
            "DecisionKey": parameters.decision_key,
        },
    )
