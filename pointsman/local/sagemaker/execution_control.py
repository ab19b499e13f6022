"""Executions that exist: changed, stopped, retried.

StopPipelineExecution and RetryPipelineExecution take a ClientRequestToken: repeated, they do nothing and succeed.
"""

from pointsman.local.sagemaker import quotas, times
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.errors import ValidationError
from pointsman.local.sagemaker.execution_records import ExecutionRecords
from pointsman.local.sagemaker.pipeline_engine import PipelineEngine
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Kind

_RETRIED = {"Failed", "Stopped"}


class ExecutionControl:
    def __init__(self, account: Account, records: ExecutionRecords, engine: PipelineEngine) -> None:
        self._account = account
        self._store = account.store
        self._records = records
        self._engine = engine

    def update(self, request: Shape) -> Shape:
        """A changed ParallelismConfiguration holds from now on: steps that it lets in start at once."""
        arn = request["PipelineExecutionArn"]
        members = ("PipelineExecutionDescription", "PipelineExecutionDisplayName", "ParallelismConfiguration")
        with self._store.transaction():
            self._records.execution(arn)
            changes = {member: request[member] for member in members if request.get(member) is not None}
            self._store.change(Kind.EXECUTION, arn, **changes, LastModifiedTime=times.now())
        self._engine.look_again(arn)
        return {"PipelineExecutionArn": arn}

    def stop(self, request: Shape) -> Shape:
        """The wording's beginning is the service's, by which clients know that there was nothing to stop."""
        arn = request["PipelineExecutionArn"]
        with self._store.transaction():
            status = self._records.execution(arn)["PipelineExecutionStatus"]
            if self._is_repeated(request, "stop"):
                return {"PipelineExecutionArn": arn}
            if status != "Executing":
                raise ValidationError(
                    "Only pipelines with 'Executing' status can be stopped."
                    f" You just tried to stop pipeline execution '{arn}' with '{status}' status."
                )
            self._records.change(arn, "Stopping")
        self._engine.stop(arn)
        return {"PipelineExecutionArn": arn}

    def retry(self, request: Shape) -> Shape:
        """Goes on under the same ARN, parameters and definition, with the steps that have not succeeded."""
        arn = request["PipelineExecutionArn"]
        with self._store.transaction():
            execution = self._records.execution(arn)
            if self._is_repeated(request, "retry"):
                return {"PipelineExecutionArn": arn}
            self._check_retried(execution)
            quotas.check_concurrency(len(self._records.active()), self._account.limits)
            parallelism = request.get("ParallelismConfiguration") or execution.get("ParallelismConfiguration")
            self._records.reopen(arn, ParallelismConfiguration=parallelism)
        self._engine.launch(arn)
        return {"PipelineExecutionArn": arn}

    def _check_retried(self, execution: Shape) -> None:
        arn, status = execution["PipelineExecutionArn"], execution["PipelineExecutionStatus"]
        if status not in _RETRIED:
            raise ValidationError(
                "Only pipelines with 'Failed' or 'Stopped' status can be retried."
                f" You just tried to retry pipeline execution '{arn}' with '{status}' status."
            )
        for step in self._records.steps(arn):
            if step["StepType"] == "Fail" and step["StepStatus"] == "Failed":
                # The developer guide: an execution that failed by a Fail step can't be retried.
                raise ValidationError(
                    f"Pipeline execution '{arn}' has failed by its Fail step '{step['StepName']}' and can't be retried."
                )

    def _is_repeated(self, request: Shape, operation: str) -> bool:
        """Whether the token has been seen; remembers it. To be called in the transaction of the operation's change."""
        scope, token = f"{operation}:{request['PipelineExecutionArn']}", request["ClientRequestToken"]
        if self._store.token_result(scope, token) is not None:
            return True
        self._store.keep_token(scope, token, request["PipelineExecutionArn"])
        return False
