"""What the store says of executions and their steps; every change of a status is published with it."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from pointsman.local.sagemaker import events, times
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.definition import Step
from pointsman.local.sagemaker.errors import ResourceNotFoundError
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Kind

TERMINAL = frozenset({"Succeeded", "Failed", "Stopped"})
STEP_FAILURE = "Step failure: One or multiple steps failed"
_REASON_LENGTH = 1024


class ExecutionRecords:
    """Executions by ARN, in the form of DescribePipelineExecution with EndTime; steps in that of the list of steps."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._store = account.store

    def execution(self, arn: str) -> Shape:
        """Raises ResourceNotFoundError."""
        body = self._store.get(Kind.EXECUTION, arn)
        if body is None:
            raise ResourceNotFoundError(f"Pipeline execution '{arn}' does not exist.")
        return body

    def given(self, arn: str) -> Shape:
        """What `begin` was given. Raises ResourceNotFoundError."""
        body = self._store.get(Kind.EXECUTION_INPUT, arn)
        if body is None:
            raise ResourceNotFoundError(f"Pipeline execution '{arn}' does not exist.")
        return body

    def transaction(self) -> AbstractContextManager[None]:
        return self._store.transaction()

    def active(self) -> list[Shape]:
        return self._store.active_executions()

    def steps(self, arn: str) -> list[Shape]:
        """In the order in which they began."""
        return self._store.items(Kind.STEP, parent=arn)

    def step(self, arn: str, name: str) -> Shape | None:
        return self._store.get(Kind.STEP, f"{arn}/{name}")

    def begin(self, execution: Shape, given: Shape, reused: Sequence[Shape] = ()) -> None:
        """`given`: the definition's text and the parameters' values, fixed for the execution's life.

        `reused`: steps of another execution whose results this one takes over.
        """
        arn = execution["PipelineExecutionArn"]
        with self._store.transaction():
            self._store.put(Kind.EXECUTION, arn, execution, parent=execution["PipelineArn"])
            self._store.put(Kind.EXECUTION_INPUT, arn, given, parent=execution["PipelineArn"])
            for step in reused:
                self._store.put(Kind.STEP, f"{arn}/{step['StepName']}", step, parent=arn)
            self._account.publish(events.execution_status_changed(execution, previous=None))

    def change(self, arn: str, status: str, reason: str | None = None) -> bool:
        """False, and nothing changed, where the execution has that status already or has ended."""
        with self._store.transaction():
            before = self._store.get(Kind.EXECUTION, arn)
            if before is None or before["PipelineExecutionStatus"] in TERMINAL | {status}:
                return False
            at = times.now()
            after = self._store.change(
                Kind.EXECUTION,
                arn,
                PipelineExecutionStatus=status,
                LastModifiedTime=at,
                EndTime=at if status in TERMINAL else None,
                FailureReason=reason,
            )
            self._account.publish(events.execution_status_changed(after, before["PipelineExecutionStatus"]))
            return True

    def reopen(self, arn: str, **members: Any) -> None:
        """An execution that has ended runs again: what succeeded stays, what failed or was stopped has never begun."""
        with self._store.transaction():
            before = self.execution(arn)
            for step in self.steps(arn):
                if step["StepStatus"] != "Succeeded":
                    self._store.delete(Kind.STEP, f"{arn}/{step['StepName']}")
            after = self._store.change(
                Kind.EXECUTION,
                arn,
                PipelineExecutionStatus="Executing",
                LastModifiedTime=times.now(),
                EndTime=None,
                FailureReason=None,
                **members,
            )
            self._account.publish(events.execution_status_changed(after, before["PipelineExecutionStatus"]))

    def begin_step(self, arn: str, step: Step) -> None:
        body = {
            "StepName": step.name,
            "StepType": step.type,
            "StepDisplayName": step.display_name,
            "StepDescription": step.description,
            "StartTime": times.now(),
            "StepStatus": "Starting",
            "AttemptCount": 1,
        }
        with self._store.transaction():
            self._store.put(Kind.STEP, f"{arn}/{step.name}", body, parent=arn)
            self._publish_step(arn, body, previous=None)

    def change_step(
        self,
        arn: str,
        name: str,
        status: str,
        metadata: Shape | None = None,
        *,
        reason: str | None = None,
        **members: Any,
    ) -> bool:
        """Whether the status changed: an ended step keeps what it has, and a repeated status tells nobody again."""
        with self._store.transaction():
            before = self.step(arn, name)
            if before is None or before["StepStatus"] in TERMINAL:
                return False
            if before["StepStatus"] == "Stopping" and status not in TERMINAL:
                status = "Stopping"  # what is asked to stop does not begin to execute; only its metadata counts
            after = self._store.change(
                Kind.STEP,
                f"{arn}/{name}",
                StepStatus=status,
                EndTime=times.now() if status in TERMINAL else None,
                Metadata={**before.get("Metadata", {}), **(metadata or {})} or None,
                FailureReason=reason[:_REASON_LENGTH] if reason else None,
                **members,
            )
            if status == before["StepStatus"]:
                return False
            self._publish_step(arn, after, before["StepStatus"])
            return True

    def put_off_step(self, arn: str, name: str, retried: Shape, due: float) -> bool:
        """A further attempt at `due`, with nothing of the one that failed; `retried` is what `retries` counts by.

        False where the step shall stop. No event: an attempt's failure changes no status.
        """
        with self._store.transaction():
            step = self.step(arn, name)
            if step is None or step["StepStatus"] in TERMINAL | {"Stopping"}:
                return False
            attempts = step["AttemptCount"] + 1
            self._store.change(
                Kind.STEP, f"{arn}/{name}", AttemptCount=attempts, Metadata=None, retried=retried, attemptDue=due
            )
            return True

    def _publish_step(self, arn: str, step: Shape, previous: str | None) -> None:
        self._account.publish(events.step_status_changed(self.execution(arn), step, previous))
