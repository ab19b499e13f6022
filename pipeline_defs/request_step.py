"""One step of a pipeline, given as the request that it makes."""

from collections.abc import Sequence
from typing import Any

from sagemaker.core.helper.pipeline_variable import PipelineVariable
from sagemaker.core.workflow.functions import JsonGet
from sagemaker.core.workflow.properties import Properties, PropertyFile
from sagemaker.mlops.workflow.retry import RetryPolicy
from sagemaker.mlops.workflow.steps import CacheConfig, ConfigurableRetryStep, StepTypeEnum


class RequestStep(ConfigurableRetryStep):  # type: ignore[misc]  # the SDK ships no types
    """A step given as the body of the request that it makes, less the job's name, which SageMaker chooses."""

    def __init__(
        self,
        name: str,
        step_type: StepTypeEnum,
        request: dict[str, Any],
        *,
        response_shape: str,
        retry_policies: list[RetryPolicy],
        cache: CacheConfig | None = None,
        property_files: Sequence[PropertyFile] = (),
    ) -> None:
        """`response_shape` is botocore's name for what the step's `properties` describe."""
        super().__init__(name, step_type, retry_policies=retry_policies)
        self.property_files = list(property_files)
        self._request = request
        self._cache = cache
        self._properties = Properties(step_name=name, step=self, shape_name=response_shape)

    @property
    def arguments(self) -> dict[str, Any]:
        """The body of the request."""
        return self._request

    @property
    def properties(self) -> Properties:
        """References to what the step returns."""
        return self._properties

    def to_request(self) -> dict[str, Any]:
        """The step as it stands in the definition."""
        request: dict[str, Any] = super().to_request()
        if self._cache:
            request |= self._cache.config
        if self.property_files:
            request["PropertyFiles"] = [file.expr for file in self.property_files]
        return request

    def output(self, name: str) -> PipelineVariable:
        """S3 URI of a processing step's output."""
        return self.properties.ProcessingOutputConfig.Outputs[name].S3Output.S3Uri

    def read(self, json_path: str) -> JsonGet:
        """A value out of the step's first property file."""
        return JsonGet(step_name=self.name, property_file=self.property_files[0], json_path=json_path)
