"""Train a model on the data of one manifest, and register it if it meets the bar and keeps up with the champion.

Prepare ─┬─> Train ─> Evaluate ─> Gate ─┬─> QualityBaseline ─> Register
         └─> Baseline                   └─> NotGoodEnough (fails, and says by how much)
"""

from datetime import timedelta

from sagemaker.core.helper.pipeline_variable import PipelineVariable
from sagemaker.core.workflow.conditions import ConditionGreaterThanOrEqualTo
from sagemaker.core.workflow.functions import Join
from sagemaker.core.workflow.parameters import ParameterFloat, ParameterInteger, ParameterString
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.pipeline import Pipeline

from pipeline_defs import analyzing, measuring
from pipeline_defs.account import Account
from pipeline_defs.blocks import Jobs
from pipeline_defs.job_needs import Input, Machines
from pipeline_defs.measuring import EVALUATION, PREDICTIONS, REPORT, SAMPLE, SAMPLE_ARCHIVE, Rival
from pipeline_defs.offline_sdk import offline_session
from pipeline_defs.parameters import MeasuringParameters
from pipeline_defs.registering import register
from pipeline_defs.request_step import RequestStep, ScriptStep
from pipeline_defs.step_code import NO_CHAMPION

NAME = "pointsman-training"


class TrainingParameters(MeasuringParameters):
    """What training takes, and the version that a new one is compared with."""

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self.metric_tolerance = ParameterFloat("MetricTolerance", 0.0)
        """How much worse than the champion a version may be, in the metric's unit."""
        self.champion_package_arn = ParameterString("ChampionPackageArn", "none")
        self.champion_model_data_url = ParameterString("ChampionModelDataUrl", f"{account.code_uri}{NO_CHAMPION}")
        """S3 URI of its `model.tar.gz`. A job's input can't be left out, so by default it is a file that says so."""
        self.estimator = ParameterString("Estimator", "linear")
        """Which script of `steps/` has the `fit`, without `.py`."""
        self.training_instance_type = ParameterString("TrainingInstanceType", "ml.m5.xlarge")
        self.training_instance_count = ParameterInteger("TrainingInstanceCount", 1)

    def training_machines(self) -> Machines:
        return Machines(
            instance_type=self.training_instance_type,
            count=self.training_instance_count,
            volume_gb=self.volume_gb,
            max_runtime=timedelta(hours=6),
        )


def build(account: Account) -> Pipeline:
    """The pipeline as the SDK's object; `definition()` needs no account."""
    parameters = TrainingParameters(account)
    jobs = Jobs(account=account, pipeline=NAME, image_uri=parameters.image_uri, tags=parameters.tags())
    prepared = measuring.prepare(jobs, parameters, test_share=measuring.TRAINING_AND_TEST_SET)
    trained = _train(jobs, parameters, prepared)
    evaluated = measuring.evaluate(
        jobs,
        parameters,
        model=_artefact(trained),
        test=prepared.output("test"),
        rival=Rival(archive=parameters.champion_model_data_url, tolerance=parameters.metric_tolerance.to_string()),
        about={"ChampionPackageArn": parameters.champion_package_arn},
    )
    baseline = analyzing.baseline(
        jobs,
        parameters,
        "Baseline",
        dataset=prepared.output("test"),
        asked={"dataset_format": analyzing.TEST_SET},
    )
    quality = _quality_baseline(jobs, parameters, evaluated)
    registered = _register(account, parameters, trained, evaluated, data=baseline, quality=quality)
    return Pipeline(
        name=NAME,
        parameters=parameters.all(),
        pipeline_experiment_config=None,
        steps=[prepared, baseline, trained, evaluated, _gate(evaluated, [quality, registered])],
        sagemaker_session=offline_session(account.region),
    )


def _train(jobs: Jobs, parameters: TrainingParameters, prepared: ScriptStep) -> RequestStep:
    return jobs.training(
        "Train",
        "train.py",
        machines=parameters.training_machines(),
        inputs={"train": Input(uri=prepared.output("train"))},
        hyperparameters={
            "target": parameters.target,
            "problem_type": parameters.problem_type,
            "estimator": parameters.estimator,
        },
    )


def _artefact(trained: RequestStep) -> PipelineVariable:
    return trained.properties.ModelArtifacts.S3ModelArtifacts


def _quality_baseline(jobs: Jobs, parameters: TrainingParameters, evaluated: ScriptStep) -> ScriptStep:
    """How good the version was on rows that were new to it: what its predictions in use are held against."""
    return analyzing.baseline(
        jobs,
        parameters,
        "QualityBaseline",
        dataset=evaluated.output(PREDICTIONS),
        asked={
            "dataset_format": analyzing.PREDICTIONS,
            "analysis_type": "MODEL_QUALITY",
            "problem_type": parameters.problem_type,
            "inference_attribute": "prediction",
            "probability_attribute": "probability",
            "ground_truth_attribute": "label",
        },
    )


def _gate(evaluated: ScriptStep, passed: list[RequestStep]) -> ConditionStep:
    """One condition on the smaller of two margins, to the bar and to the champion; its sign knows the direction."""
    margin = evaluated.number(EVALUATION, REPORT, "verdict.margin")
    summary = evaluated.text(EVALUATION, REPORT, "verdict.summary")
    return ConditionStep(
        name="Gate",
        conditions=[ConditionGreaterThanOrEqualTo(left=margin, right=0.0)],
        if_steps=passed,
        else_steps=[
            FailStep(name="NotGoodEnough", error_message=Join(on=" ", values=["Not registered:", summary])),
        ],
    )


def _register(
    account: Account,
    parameters: TrainingParameters,
    trained: RequestStep,
    evaluated: ScriptStep,
    *,
    data: ScriptStep,
    quality: ScriptStep,
) -> RequestStep:
    return register(
        "Register",
        group=parameters.model_package_group,
        image_uri=parameters.image_uri,
        model=_artefact(trained),
        report=evaluated.file(EVALUATION, REPORT),
        sample=evaluated.file(SAMPLE, SAMPLE_ARCHIVE),
        data_quality=analyzing.made(data),
        model_quality=analyzing.made(quality),
        metadata={
            "DataManifest": parameters.data_manifest,
            "DataFingerprint": parameters.data_fingerprint,
            "DecisionKey": parameters.decision_key,
            "ChampionPackageArn": parameters.champion_package_arn,
            "GitCommit": account.git_commit,
        },
    )
