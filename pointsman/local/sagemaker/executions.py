"""Executions started."""

from pointsman.local.sagemaker import definition_parser, quotas, selection, times
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.definition import Definition
from pointsman.local.sagemaker.errors import ValidationError
from pointsman.local.sagemaker.execution_inputs import experiment, parameter_values
from pointsman.local.sagemaker.execution_records import ExecutionRecords
from pointsman.local.sagemaker.naming import new_execution_id
from pointsman.local.sagemaker.pipeline_engine import PipelineEngine
from pointsman.local.sagemaker.pipelines import Pipelines
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Kind

_SOURCE_STATUSES = {"Succeeded", "Failed"}


class Executions:
    def __init__(
        self, account: Account, pipelines: Pipelines, records: ExecutionRecords, engine: PipelineEngine
    ) -> None:
        self._account = account
        self._store = account.store
        self._pipelines = pipelines
        self._records = records
        self._engine = engine

    def start(self, request: Shape) -> Shape:
        """The same token gives the same execution, whatever has become of it and whatever else the request says."""
        token = request["ClientRequestToken"]
        with self._store.transaction():
            pipeline = self._pipelines.find(request["PipelineName"])
            known = self._store.token_result(pipeline["PipelineArn"], token)
            if known is not None:
                return {"PipelineExecutionArn": known}
            execution, given, reused = self._prepared(pipeline, request)
            quotas.check_concurrency(len(self._records.active()), self._account.limits)
            arn = execution["PipelineExecutionArn"]
            self._records.begin(execution, given, reused)
            self._store.keep_token(pipeline["PipelineArn"], token, arn)
            self._store.change(
                Kind.PIPELINE, pipeline["PipelineName"].lower(), LastRunTime=execution["CreationTime"]
            )  # fmt: skip
        self._engine.launch(arn)
        return {"PipelineExecutionArn": arn}

    def _prepared(self, pipeline: Shape, request: Shape) -> tuple[Shape, Shape, list[Shape]]:
        """The execution as it will be described, what it is given for its life, and the steps that it takes over."""
        version = request.get("PipelineVersionId") or pipeline["PipelineVersionId"]
        text = self._pipelines.definition_text(pipeline, version)
        definition = definition_parser.parse(text)
        parameters = parameter_values(definition, request.get("PipelineParameters") or ())
        at = times.now()
        arn = self._account.arns.execution(pipeline["PipelineArn"], new_execution_id())
        execution = {
            "PipelineArn": pipeline["PipelineArn"],
            "PipelineExecutionArn": arn,
            "PipelineExecutionDisplayName": request.get(
                "PipelineExecutionDisplayName", f"execution-{times.to_milliseconds(at)}"
            ),
            "PipelineExecutionDescription": request.get("PipelineExecutionDescription"),
            "PipelineExecutionStatus": "Executing",
            "PipelineExperimentConfig": experiment(definition, pipeline, arn, parameters),
            "CreationTime": at,
            "LastModifiedTime": at,
            "ParallelismConfiguration": request.get("ParallelismConfiguration")
            or pipeline.get("ParallelismConfiguration"),
            "SelectiveExecutionConfig": request.get("SelectiveExecutionConfig"),
            "PipelineVersionId": version,
            "pipelineName": pipeline["PipelineName"],
            "roleArn": pipeline["RoleArn"],
        }
        present = {member: value for member, value in execution.items() if value is not None}
        given = {"definition": text, "parameters": parameters}
        if request.get("SelectiveExecutionConfig"):
            selected, reused = self._selected(definition, pipeline, request["SelectiveExecutionConfig"], at)
            return present, {**given, "selected": selected}, reused
        return present, given, []

    def _selected(
        self, definition: Definition, pipeline: Shape, config: Shape, at: float
    ) -> tuple[list[str], list[Shape]]:
        """The names of the steps that run; the source execution's that are reused, as steps of the new one."""
        selected = [step["StepName"] for step in config["SelectedSteps"]]
        selection.check(definition, selected)
        source = config.get("SourcePipelineExecutionArn")
        if source is None:
            outside = selection.outside_dependencies(definition, selected)
            if outside:
                names = ", ".join(dict.fromkeys(name for names in outside.values() for name in names))
                # As the service says it: https://github.com/aws/sagemaker-python-sdk/issues/4444
                raise ValidationError(
                    "Invalid SourcePipelineExecutionArn: null. The selected steps"
                    f" [{', '.join(outside)}] have dependencies on [{names}]"
                )
            return selected, []
        self._check_source(source, pipeline)
        ended = {step["StepName"]: step for step in self._records.steps(source)}
        return selected, [
            _taken_over(ended[name], source, at) for name in selection.reused(definition, selected, ended)
        ]

    def _check_source(self, arn: str, pipeline: Shape) -> None:
        source = self._records.execution(arn)
        if source["PipelineArn"] != pipeline["PipelineArn"]:
            raise ValidationError(
                f"Invalid SourcePipelineExecutionArn: {arn} is not an execution of {pipeline['PipelineArn']}"
            )
        status = source["PipelineExecutionStatus"]
        if status not in _SOURCE_STATUSES:
            raise ValidationError(f"Invalid SourcePipelineExecutionArn: {arn} is {status}, not Succeeded or Failed")


def _taken_over(step: Shape, source: str, at: float) -> Shape:
    kept = ("StepName", "StepType", "StepDisplayName", "StepDescription", "StepStatus", "Metadata", "AttemptCount")
    return {
        **{member: step[member] for member in kept if member in step},
        "StartTime": at,
        "EndTime": at,
        "SelectiveExecutionResult": {"SourcePipelineExecutionArn": source},
    }
