"""The container contract of processing jobs.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html
"""

import json

from pointsman.local.sagemaker import builtin_images, container, events
from pointsman.local.sagemaker.container import Launch, Surroundings
from pointsman.local.sagemaker.errors import JobFailedError
from pointsman.local.sagemaker.job_contract import Ending
from pointsman.local.sagemaker.job_folder import JobFolder
from pointsman.local.sagemaker.naming import Arns
from pointsman.local.sagemaker.s3_transfer import Transfer
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Event, Kind

_LOCAL_PATH = "/opt/ml/processing/"
_MESSAGE_LENGTH = 1024


class ProcessingJob:
    kind = Kind.PROCESSING_JOB
    noun = "ProcessingJob"
    verb = "Processing"
    log_group = "/aws/sagemaker/ProcessingJobs"
    delivers_when_stopped = False

    def image(self, job: Shape) -> str:
        return str(job["AppSpecification"]["ImageUri"])

    def arn(self, arns: Arns, name: str) -> str:
        return arns.processing_job(name)

    def role(self, job: Shape) -> str | None:
        return str(job["RoleArn"])

    def begun(self, request: Shape, arn: str, at: float) -> Shape:  # noqa: ARG002 -- the contract's signature
        return {"StoppingCondition": request.get("StoppingCondition") or {"MaxRuntimeInSeconds": 86400}}

    def phase(self, job: Shape, phase: str, at: float) -> Shape:  # noqa: ARG002
        return {}

    def lay_out(self, job: Shape, folder: JobFolder, transfer: Transfer) -> None:
        for given in job.get("ProcessingInputs") or ():
            if not given.get("S3Input"):
                raise JobFailedError(
                    f"ClientError: input '{given['InputName']}' is a dataset definition; only S3Input is supported here"
                )
            self._fetch(given["InputName"], given["S3Input"], folder, transfer)
        for output in _outputs(job):
            _check_local_path(output["S3Output"]["LocalPath"])
            folder.container(output["S3Output"]["LocalPath"]).mkdir(parents=True, exist_ok=True)
        self._configure(job, folder)

    def launch(self, job: Shape, folder: JobFolder, surroundings: Surroundings) -> Launch:
        application = job["AppSpecification"]
        image = application["ImageUri"]
        entrypoint = application.get("ContainerEntrypoint") or builtin_images.processing_command(image)
        if not entrypoint:
            if refusal := builtin_images.refusal(image):
                raise JobFailedError(f"ClientError: {refusal}")
            raise JobFailedError(f"ClientError: no ContainerEntrypoint: the default of image {image} is not known here")
        return container.plan(
            folder,
            [*entrypoint, *(application.get("ContainerArguments") or ())],
            job.get("Environment") or {},
            surroundings,
        )

    def preserve(self, job: Shape, folder: JobFolder, transfer: Transfer) -> None:
        """Nothing: a processing job that fails leaves nothing."""

    def deliver(self, job: Shape, folder: JobFolder, transfer: Transfer) -> None:
        # S3UploadMode Continuous, too, is uploaded at the end: what stands in S3 afterwards is the same.
        for output in _outputs(job):
            target = output["S3Output"]
            transfer.upload_tree(folder.container(target["LocalPath"]), target["S3Uri"])

    def ended(self, job: Shape, folder: JobFolder, ending: Ending, at: float) -> Shape:  # noqa: ARG002
        message = folder.start_of("/opt/ml/output/message", _MESSAGE_LENGTH)
        return {"ExitMessage": message} if message else {}

    def changed(self, job: Shape, tags: dict[str, str]) -> Event:  # noqa: ARG002
        return events.processing_job_changed(job)

    def _fetch(self, name: str, source: Shape, folder: JobFolder, transfer: Transfer) -> None:
        if source.get("S3CompressionType", "None") != "None":
            raise JobFailedError(f"ClientError: input '{name}' has S3CompressionType Gzip, which is not supported here")
        _check_local_path(source["LocalPath"])
        transfer.download(source["S3Uri"], source.get("S3DataType", "S3Prefix"), folder.container(source["LocalPath"]))

    def _configure(self, job: Shape, folder: JobFolder) -> None:
        config = folder.container("/opt/ml/config")
        config.mkdir(parents=True, exist_ok=True)
        own = ("Time", "Status", "ownThread")
        described = {name: value for name, value in job.items() if not name.endswith(own)}
        (config / "processingjobconfig.json").write_text(json.dumps(described))
        (config / "resourceconfig.json").write_text(json.dumps({"current_host": "algo-1", "hosts": ["algo-1"]}))


def _outputs(job: Shape) -> list[Shape]:
    outputs: list[Shape] = (job.get("ProcessingOutputConfig") or {}).get("Outputs") or []
    for output in outputs:
        if not output.get("S3Output"):
            raise JobFailedError(
                f"ClientError: output '{output['OutputName']}' goes to a feature store; only S3Output is supported here"
            )
    return outputs


def _check_local_path(path: str) -> None:
    if not f"{path}/".startswith(_LOCAL_PATH):
        raise JobFailedError(f"ClientError: LocalPath '{path}' must be below {_LOCAL_PATH}")
