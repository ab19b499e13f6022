"""What executions are started with. Those without a default must be given; defaults are production's values."""

from datetime import timedelta

from sagemaker.core.workflow.parameters import Parameter, ParameterFloat, ParameterInteger, ParameterString

from pipeline_defs.account import Account
from pipeline_defs.job_needs import Machines, Value
from pipeline_defs.problems import METRICS, PROBLEM_TYPES


class RunParameters:
    """Those of every pipeline: whose run it is, what it came of, and what its jobs run on."""

    def __init__(self, account: Account) -> None:
        self.model_package_group = ParameterString("ModelPackageGroup")
        """Also the model's name."""
        self.decision_key = ParameterString("DecisionKey")
        self.image_uri = ParameterString("ImageUri", account.image_uri)
        self.processing_instance_type = ParameterString("ProcessingInstanceType", "ml.m5.xlarge")
        self.volume_gb = ParameterInteger("VolumeSizeInGB", 30)
        """Of each job: its input, its output and what it writes in between must fit."""

    def all(self) -> list[Parameter]:
        """As a pipeline declares them."""
        return list(vars(self).values())

    def tags(self) -> dict[str, Value]:
        """Of each job."""
        return {"pointsman:model": self.model_package_group, "pointsman:decision": self.decision_key}

    def processing_machines(self) -> Machines:
        """One: the scripts read all of their input."""
        return Machines(
            instance_type=self.processing_instance_type, volume_gb=self.volume_gb, max_runtime=timedelta(hours=1)
        )


class MeasuringParameters(RunParameters):
    """Those of every pipeline that measures a model on the data of one manifest."""

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self.data_manifest = ParameterString("DataManifest")
        """S3 URI of a SageMaker manifest file: `[{"prefix": "s3://bucket/"}, "key", …]`."""
        self.data_fingerprint = ParameterString("DataFingerprint")
        self.target = ParameterString("Target", "target")
        """The column to predict."""
        self.features = ParameterString("Features", "*")
        """Names separated by commas, or `*`: every other column. At most 256 characters, as container arguments are."""
        self.problem_type = ParameterString("ProblemType", "Regression", enum_values=PROBLEM_TYPES)
        """Numbers, two classes or more; of two, the last in alphabetical order is the positive one."""
        self.metric_name = ParameterString("MetricName", "rmse", enum_values=METRICS)
        self.metric_direction = ParameterString("MetricDirection", "minimize", enum_values=["minimize", "maximize"])
        self.metric_bar = ParameterFloat("MetricBar")
