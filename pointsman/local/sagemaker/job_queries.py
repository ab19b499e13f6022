"""Operations on jobs: described, listed, stopped."""

from pointsman.local.sagemaker import pages
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.errors import ResourceNotFoundError, ValidationError
from pointsman.local.sagemaker.job_contract import JobContract
from pointsman.local.sagemaker.jobs import TERMINAL, Jobs
from pointsman.local.sagemaker.shapes import Shape


class JobQueries:
    """Of one kind of job."""

    def __init__(self, account: Account, contract: JobContract, jobs: Jobs) -> None:
        self._store = account.store
        self._contract = contract
        self._jobs = jobs

    def describe(self, request: Shape) -> Shape:
        name = request[f"{self._contract.noun}Name"]
        job = self._store.get(self._contract.kind, name)
        if job is None:
            if self._contract.noun == "TrainingJob":
                # The older half of the API answers so for what does not exist; the SDKs know it by the wording.
                raise ValidationError("Requested resource not found.")
            raise ResourceNotFoundError(f"Could not find requested job with name: {name}")
        return job

    def list(self, request: Shape) -> Shape:
        noun = self._contract.noun
        jobs = self._store.items(self._contract.kind)
        for member in ("CreationTime", "LastModifiedTime"):
            jobs = pages.within(jobs, request, member, f"{member}After", f"{member}Before")
        found = [
            job
            for job in jobs
            if request.get("NameContains", "") in job[f"{noun}Name"]
            and request.get("StatusEquals", job[f"{noun}Status"]) == job[f"{noun}Status"]
        ]
        keys = {"Name": f"{noun}Name", "CreationTime": "CreationTime", "Status": f"{noun}Status"}
        ordered = pages.sort(found, request, keys, by="CreationTime", order="Ascending")
        return pages.page(ordered, request, into=f"{noun}Summaries", identity=lambda job: str(job[f"{noun}Name"]))

    def stop(self, request: Shape) -> Shape:
        job = self.describe(request)
        status = job[f"{self._contract.noun}Status"]
        if status in TERMINAL:
            raise ValidationError(f"The request was rejected because the job is in status {status}.")
        self._jobs.stop(self._contract, job[f"{self._contract.noun}Name"])
        return {}
