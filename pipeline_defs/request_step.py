"""One step of a pipeline, given as the request that it makes."""

from collections.abc import Collection
from typing import Any

from sagemaker.core.helper.pipeline_variable import PipelineVariable
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.properties import Properties, PropertyFile
from sagemaker.mlops.workflow.retry import RetryPolicy
from sagemaker.mlops.workflow.steps import CacheConfig, ConfigurableRetryStep, StepTypeEnum

from pipeline_defs.scripts import JsonType, Script, UnknownName


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
    ) -> None:
        """`response_shape` is botocore's name for what the step's `properties` describe."""
        super().__init__(name, step_type, retry_policies=retry_policies)
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
        return request


class ScriptStep(RequestStep):
    """A processing step that runs a script. What others read of it is held against what the script declares."""

    def __init__(self, *request: Any, script: Script, outputs: Collection[str], **more: Any) -> None:
        """`outputs` are those that the step keeps; the script may have others. Raises UnknownName."""
        super().__init__(*request, **more)
        self._script, self._outputs = script, tuple(outputs)
        self._read: dict[str, PropertyFile] = {}
        for output in outputs:
            script.files(output)

    def output(self, name: str) -> PipelineVariable:
        """S3 URI of an output's folder. Raises UnknownName."""
        if name not in self._outputs:
            raise UnknownName(f"step {self.name} keeps no output {name!r}; it keeps {', '.join(self._outputs)}")
        return self.properties.ProcessingOutputConfig.Outputs[name].S3Output.S3Uri

    def file(self, output: str, name: str) -> Join:
        """S3 URI of a file that the script writes. Raises UnknownName."""
        self._script.values(output, name)
        return Join(on="/", values=[self.output(output), name])

    def number(self, output: str, file: str, path: str) -> JsonGet:
        """A number out of a JSON file that the script writes. Raises UnknownName."""
        return self._value(output, file, path, "number")

    def text(self, output: str, file: str, path: str) -> JsonGet:
        """A text out of a JSON file that the script writes. Raises UnknownName."""
        return self._value(output, file, path, "string")

    def _value(self, output: str, file: str, path: str, wanted: JsonType) -> JsonGet:
        self.output(output)
        found = self._script.json_type(output, file, path)
        if found != wanted:
            raise UnknownName(f"{path} in {output}/{file} of {self._script.name} is a {found}, not a {wanted}")
        name = f"{output}-{file.replace('.', '-')}"
        known = self._read.setdefault(name, PropertyFile(name=name, output_name=output, path=file))
        return JsonGet(step_name=self.name, property_file=known, json_path=path)

    def to_request(self) -> dict[str, Any]:
        """With the files that others read values of."""
        request = super().to_request()
        if self._read:
            request["PropertyFiles"] = [file.expr for file in self._read.values()]
        return request
