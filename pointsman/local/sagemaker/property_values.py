"""What references to steps resolve to: Describe* answers of finished steps, property files, JSON objects in S3."""

import json
from collections.abc import Mapping
from typing import Any

from pointsman.local.sagemaker import times
from pointsman.local.sagemaker.definition import Definition
from pointsman.local.sagemaker.errors import JobFailedError, UnresolvedReferenceError
from pointsman.local.sagemaker.execution_records import ExecutionRecords
from pointsman.local.sagemaker.naming import execution_id
from pointsman.local.sagemaker.references import Resolver
from pointsman.local.sagemaker.s3_transfer import Transfer
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.steps.kind import StepKind


class PropertyValues:
    """Of one execution."""

    def __init__(
        self,
        definition: Definition,
        execution: Shape,
        parameters: Shape,
        *,
        records: ExecutionRecords,
        kinds: Mapping[str, StepKind],
        transfer: Transfer,
    ) -> None:
        self._definition = definition
        self._execution = execution
        self._parameters = parameters
        self._records = records
        self._kinds = kinds
        self._transfer = transfer

    def resolver(self, variables: Mapping[str, str]) -> Resolver:
        """`variables`: those that only one step has, such as TrainingJobName."""
        arn = self._execution["PipelineExecutionArn"]
        return Resolver(
            parameters=self._parameters,
            variables={
                "StartDateTime": times.to_iso(self._execution["CreationTime"]),
                "CurrentDateTime": times.to_iso(times.now()),
                "PipelineName": self._execution["pipelineName"],
                "PipelineArn": self._execution["PipelineArn"],
                "PipelineExecutionId": execution_id(arn),
                "PipelineExecutionArn": arn,
                **variables,
            },
            properties=self._properties,
            property_file=self._property_file,
            s3_json=self._s3_json,
        )

    def _properties(self, name: str) -> Any:
        step = self._records.step(self._execution["PipelineExecutionArn"], name)
        kind = self._kinds.get(self._definition.steps[name].type)
        if step is None or kind is None or step["StepStatus"] != "Succeeded":
            raise UnresolvedReferenceError(f"Unable to resolve a property of step '{name}', which has not succeeded")
        return kind.properties(step.get("Metadata", {}))

    def _property_file(self, step: str, name: str) -> Any:
        file = self._definition.steps[step].property_files[name]
        outputs = (self._properties(step).get("ProcessingOutputConfig") or {}).get("Outputs") or ()
        for output in outputs:
            if output["OutputName"] == file.output_name:
                return self._s3_json(f"{output['S3Output']['S3Uri'].rstrip('/')}/{file.file_path}")
        raise UnresolvedReferenceError(f"step '{step}' has no output '{file.output_name}' for property file '{name}'")

    def _s3_json(self, uri: str) -> Any:
        try:
            return json.loads(self._transfer.read(uri))
        except (JobFailedError, ValueError) as error:
            reason = str(error).removeprefix("ClientError: ")
            raise UnresolvedReferenceError(f"Unable to read JSON from {uri}: {reason}") from error
