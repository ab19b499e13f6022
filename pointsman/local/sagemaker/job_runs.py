"""Jobs that somebody created by the API, each in a thread of its own; those of pipelines run in their steps'."""

from functools import partial

from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.job_contract import JobContract
from pointsman.local.sagemaker.jobs import TERMINAL, Jobs
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.work_threads import WorkThreads


class JobRuns:
    """Of all kinds."""

    def __init__(self, account: Account, jobs: Jobs) -> None:
        self._store = account.store
        self._jobs = jobs
        self._threads = WorkThreads()

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
        self._threads.halt()

    def _launch(self, contract: JobContract, name: str) -> None:
        self._threads.begin(f"job-{name}", partial(self._jobs.run, contract, name))
