"""Executions described and listed."""

from pointsman.local.sagemaker import pages
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.execution_records import ExecutionRecords
from pointsman.local.sagemaker.pipelines import Pipelines
from pointsman.local.sagemaker.references import as_text
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Kind

_SORT = {"CreationTime": "CreationTime", "PipelineExecutionArn": "PipelineExecutionArn"}


class ExecutionQueries:
    def __init__(self, account: Account, pipelines: Pipelines, records: ExecutionRecords) -> None:
        self._store = account.store
        self._pipelines = pipelines
        self._records = records

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
