"""The life of a job, whatever its kind: created, laid out, run, delivered, ended; each change stored and published."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pointsman.local.sagemaker import image_versions, times
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.container import Surroundings
from pointsman.local.sagemaker.errors import InterruptedRunError, JobFailedError, ResourceInUseError
from pointsman.local.sagemaker.job_contract import Ending, JobContract
from pointsman.local.sagemaker.job_folder import JobFolder
from pointsman.local.sagemaker.job_logs import LogShipper
from pointsman.local.sagemaker.job_process import JobProcess
from pointsman.local.sagemaker.s3_transfer import Transfers
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.signals import Interruption, Signal
from pointsman.local.sagemaker.store import Kind

logger = logging.getLogger(__name__)
TERMINAL = frozenset({"Completed", "Failed", "Stopped"})
_REASON_LENGTH = 1024
# SageMaker gives a stopped job 120 seconds; nobody waits so long at a desk.
_GRACE_SECONDS = 10.0


class Jobs:
    def __init__(
        self, account: Account, root: Path, *, transfers: Transfers, logs: LogShipper, surroundings: Surroundings
    ) -> None:
        """`root`: the folder of the jobs' folders."""
        self._account = account
        self._store = account.store
        self._root = root
        self._transfers = transfers
        self._logs = logs
        self._surroundings = surroundings
        self._running: dict[tuple[Kind, str], Signal] = {}

    def create(self, contract: JobContract, request: Shape, *, own_thread: bool = False) -> str:
        """Returns the ARN. `request`: the body of the kind's Create* operation, checked.

        `own_thread`: nobody else, such as a pipeline's step, sees to it that the job runs. Raises ResourceInUseError.
        """
        name, at = request[f"{contract.noun}Name"], times.now()
        arn = contract.arn(self._account.arns, name)
        job = {
            **{member: value for member, value in request.items() if member != "Tags"},
            f"{contract.noun}Arn": arn,
            f"{contract.noun}Status": "InProgress",
            "CreationTime": at,
            "LastModifiedTime": at,
            **contract.begun(request, arn, at),
            **({"ownThread": True} if own_thread else {}),
        }
        with self._store.transaction():
            if self._store.get(contract.kind, name) is not None:
                raise ResourceInUseError(
                    "Job name must be unique within an AWS account and region, and a"
                    f" {contract.kind.replace('-', ' ')} with this name already exists ({arn})"
                )
            self._store.put(contract.kind, name, job)
            self._store.set_tags(arn, {tag["Key"]: tag["Value"] for tag in request.get("Tags") or ()})
            self._publish(contract, job)
        return arn

    def run(self, contract: JobContract, name: str, signal: Signal) -> Shape:
        """Runs a created job to its end, from its beginning if an earlier run was interrupted, and returns it ended.

        Raises InterruptedRunError when the service halts meanwhile; the job then still is in progress.
        """
        job = self._job(contract, name)
        if job[f"{contract.noun}Status"] in TERMINAL:
            return job
        folder = JobFolder.fresh(self._root / contract.kind / name)
        if job[f"{contract.noun}Status"] == "Stopping" or signal.raised is Interruption.STOP:  # asked before a restart
            self._mark_stopping(contract, name, Interruption.STOP)
            return self._end(contract, name, folder, Ending("Stopped"))
        with self._followed(contract, name, signal, folder):
            try:
                ending = self._attempt(contract, job, folder, signal)
            except JobFailedError as error:
                ending = Ending("Failed", str(error)[:_REASON_LENGTH])
            except Exception:
                logger.exception("%s ends by an internal error", name)
                ending = Ending("Failed", "InternalServerError: We encountered an internal error. Please try again.")
        if signal.raised is Interruption.HALT:
            raise InterruptedRunError(name)
        return self._end(contract, name, folder, ending)

    def stop(self, contract: JobContract, name: str) -> None:
        """Asks a running job to end; one that isn't running in this process ends as soon as it would."""
        self._mark_stopping(contract, name, Interruption.STOP)
        running = self._running.get((contract.kind, name))
        if running is not None:
            running.send(Interruption.STOP)

    @contextmanager
    def _followed(self, contract: JobContract, name: str, signal: Signal, folder: JobFolder) -> Iterator[None]:
        tail = self._logs.follow(contract.log_group, f"{name}/algo-1", folder.log)
        self._running[contract.kind, name] = signal
        signal.listen(lambda interruption: self._mark_stopping(contract, name, interruption))
        if self._job(contract, name)[f"{contract.noun}Status"] == "Stopping":  # asked between the look and here
            signal.send(Interruption.STOP)
        try:
            yield
        finally:
            del self._running[contract.kind, name]
            self._logs.finish(tail)

    def _attempt(self, contract: JobContract, job: Shape, folder: JobFolder, signal: Signal) -> Ending:
        name, role = job[f"{contract.noun}Name"], contract.role(job)
        transfer = self._transfers.acting_as(role)
        self._enter(contract, name, "Downloading")
        folder.note(image_versions.differences(contract.image(job)))
        contract.lay_out(job, folder, transfer)
        launch = contract.launch(job, folder, self._surroundings.acting_as(role))
        self._enter(contract, name, "Training", **{f"{contract.verb}StartTime": times.now()})
        code = 0
        if signal.raised is None:
            process = JobProcess(launch, folder.log, grace_seconds=_GRACE_SECONDS)
            signal.listen(process.interrupt)
            with _limited(job, signal):
                code = process.wait()
            contract.preserve(job, folder, transfer)
        ending = _ending(code, folder, signal)
        if ending.status == "Completed" or (contract.delivers_when_stopped and signal.raised is not Interruption.HALT):
            self._enter(contract, name, "Uploading")
            contract.deliver(job, folder, transfer)
        return ending

    def _enter(self, contract: JobContract, name: str, phase: str, **members: Any) -> None:
        with self._store.transaction():
            changes = contract.phase(self._job(contract, name), phase, times.now())
            if changes or members:
                self._store.change(contract.kind, name, **changes, **members)

    def _mark_stopping(self, contract: JobContract, name: str, interruption: Interruption) -> None:
        if interruption is not Interruption.STOP:
            return
        with self._store.transaction():
            status = f"{contract.noun}Status"
            if self._job(contract, name)[status] == "InProgress":
                members = {status: "Stopping", "LastModifiedTime": times.now()}
                self._publish(contract, self._store.change(contract.kind, name, **members))

    def _end(self, contract: JobContract, name: str, folder: JobFolder, ending: Ending) -> Shape:
        at = times.now()
        with self._store.transaction():
            members = contract.ended(self._job(contract, name), folder, ending, at)
            job = self._store.change(
                contract.kind,
                name,
                **members,
                **{
                    f"{contract.noun}Status": ending.status,
                    f"{contract.verb}EndTime": at,
                    "LastModifiedTime": at,
                    "FailureReason": ending.failure_reason,
                    "timedOut": ending.timed_out or None,
                },
            )
            self._publish(contract, job)
        if ending.status == "Completed":
            folder.keep_log_only()
        return job

    def _job(self, contract: JobContract, name: str) -> Shape:
        job = self._store.get(contract.kind, name)
        if job is None:
            raise LookupError(f"no {contract.noun} {name}")
        return job

    def _publish(self, contract: JobContract, job: Shape) -> None:
        self._account.publish(contract.changed(job, self._store.tags(job[f"{contract.noun}Arn"])))


@contextmanager
def _limited(job: Shape, signal: Signal) -> Iterator[None]:
    """Ends the job when its stopping condition's time is over."""
    if "StoppingCondition" not in job:  # a transform ends when its objects do
        yield
        return
    seconds = job["StoppingCondition"]["MaxRuntimeInSeconds"]
    # A lock cannot wait longer than TIMEOUT_MAX; SageMaker's longest limit, 28 days, is below it.
    timer = threading.Timer(seconds, signal.send, [Interruption.TIMEOUT])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _ending(code: int, folder: JobFolder, signal: Signal) -> Ending:
    if signal.raised is Interruption.TIMEOUT:
        return Ending("Stopped", "MaxRuntimeExceeded: the job ran longer than its MaxRuntimeInSeconds", timed_out=True)
    if signal.raised is not None:
        return Ending("Stopped")
    if code != 0:
        tail = f", exit code: {code}"
        room = _REASON_LENGTH - len("AlgorithmError: ") - len(tail)
        said = folder.start_of("/opt/ml/output/failure", _REASON_LENGTH) or folder.end_of_log(room)
        raise JobFailedError(f"AlgorithmError: {said[:room]}{tail}")
    return Ending("Completed")
