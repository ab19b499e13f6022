"""Operations on tuning jobs."""

from functools import partial

from pointsman.local.sagemaker import pages
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.api import Operation
from pointsman.local.sagemaker.errors import ResourceNotFoundError, ValidationError
from pointsman.local.sagemaker.jobs import TERMINAL
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Kind
from pointsman.local.sagemaker.tuning import trials
from pointsman.local.sagemaker.tuning.tuning_jobs import TuningJobs
from pointsman.local.sagemaker.work_threads import WorkThreads

_NAME, _STATUS = "HyperParameterTuningJobName", "HyperParameterTuningJobStatus"


class TuningOperations:
    def __init__(self, account: Account, tunings: TuningJobs) -> None:
        self._store = account.store
        self._tunings = tunings
        self._threads = WorkThreads()

    def operations(self) -> dict[str, Operation]:
        """By the API's name for them."""
        return {
            "CreateHyperParameterTuningJob": self.create,
            "DescribeHyperParameterTuningJob": self.describe,
            "ListHyperParameterTuningJobs": self.list_page,
            "ListTrainingJobsForHyperParameterTuningJob": self.list_trials,
            "StopHyperParameterTuningJob": self.stop,
        }

    def start(self) -> None:
        """Resumes those that a crash or a stop interrupted and that belong to no pipeline."""
        for job in self._store.items(Kind.TUNING_JOB):
            if job.get("ownThread") and job[_STATUS] not in TERMINAL:
                self._launch(job[_NAME])

    def halt(self) -> None:
        self._threads.halt()

    def create(self, request: Shape) -> Shape:
        arn = self._tunings.create(request, own_thread=True)
        self._launch(request[_NAME])
        return {"HyperParameterTuningJobArn": arn}

    def describe(self, request: Shape) -> Shape:
        try:
            return self._tunings.find(request[_NAME])
        except LookupError:
            raise ResourceNotFoundError("Requested resource not found.") from None

    def list_page(self, request: Shape) -> Shape:
        jobs = self._store.items(Kind.TUNING_JOB)
        for member in ("CreationTime", "LastModifiedTime"):
            jobs = pages.within(jobs, request, member, f"{member}After", f"{member}Before")
        found = [
            {**job, **_summary(job)}
            for job in jobs
            if request.get("NameContains", "") in job[_NAME]
            and request.get("StatusEquals", job[_STATUS]) == job[_STATUS]
        ]
        keys = {"Name": _NAME, "CreationTime": "CreationTime", "Status": _STATUS}
        ordered = pages.sort(found, request, keys, by="CreationTime", order="Ascending")
        return pages.page(
            ordered, request, into="HyperParameterTuningJobSummaries", identity=lambda job: str(job[_NAME])
        )

    def list_trials(self, request: Shape) -> Shape:
        tuning = self.describe(request)
        found = trials.best_first(tuning, self._tunings.trained(tuning))
        if request.get("SortBy") != "FinalObjectiveMetricValue":
            keys = {"Name": "TrainingJobName", "CreationTime": "CreationTime", "Status": "TrainingJobStatus"}
            found = pages.sort(found, request, keys, by="Name", order="Ascending")
        elif request.get("SortOrder") == "Descending":
            found.reverse()
        wanted = request.get("StatusEquals")
        kept = [each for each in found if wanted in {None, each["TrainingJobStatus"]}]
        return pages.page(kept, request, into="TrainingJobSummaries", identity=lambda job: str(job["TrainingJobName"]))

    def stop(self, request: Shape) -> Shape:
        job = self.describe(request)
        if job[_STATUS] in TERMINAL:
            raise ValidationError(f"The request was rejected because the tuning job is in status {job[_STATUS]}.")
        self._tunings.stop(request[_NAME])
        return {}

    def _launch(self, name: str) -> None:
        self._threads.begin(f"tuning-{name}", partial(self._tunings.run, name))


def _summary(job: Shape) -> Shape:
    config = job["HyperParameterTuningJobConfig"]
    return {"Strategy": config["Strategy"], "ResourceLimits": config["ResourceLimits"]}
