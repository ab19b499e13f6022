"""The life of a tuning job: trials one after another and side by side, until there are enough."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from pointsman.local.sagemaker import events, times
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.errors import InterruptedRunError, ResourceInUseError, ValidationError
from pointsman.local.sagemaker.job_contract import JobContract
from pointsman.local.sagemaker.jobs import TERMINAL, Jobs
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.signals import Interruption, Signal
from pointsman.local.sagemaker.store import Kind
from pointsman.local.sagemaker.tuning import search, trials

_COUNTERS = {"Completed": "Completed", "Failed": "NonRetryableError", "Stopped": "Stopped", "InProgress": "InProgress",
             "Stopping": "InProgress"}  # fmt: skip


class TuningJobs:
    """`noun` and the rest of what `job_runs` and `job_queries` ask for are those of a job's contract."""

    kind = Kind.TUNING_JOB
    noun = "HyperParameterTuningJob"

    def __init__(self, account: Account, jobs: Jobs, training: JobContract) -> None:
        self._account = account
        self._store = account.store
        self._jobs = jobs
        self._training = training
        self._running: dict[str, Signal] = {}

    def create(self, request: Shape, *, own_thread: bool = False) -> str:
        """Returns the ARN. Raises ServiceError."""
        _check(request)
        name, at = request[f"{self.noun}Name"], times.now()
        arn = self._account.arns.tuning_job(name)
        job = {
            **{member: value for member, value in request.items() if member != "Tags"},
            f"{self.noun}Arn": arn,
            f"{self.noun}Status": "InProgress",
            "CreationTime": at,
            "LastModifiedTime": at,
            **_counted([]),
            "trials": [],
            **({"ownThread": True} if own_thread else {}),
        }
        with self._store.transaction():
            if self._store.get(self.kind, name) is not None:
                raise ResourceInUseError(
                    "Hyper parameter tuning job name must be unique within an AWS account and region, and one with"
                    f" this name already exists ({arn})"
                )
            self._store.put(self.kind, name, job)
            self._store.set_tags(arn, {tag["Key"]: tag["Value"] for tag in request.get("Tags") or ()})
            self._publish(job)
        return arn

    def run(self, name: str, signal: Signal) -> Shape:
        """To its end; trials that ended in an earlier life of the service are not run again.

        Raises InterruptedRunError when the service halts.
        """
        job = self.find(name)
        if job[f"{self.noun}Status"] in TERMINAL:
            return job
        with self._stoppable(name, signal):
            if self.find(name)[f"{self.noun}Status"] == "Stopping":
                signal.send(Interruption.STOP)
            self._try_all(job, signal)
        if signal.raised is Interruption.HALT:
            raise InterruptedRunError(name)
        return self._end(name, signal)

    def stop(self, name: str) -> None:
        with self._store.transaction():
            if self.find(name)[f"{self.noun}Status"] == "InProgress":
                members = {f"{self.noun}Status": "Stopping", "LastModifiedTime": times.now()}
                self._publish(self._store.change(self.kind, name, **members))
        running = self._running.get(name)
        if running is not None:
            running.send(Interruption.STOP)

    def find(self, name: str) -> Shape:
        job = self._store.get(self.kind, name)
        if job is None:
            raise LookupError(f"no tuning job {name}")
        return job

    def trained(self, tuning: Shape) -> list[Shape]:
        """Its training jobs so far, in the order of their numbers."""
        found = (self._store.get(self._training.kind, name) for name in tuning["trials"])
        return [job for job in found if job is not None]

    @contextmanager
    def _stoppable(self, name: str, signal: Signal) -> Iterator[None]:
        self._running[name] = signal
        signal.listen(lambda raised: self.stop(name) if raised is Interruption.STOP else None)
        try:
            yield
        finally:
            del self._running[name]

    def _try_all(self, tuning: Shape, signal: Signal) -> None:
        limits = tuning["HyperParameterTuningJobConfig"]["ResourceLimits"]
        # More at once than there are processors would only make each slower.
        parallel = min(limits.get("MaxParallelTrainingJobs", 1), os.cpu_count() or 1)
        deadline = tuning["CreationTime"] + limits.get("MaxRuntimeInSeconds", float("inf"))
        enough = threading.Event()

        def attempt(number: int) -> None:
            if signal.raised is None and not enough.is_set() and times.now() < deadline:
                self._try_one(tuning, number, signal)
                if self._reached(tuning):
                    enough.set()

        with ThreadPoolExecutor(parallel, thread_name_prefix="trial") as pool:
            futures: list[Future[None]] = [pool.submit(attempt, number) for number in range(trials.count(tuning))]
        for future in futures:
            if (error := future.exception()) is not None and not isinstance(error, InterruptedRunError):
                raise error

    def _try_one(self, tuning: Shape, number: int, signal: Signal) -> None:
        name, request = tuning[f"{self.noun}Name"], trials.request(tuning, number)
        with self._store.transaction():
            if self._store.get(self._training.kind, request["TrainingJobName"]) is None:
                self._jobs.create(self._training, {**request, "TuningJobArn": tuning[f"{self.noun}Arn"]})
                known = [*self.find(name)["trials"], request["TrainingJobName"]]
                self._store.change(self.kind, name, trials=known)
        own = Signal()
        signal.listen(own.send)
        self._jobs.run(self._training, request["TrainingJobName"], own)
        with self._store.transaction():
            current = self.find(name)
            members = _counted(trials.best_first(current, self.trained(current)))
            self._store.change(self.kind, name, **members, LastModifiedTime=times.now())

    def _reached(self, tuning: Shape) -> bool:
        criteria = tuning["HyperParameterTuningJobConfig"].get("TuningJobCompletionCriteria") or {}
        target = criteria.get("TargetObjectiveMetricValue")
        best = self.find(tuning[f"{self.noun}Name"]).get("BestTrainingJob")
        if target is None or best is None:
            return False
        metric = best["FinalHyperParameterTuningJobObjectiveMetric"]
        return bool(metric["Value"] >= target if metric["Type"] == "Maximize" else metric["Value"] <= target)

    def _end(self, name: str, signal: Signal) -> Shape:
        at = times.now()
        with self._store.transaction():
            job = self.find(name)
            status, reason = _ending(job, signal)
            members = {f"{self.noun}Status": status, "HyperParameterTuningEndTime": at, "LastModifiedTime": at}
            job = self._store.change(self.kind, name, **members, FailureReason=reason)
            self._publish(job)
        return job

    def _publish(self, job: Shape) -> None:
        self._account.publish(events.tuning_job_changed(job, self._store.tags(job[f"{self.noun}Arn"])))


def _check(request: Shape) -> None:
    """Raises ValidationError."""
    if request.get("WarmStartConfig"):
        raise ValidationError("WarmStartConfig is not served by the local SageMaker.")
    if ("TrainingJobDefinition" in request) == ("TrainingJobDefinitions" in request):
        raise ValidationError("Exactly one of TrainingJobDefinition and TrainingJobDefinitions must be specified.")
    for definition in trials.definitions(request):
        search.check(request["HyperParameterTuningJobConfig"]["Strategy"], definition["ranges"])


def _counted(found: list[Shape]) -> Shape:
    """The members that tell of the trials so far, best first."""
    states = [_COUNTERS[each["TrainingJobStatus"]] for each in found]
    objectives = [each["ObjectiveStatus"] for each in found]
    best = next((each for each in found if each["FinalHyperParameterTuningJobObjectiveMetric"]), None)
    names = ("Completed", "InProgress", "RetryableError", "NonRetryableError", "Stopped")
    return {
        "TrainingJobStatusCounters": {name: states.count(name) for name in names},
        "ObjectiveStatusCounters": {name: objectives.count(name) for name in ("Succeeded", "Pending", "Failed")},
        "BestTrainingJob": best,
    }


def _ending(job: Shape, signal: Signal) -> tuple[str, str | None]:
    if signal.raised is not None:
        return "Stopped", None
    counters = job["TrainingJobStatusCounters"]
    if not counters["Completed"]:
        return "Failed", (
            "All training jobs failed. Please take a look at the training jobs failures to get more details."
        )
    if job.get("BestTrainingJob") is None and any(each["objective"] for each in trials.definitions(job)):
        return "Failed", (
            f"No objective metrics found after running {counters['Completed']} training jobs. Please ensure that the"
            " custom algorithm is emitting the objective metric as defined by the regular expression provided."
        )
    return "Completed", None
