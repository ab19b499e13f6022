"""What a kind of job adds to the common life that `jobs.Jobs` gives it."""

from dataclasses import dataclass
from typing import Protocol

from pointsman.local.sagemaker.container import Launch, Surroundings
from pointsman.local.sagemaker.job_folder import JobFolder
from pointsman.local.sagemaker.naming import Arns
from pointsman.local.sagemaker.s3_transfer import Transfer
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Event, Kind


@dataclass(frozen=True)
class Ending:
    """`status`: Completed, Failed or Stopped; `timed_out` where the stopping condition's time was over."""

    status: str
    failure_reason: str | None = None
    timed_out: bool = False


class JobContract(Protocol):
    """Jobs are kept in the form of their Describe* answer, whose members start with `noun` or `verb`."""

    kind: Kind
    noun: str  # ProcessingJob: ProcessingJobName, ProcessingJobArn, ProcessingJobStatus
    verb: str  # Processing: ProcessingStartTime, ProcessingEndTime
    log_group: str
    delivers_when_stopped: bool

    def image(self, job: Shape) -> str:
        """The URI of the container's image, as far as there is one."""
        ...

    def arn(self, arns: Arns, name: str) -> str: ...

    def begun(self, request: Shape, arn: str, at: float) -> Shape:
        """Members that only this kind has, beyond the request's."""
        ...

    def phase(self, job: Shape, phase: str, at: float) -> Shape:
        """Members that change when the job enters a phase: Downloading, Training, Uploading, or its ending."""
        ...

    def role(self, job: Shape) -> str | None:
        """What it acts as."""
        ...

    def lay_out(self, job: Shape, folder: JobFolder, transfer: Transfer) -> None:
        """Inputs and configuration files. Raises JobFailedError for what is missing or not supported."""
        ...

    def launch(self, job: Shape, folder: JobFolder, surroundings: Surroundings) -> Launch: ...

    def preserve(self, job: Shape, folder: JobFolder, transfer: Transfer) -> None:
        """To S3 whatever the process's end."""
        ...

    def deliver(self, job: Shape, folder: JobFolder, transfer: Transfer) -> None:
        """Outputs to S3."""
        ...

    def ended(self, job: Shape, folder: JobFolder, ending: Ending, at: float) -> Shape:
        """Members that the ending sets."""
        ...

    def changed(self, job: Shape, tags: dict[str, str]) -> Event: ...
