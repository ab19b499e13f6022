"""Hold captured data, or predictions beside what came true, against the baseline that a version was registered with.

Analyze

It leaves Model Monitor's three files at `ReportUri`: `statistics.json`, `constraints.json` and
`constraint_violations.json`. Its job reads as a monitor's run does, so `on_drift` understands it when `Monitor Run
Observed` tells of the job. The execution succeeds whatever it finds. For accounts to which Model Monitor is closed.
"""

from sagemaker.core.workflow.parameters import ParameterString
from sagemaker.mlops.workflow.pipeline import Pipeline

from pipeline_defs import analyzing
from pipeline_defs.account import Account
from pipeline_defs.blocks import Jobs
from pipeline_defs.job_needs import Value
from pipeline_defs.offline_sdk import offline_session
from pipeline_defs.parameters import RunParameters
from pipeline_defs.problems import PROBLEM_TYPES
from pipeline_defs.registering import Baseline

NAME = "pointsman-monitoring"


class MonitoringParameters(RunParameters):
    """What is looked at, with what it is compared, and who is to hear of it. Times are ISO 8601; "" is no limit."""

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self.dataset = ParameterString("Dataset")
        """S3 URI of a folder of captured data, or of another dataset in `DatasetFormat`."""
        self.dataset_format = ParameterString("DatasetFormat", analyzing.CAPTURED)
        self.baseline_statistics = ParameterString("BaselineStatistics")
        self.baseline_constraints = ParameterString("BaselineConstraints")
        """S3 URIs of `statistics.json` and `constraints.json`, as in a version's DriftCheckBaselines."""
        self.report_uri = ParameterString("ReportUri")
        """S3 URI of a folder that only this execution writes to, below `monitoring/`: `on_drift` reads nothing else."""
        self.start_time = ParameterString("StartTime", "")
        self.end_time = ParameterString("EndTime", "")
        """Of captured data, only what was asked between them counts."""
        self.analysis_type = ParameterString(
            "AnalysisType", "DATA_QUALITY", enum_values=["DATA_QUALITY", "MODEL_QUALITY"]
        )
        self.problem_type = ParameterString("ProblemType", "Regression", enum_values=PROBLEM_TYPES)
        self.inference_attribute = ParameterString("InferenceAttribute", "")
        self.probability_attribute = ParameterString("ProbabilityAttribute", "")
        self.ground_truth_attribute = ParameterString("GroundTruthAttribute", "")
        """For MODEL_QUALITY: where the prediction, its probability and what came true stand."""
        self.schedule_name = ParameterString("MonitoringScheduleName", "")
        """As a model's file names it under `monitor.schedules`: that is whose drift it is."""
        self.endpoint_name = ParameterString("EndpointName", "")

    def asked(self) -> dict[str, Value]:
        """In the words of `analyze.py`, which takes what is empty as not said."""
        return {
            "dataset_format": self.dataset_format,
            "start_time": self.start_time,
            "end_time": self.end_time,
            "analysis_type": self.analysis_type,
            "problem_type": self.problem_type,
            "inference_attribute": self.inference_attribute,
            "probability_attribute": self.probability_attribute,
            "ground_truth_attribute": self.ground_truth_attribute,
            "sagemaker_monitoring_schedule_name": self.schedule_name,
            "sagemaker_endpoint_name": self.endpoint_name,
        }


def build(account: Account) -> Pipeline:
    """The pipeline as the SDK's object; `definition()` needs no account."""
    parameters = MonitoringParameters(account)
    jobs = Jobs(account=account, pipeline=NAME, image_uri=parameters.image_uri, tags=parameters.tags())
    analyzed = analyzing.compare(
        jobs,
        parameters,
        dataset=parameters.dataset,
        baseline=Baseline(statistics=parameters.baseline_statistics, constraints=parameters.baseline_constraints),
        report_uri=parameters.report_uri,
        asked=parameters.asked(),
    )
    return Pipeline(
        name=NAME,
        parameters=parameters.all(),
        pipeline_experiment_config=None,
        steps=[analyzed],
        sagemaker_session=offline_session(account.region),
    )
