"""The baseline that a run compares with."""

from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.errors import ValidationError
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Kind

_FILES = {"ConstraintsResource": "constraints.json", "StatisticsResource": "statistics.json"}


class Baselines:
    def __init__(self, account: Account) -> None:
        self._store = account.store

    def files(self, baseline: Shape) -> dict[str, str]:
        """The URIs by the member of a BaselineConfig that names them; a baselining job's are in its output.

        Raises ValidationError where there is no such job.
        """
        found = {}
        if name := baseline.get("BaseliningJobName"):
            job = self._store.get(Kind.PROCESSING_JOB, name)
            if job is None:
                raise ValidationError(f"Could not find the baselining job {name}.")
            (output, *_) = job["ProcessingOutputConfig"]["Outputs"]
            folder = output["S3Output"]["S3Uri"].rstrip("/")
            found = {member: f"{folder}/{file}" for member, file in _FILES.items()}
        given = {member: baseline[member]["S3Uri"] for member in _FILES if baseline.get(member, {}).get("S3Uri")}
        return {**found, **given}
