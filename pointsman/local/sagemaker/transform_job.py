"""The contract of transform jobs: the model's container serves, the driver beside it asks.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-batch-code.html
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

from pointsman.local.containers import transform_driver, transform_selection
from pointsman.local.sagemaker import events
from pointsman.local.sagemaker.container import Launch, Surroundings
from pointsman.local.sagemaker.errors import DeploymentFailedError, JobFailedError, ValidationError
from pointsman.local.sagemaker.hosting import container
from pointsman.local.sagemaker.hosting.models import Models
from pointsman.local.sagemaker.job_contract import Ending
from pointsman.local.sagemaker.job_folder import JobFolder
from pointsman.local.sagemaker.naming import Arns
from pointsman.local.sagemaker.s3_transfer import Transfer
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Event, Kind

_DEFAULT_PAYLOAD_MB = 6
_DEFAULT_TIMEOUT_SECONDS = 600


class TransformJob:
    kind = Kind.TRANSFORM_JOB
    noun = "TransformJob"
    verb = "Transform"
    log_group = "/aws/sagemaker/TransformJobs"
    delivers_when_stopped = False

    def __init__(self, models: Models) -> None:
        self._models = models

    def image(self, job: Shape) -> str:
        return str(job["container"].get("Image", ""))

    def arn(self, arns: Arns, name: str) -> str:
        return arns.transform_job(name)

    def role(self, job: Shape) -> str | None:
        role: str | None = job["container"].get("ExecutionRoleArn")
        return role

    def begun(self, request: Shape, arn: str, at: float) -> Shape:  # noqa: ARG002 -- the contract's signature
        _check(request)
        # What serves is settled now: the model may be gone before the job begins, or after a crash.
        served = self._models.find(request["ModelName"])["container"]
        environment = {**(served.get("Environment") or {}), **(request.get("Environment") or {})}
        return {"container": {**served, "Environment": environment}}

    def phase(self, job: Shape, phase: str, at: float) -> Shape:  # noqa: ARG002
        return {}

    def lay_out(self, job: Shape, folder: JobFolder, transfer: Transfer) -> None:
        source = job["TransformInput"]["DataSource"]["S3DataSource"]
        transfer.download(source["S3Uri"], source["S3DataType"], _inputs(folder))
        _outputs(folder).mkdir()
        try:
            container.lay_out(job["container"], folder, transfer)
        except DeploymentFailedError as error:
            raise JobFailedError(f"ClientError: {error}") from error
        (folder.root / "transform.json").write_text(json.dumps(_orders(job, folder)))

    def launch(self, job: Shape, folder: JobFolder, surroundings: Surroundings) -> Launch:
        try:
            serve = container.launch(_batching(job), folder, surroundings, _port_file(folder))
        except DeploymentFailedError as error:
            raise JobFailedError(f"ClientError: {error}") from error
        orders = str(folder.root / "transform.json")
        return replace(serve, command=(sys.executable, "-m", transform_driver.__name__, orders, *serve.command))

    def preserve(self, job: Shape, folder: JobFolder, transfer: Transfer) -> None:
        # SageMaker, too, keeps what came of the objects that were done when another one failed.
        transfer.upload_tree(_outputs(folder), job["TransformOutput"]["S3OutputPath"])

    def deliver(self, job: Shape, folder: JobFolder, transfer: Transfer) -> None:
        """Done already, in `preserve`."""

    def ended(self, job: Shape, folder: JobFolder, ending: Ending, at: float) -> Shape:  # noqa: ARG002
        return {}

    def changed(self, job: Shape, tags: dict[str, str]) -> Event:
        return events.transform_job_changed(job, tags)


def _check(request: Shape) -> None:
    """Raises ValidationError."""
    split = request["TransformInput"].get("SplitType", "None")
    if split not in {"None", "Line"}:
        raise ValidationError(f"SplitType {split} is not served by the local SageMaker; None and Line are.")
    if request.get("BatchStrategy") == "SingleRecord" and split == "None":
        raise ValidationError("BatchStrategy SingleRecord needs a SplitType other than None.")
    for name in ("InputFilter", "OutputFilter"):
        try:
            transform_selection.parse((request.get("DataProcessing") or {}).get(name, "$"))
        except ValueError as error:
            raise ValidationError(f"{name}: {error}") from error


def _batching(job: Shape) -> Shape:
    """The model's container, told of the batch."""
    told = {
        "SAGEMAKER_BATCH": "true",
        "SAGEMAKER_MAX_PAYLOAD_IN_MB": str(job.get("MaxPayloadInMB", _DEFAULT_PAYLOAD_MB)),
        "SAGEMAKER_BATCH_STRATEGY": job.get("BatchStrategy", "MultiRecord"),
        "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": str(job.get("MaxConcurrentTransforms", 1)),
    }
    return {**job["container"], "Environment": {**told, **job["container"]["Environment"]}}


def _orders(job: Shape, folder: JobFolder) -> Shape:
    given, wanted = job["TransformInput"], job["TransformOutput"]
    timeout = (job.get("ModelClientConfig") or {}).get("InvocationsTimeoutInSeconds", _DEFAULT_TIMEOUT_SECONDS)
    return {
        "inputs": str(_inputs(folder)),
        "outputs": str(_outputs(folder)),
        "port_file": str(_port_file(folder)),
        "failure_file": str(folder.container("/opt/ml/output/failure")),
        "content_type": given.get("ContentType", ""),
        "accept": wanted.get("Accept", ""),
        "gzip": given.get("CompressionType") == "Gzip",
        "lines": given.get("SplitType") == "Line",
        "single": job.get("BatchStrategy") == "SingleRecord",
        "payload_bytes": job.get("MaxPayloadInMB", _DEFAULT_PAYLOAD_MB) * 1024 * 1024,
        "assemble_lines": wanted.get("AssembleWith") == "Line",
        "processing": job.get("DataProcessing") or {},
        "timeout_seconds": timeout,
    }


def _inputs(folder: JobFolder) -> Path:
    return folder.temporary / "transform-input"


def _outputs(folder: JobFolder) -> Path:
    return folder.temporary / "transform-output"


def _port_file(folder: JobFolder) -> Path:
    return folder.home / "port"
