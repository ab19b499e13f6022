"""What executions are started with. Those without a default must be given; defaults are production's values."""

from sagemaker.core import image_uris
from sagemaker.core.workflow.parameters import Parameter, ParameterFloat, ParameterString

SKLEARN_IMAGE = "1.9-0"
"""AWS's prebuilt scikit-learn image, of the release that uv.lock pins for running the same scripts locally."""


class Parameters:
    """Those of every pipeline that measures a model on the data of one manifest."""

    def __init__(self, region: str) -> None:
        """`ImageUri` is, unless said otherwise, the image that AWS hosts in the region."""
        self.data_manifest = ParameterString("DataManifest")
        """S3 URI of a SageMaker manifest file: `[{"prefix": "s3://bucket/"}, "key", …]`."""
        self.data_fingerprint = ParameterString("DataFingerprint")
        self.decision_key = ParameterString("DecisionKey")
        self.target = ParameterString("Target", "target")
        """The column to predict."""
        self.features = ParameterString("Features", "*")
        """Names separated by commas, or `*`: every other column. At most 256 characters, as container arguments are."""
        self.metric_name = ParameterString("MetricName", "rmse", enum_values=["rmse", "mse", "mae", "r2"])
        self.metric_direction = ParameterString("MetricDirection", "minimize", enum_values=["minimize", "maximize"])
        self.metric_bar = ParameterFloat("MetricBar")
        self.processing_instance_type = ParameterString("ProcessingInstanceType", "ml.m5.xlarge")
        self.image_uri = ParameterString("ImageUri", image_uris.retrieve("sklearn", region, version=SKLEARN_IMAGE))

    def all(self) -> list[Parameter]:
        """As a pipeline declares them."""
        return list(vars(self).values())
