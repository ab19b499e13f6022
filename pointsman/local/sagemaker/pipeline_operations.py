"""The API's operations on pipelines and their executions, by name."""

from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.api import Operation
from pointsman.local.sagemaker.execution_control import ExecutionControl
from pointsman.local.sagemaker.execution_queries import ExecutionQueries
from pointsman.local.sagemaker.execution_records import ExecutionRecords
from pointsman.local.sagemaker.executions import Executions
from pointsman.local.sagemaker.pipeline_engine import PipelineEngine
from pointsman.local.sagemaker.pipeline_versions import PipelineVersions
from pointsman.local.sagemaker.pipelines import Pipelines


def pipeline_operations(
    account: Account, pipelines: Pipelines, records: ExecutionRecords, engine: PipelineEngine
) -> dict[str, Operation]:
    versions = PipelineVersions(account, pipelines)
    executions = Executions(account, pipelines, records, engine)
    control = ExecutionControl(account, records, engine)
    queries = ExecutionQueries(account, pipelines, records)
    return {
        "CreatePipeline": pipelines.create,
        "UpdatePipeline": pipelines.update,
        "DescribePipeline": pipelines.describe,
        "ListPipelines": pipelines.list,
        "DeletePipeline": pipelines.delete,
        "ListPipelineVersions": versions.list_page,
        "UpdatePipelineVersion": versions.update,
        "StartPipelineExecution": executions.start,
        "StopPipelineExecution": control.stop,
        "RetryPipelineExecution": control.retry,
        "UpdatePipelineExecution": control.update,
        "DescribePipelineExecution": queries.describe,
        "DescribePipelineDefinitionForExecution": queries.describe_definition,
        "ListPipelineExecutions": queries.list,
        "ListPipelineExecutionSteps": queries.list_steps,
        "ListPipelineParametersForExecution": queries.list_parameters,
    }
