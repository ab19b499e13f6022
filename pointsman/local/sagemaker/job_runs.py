"""Jobs that somebody created by the API, each in a thread of its own; those of pipelines run in their steps'."""

import threading

from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.errors import InterruptedRunError
from pointsman.local.sagemaker.job_contract import JobContract
from pointsman.local.sagemaker.jobs import TERMINAL, Jobs
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.signals import Interruption, Signal


class JobRuns:
    """Of all kinds."""

    def __init__(self, account: Account, jobs: Jobs) -> None:
        self._store = account.store
        self._jobs = jobs
        self._lock = threading.Lock()
        self._threads: dict[threading.Thread, Signal] = {}
        self._halted = False

    def create(self, contract: JobContract, request: Shape) -> Shape:
        """An operation Create*Job. Raises ServiceError."""
        arn = self._jobs.create(contract, request, own_thread=True)
        self._launch(contract, request[f"{contract.noun}Name"])
        return {f"{contract.noun}Arn": arn}

    def resume(self, contract: JobContract) -> None:
        """Those of this kind that a crash or a stop interrupted."""
        for job in self._store.items(contract.kind):
            if job.get("ownThread") and job[f"{contract.noun}Status"] not in TERMINAL:
                self._launch(contract, job[f"{contract.noun}Name"])

    def halt(self) -> None:
        with self._lock:
            self._halted = True
            threads = dict(self._threads)
        for signal in threads.values():
            signal.send(Interruption.HALT)
        for thread in threads:
            thread.join(timeout=30)

    def _launch(self, contract: JobContract, name: str) -> None:
        signal = Signal()
        thread = threading.Thread(target=self._run, args=[contract, name, signal], name=f"job-{name}", daemon=True)
        with self._lock:
            if self._halted:  # the next start resumes it
                return
            self._threads[thread] = signal
            thread.start()

    def _run(self, contract: JobContract, name: str, signal: Signal) -> None:
        try:
            self._jobs.run(contract, name, signal)
        except InterruptedRunError:
            return
        finally:
            with self._lock:
                self._threads.pop(threading.current_thread(), None)
