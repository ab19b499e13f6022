"""Runs executions, any number at a time; resumes those that a crash or a stop interrupted."""

import threading
from collections.abc import Mapping

from pointsman.local.sagemaker.execution_records import ExecutionRecords
from pointsman.local.sagemaker.execution_run import ExecutionRun
from pointsman.local.sagemaker.s3_transfer import Transfer
from pointsman.local.sagemaker.signals import Interruption
from pointsman.local.sagemaker.steps.kind import StepKind


class PipelineEngine:
    def __init__(self, records: ExecutionRecords, kinds: Mapping[str, StepKind], transfer: Transfer) -> None:
        """`kinds`: the step types that run here, by their name in a definition."""
        self._records = records
        self._kinds = kinds
        self._transfer = transfer
        self._lock = threading.Lock()
        self._runs: dict[str, ExecutionRun] = {}
        self._halted = False

    def start(self) -> None:
        for execution in self._records.active():
            self.launch(execution["PipelineExecutionArn"])

    def launch(self, arn: str) -> None:
        """Runs an execution that is in the store; while the service halts, the next start does."""
        with self._lock:
            if arn in self._runs or self._halted:
                return
            run = self._runs[arn] = ExecutionRun(arn, self._records, self._kinds, self._transfer)
            run.start(when_over=self._forget)

    def stop(self, arn: str) -> None:
        with self._lock:
            run = self._runs.get(arn)
        if run is not None:
            run.signal.send(Interruption.STOP)

    def halt(self) -> None:
        """Ends all threads and job processes; the store still says Executing, for the next start."""
        with self._lock:
            self._halted = True
            runs = list(self._runs.values())
        for run in runs:
            run.signal.send(Interruption.HALT)
        for run in runs:
            run.join()

    def _forget(self, arn: str) -> None:
        with self._lock:
            self._runs.pop(arn, None)
