"""Operations on pipeline executions."""

from typing import Any

from pointsman.local.sagemaker import definition_parser, pages, times
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.definition import Definition, Parameter
from pointsman.local.sagemaker.errors import ConflictError, ResourceLimitExceededError, ValidationError
from pointsman.local.sagemaker.execution_records import TERMINAL, ExecutionRecords
from pointsman.local.sagemaker.naming import execution_id, new_execution_id
from pointsman.local.sagemaker.pipeline_engine import PipelineEngine
from pointsman.local.sagemaker.pipelines import Pipelines
from pointsman.local.sagemaker.references import EXECUTION_VARIABLES, Reference, as_text, is_function
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Kind

_SORT = {"CreationTime": "CreationTime", "PipelineExecutionArn": "PipelineExecutionArn"}


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
            if request.get("SelectiveExecutionConfig"):
                raise ValidationError("SelectiveExecutionConfig is not supported by the local SageMaker yet.")
            execution, given = self._prepared(pipeline, request)
            self._check_concurrency()
            arn = execution["PipelineExecutionArn"]
            self._records.begin(execution, given)
            self._store.keep_token(pipeline["PipelineArn"], token, arn)
            self._store.change(
                Kind.PIPELINE, pipeline["PipelineName"].lower(), LastRunTime=execution["CreationTime"]
            )  # fmt: skip
        self._engine.launch(arn)
        return {"PipelineExecutionArn": arn}

    def stop(self, request: Shape) -> Shape:
        arn = request["PipelineExecutionArn"]
        status = self._records.execution(arn)["PipelineExecutionStatus"]
        if status in TERMINAL:
            raise ConflictError(f"Pipeline execution with ARN {arn} is in status {status} and cannot be stopped.")
        self._records.change(arn, "Stopping")
        self._engine.stop(arn)
        return {"PipelineExecutionArn": arn}

    def update(self, request: Shape) -> Shape:
        arn = request["PipelineExecutionArn"]
        members = ("PipelineExecutionDescription", "PipelineExecutionDisplayName", "ParallelismConfiguration")
        with self._store.transaction():
            self._records.execution(arn)
            changes = {member: request[member] for member in members if request.get(member) is not None}
            self._store.change(Kind.EXECUTION, arn, **changes, LastModifiedTime=times.now())
        return {"PipelineExecutionArn": arn}

    def describe(self, request: Shape) -> Shape:
        return self._records.execution(request["PipelineExecutionArn"])

    def describe_definition(self, request: Shape) -> Shape:
        arn = request["PipelineExecutionArn"]
        given = self._records.given(arn)
        return {"PipelineDefinition": given["definition"], "CreationTime": self._records.execution(arn)["CreationTime"]}

    def list(self, request: Shape) -> Shape:
        pipeline = self._pipelines.find(request["PipelineName"])
        executions = self._store.items(Kind.EXECUTION, parent=pipeline["PipelineArn"])
        found = pages.within(executions, request, "CreationTime", "CreatedAfter", "CreatedBefore")
        ordered = pages.sort(found, request, _SORT, by="CreationTime", order="Descending")
        summaries = [
            {
                **execution,
                "StartTime": execution["CreationTime"],
                "PipelineExecutionFailureReason": execution.get("FailureReason"),
            }
            for execution in ordered
        ]
        return pages.page(
            summaries,
            request,
            into="PipelineExecutionSummaries",
            identity=lambda execution: str(execution["PipelineExecutionArn"]),
        )

    def list_steps(self, request: Shape) -> Shape:
        arn = request.get("PipelineExecutionArn", "")
        self._records.execution(arn)
        steps = self._records.steps(arn)
        # Newest first, as the service answers when no order is asked for.
        ordered = pages.sort(steps, request, {"": "StartTime"}, by="", order="Descending")
        return pages.page(
            ordered, request, into="PipelineExecutionSteps", identity=lambda step: str(step["StepName"])
        )  # fmt: skip

    def list_parameters(self, request: Shape) -> Shape:
        values = self._records.given(request["PipelineExecutionArn"])["parameters"]
        parameters = [{"Name": name, "Value": as_text(value)} for name, value in values.items()]
        return pages.page(
            parameters, request, into="PipelineParameters", identity=lambda parameter: str(parameter["Name"])
        )  # fmt: skip

    def _prepared(self, pipeline: Shape, request: Shape) -> tuple[Shape, Shape]:
        """The execution as it will be described, and what it is given for its life."""
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
            "PipelineExperimentConfig": _experiment(definition, pipeline, arn, parameters),
            "CreationTime": at,
            "LastModifiedTime": at,
            "ParallelismConfiguration": request.get("ParallelismConfiguration")
            or pipeline.get("ParallelismConfiguration"),
            "PipelineVersionId": version,
            "pipelineName": pipeline["PipelineName"],
            "roleArn": pipeline["RoleArn"],
        }
        present = {member: value for member, value in execution.items() if value is not None}
        return present, {"definition": text, "parameters": parameters}

    def _check_concurrency(self) -> None:
        running, most = len(self._records.active()), self._account.limits.concurrent_executions
        if running >= most:
            raise ResourceLimitExceededError(
                f"The account-level service limit 'Total number of concurrent pipeline executions' is {most}"
                f" executions, with current utilization of {running} executions and a request delta of 1 executions."
                " Please use AWS Service Quotas to request an increase for this quota."
            )


def parameter_values(definition: Definition, overrides: Any) -> dict[str, Any]:
    """Every parameter's value: what the request gives, else the default. Raises ValidationError."""
    given = {override["Name"]: override["Value"] for override in overrides}
    unknown = sorted(set(given) - set(definition.parameters))
    if unknown:
        raise ValidationError(
            f"Unknown pipeline parameters {unknown}; the definition has {sorted(definition.parameters)}"
        )
    values = {
        name: _read(parameter, given[name]) if name in given else parameter.default
        for name, parameter in definition.parameters.items()
    }
    missing = sorted(name for name, value in values.items() if value is None)
    if missing:
        raise ValidationError(f"Pipeline parameters {missing} have no default value and must be given")
    return values


def _read(parameter: Parameter, text: str) -> Any:
    try:
        value = parameter.type.read(text)
    except ValueError as error:
        raise ValidationError(
            f"Pipeline parameter '{parameter.name}' is of type {parameter.type}; '{text}' is not"
        ) from error
    if parameter.allowed and value not in parameter.allowed:
        raise ValidationError(
            f"Pipeline parameter '{parameter.name}' must be one of {list(parameter.allowed)}; found '{text}'"
        )
    return value


def _experiment(definition: Definition, pipeline: Shape, arn: str, parameters: Shape) -> Shape | None:
    """Names given as text or by the two references that the SDK writes."""
    known = {"PipelineName": pipeline["PipelineName"], "PipelineExecutionId": execution_id(arn)}
    names = {}
    for member, value in (definition.experiment or {}).items():
        reference = Reference.parse(value["Get"]) if is_function(value, "Get") else None
        if reference is None:
            names[member] = value
        elif reference.scope == "Parameters":
            names[member] = parameters.get(reference.name)
        elif reference.name in EXECUTION_VARIABLES:
            names[member] = known.get(reference.name)
    return {member: name for member, name in names.items() if isinstance(name, str)} or None
