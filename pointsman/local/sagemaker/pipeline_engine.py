"""Runs executions, any number at a time; resumes those that a crash or a stop interrupted."""

import threading

from pointsman.local.sagemaker.execution_run import ExecutionRun
from pointsman.local.sagemaker.s3_transfer import Transfers
from pointsman.local.sagemaker.signals import Interruption
from pointsman.local.sagemaker.step_work import Workshop


class PipelineEngine:
    def __init__(self, shop: Workshop, transfers: Transfers) -> None:
        self._shop = shop
        self._records = shop.records
        self._transfers = transfers
        self._lock = threading.Lock()
        self._runs: dict[str, ExecutionRun] = {}
        self._again: set[str] = set()
        self._halted = False

    def start(self) -> None:
        for execution in self._records.active():
            self.launch(execution["PipelineExecutionArn"])

    def launch(self, arn: str) -> None:
        """Runs an execution that is in the store; while the service halts, the next start does."""
        with self._lock:
            if self._halted:
                return
            if arn in self._runs:
                self._again.add(arn)  # retried before its earlier run has quite gone
                return
            run = self._runs[arn] = ExecutionRun(arn, self._shop, self._transfers)
            run.start(when_over=self._forget)

    def stop(self, arn: str) -> None:
        with self._lock:
            run = self._runs.get(arn)
        if run is not None:
            run.signal.send(Interruption.STOP)

    def look_again(self, arn: str) -> None:
        """What an execution is allowed to do may have changed."""
        with self._lock:
            run = self._runs.get(arn)
        if run is not None:
            run.wake()

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
            again = arn in self._again
            self._again.discard(arn)
        if again:
            self.launch(arn)
