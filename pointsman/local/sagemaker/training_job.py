"""The container contract of training jobs.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo.html, and the `SM_*` variables of
https://github.com/aws/sagemaker-training-toolkit.
"""

import json
import tarfile
from pathlib import Path

from pointsman.local.sagemaker import (
    builtin_images,
    container,
    events,
    training_files,
    training_metrics,
    training_script,
)
from pointsman.local.sagemaker.container import Launch, Surroundings
from pointsman.local.sagemaker.errors import JobFailedError, ValidationError
from pointsman.local.sagemaker.job_contract import Ending
from pointsman.local.sagemaker.job_folder import JobFolder
from pointsman.local.sagemaker.naming import Arns
from pointsman.local.sagemaker.s3_transfer import Transfer
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Event, Kind

_PHASE_MESSAGES = {
    "Starting": "Starting the training job",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Uploading": "Uploading generated training model",
    "Completed": "Training job completed",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds",
}


class TrainingJob:
    kind = Kind.TRAINING_JOB
    noun = "TrainingJob"
    verb = "Training"
    log_group = "/aws/sagemaker/TrainingJobs"
    delivers_when_stopped = True  # a stopped training keeps the model it has so far

    def image(self, job: Shape) -> str:
        return str((job.get("AlgorithmSpecification") or {}).get("TrainingImage", ""))

    def arn(self, arns: Arns, name: str) -> str:
        return arns.training_job(name)

    def role(self, job: Shape) -> str | None:
        return str(job["RoleArn"])

    def begun(self, request: Shape, arn: str, at: float) -> Shape:  # noqa: ARG002 -- the contract's signature
        _check_spot(request)
        job = {
            "AlgorithmSpecification": _measured(request),
            "StoppingCondition": request.get("StoppingCondition") or {"MaxRuntimeInSeconds": 86400},
            "ModelArtifacts": {"S3ModelArtifacts": f"{_output(request)}/{_model_name(request)}"},
        }
        return {**job, **self.phase({}, "Starting", at)}

    def phase(self, job: Shape, phase: str, at: float) -> Shape:
        transitions = [dict(transition) for transition in job.get("SecondaryStatusTransitions", ())]
        if transitions:
            transitions[-1]["EndTime"] = at
        transitions.append({"Status": phase, "StartTime": at, "StatusMessage": _PHASE_MESSAGES.get(phase, phase)})
        return {"SecondaryStatus": phase, "SecondaryStatusTransitions": transitions}

    def lay_out(self, job: Shape, folder: JobFolder, transfer: Transfer) -> None:
        for channel in job.get("InputDataConfig") or ():
            _fetch(channel, folder, transfer)
        for path in ("/opt/ml/model", "/opt/ml/output/data", "/opt/ml/input/config", "/opt/ml/code"):
            folder.container(path).mkdir(parents=True, exist_ok=True)
        for name, content in training_files.configuration(job).items():
            (folder.container("/opt/ml/input/config") / f"{name}.json").write_text(json.dumps(content))
        training_script.unpack(job, folder, transfer)
        if checkpoints := job.get("CheckpointConfig"):
            earlier = folder.container(_checkpoints_path(checkpoints))
            earlier.mkdir(parents=True, exist_ok=True)
            if transfer.exists(checkpoints["S3Uri"]):
                transfer.download(checkpoints["S3Uri"], "S3Prefix", earlier)

    def launch(self, job: Shape, folder: JobFolder, surroundings: Surroundings) -> Launch:
        algorithm = job.get("AlgorithmSpecification") or {}
        environment = {
            **training_script.variables(job),
            **(job.get("Environment") or {}),
            "TRAINING_JOB_NAME": job["TrainingJobName"],
            "TRAINING_JOB_ARN": job["TrainingJobArn"],
        }
        if algorithm.get("ContainerEntrypoint"):
            command = [*algorithm["ContainerEntrypoint"], *(algorithm.get("ContainerArguments") or ())]
            return container.plan(folder, command, environment, surroundings)
        if not training_script.is_given(job) and (own := builtin_images.training_command(self.image(job))):
            return container.plan(folder, own, environment, surroundings)
        command = training_script.command(job, folder)
        return container.plan(folder, command, environment, surroundings, directory="/opt/ml/code")

    def preserve(self, job: Shape, folder: JobFolder, transfer: Transfer) -> None:
        # SageMaker copies checkpoints while they are written; what stands in S3 afterwards is the same.
        if checkpoints := job.get("CheckpointConfig"):
            transfer.upload_tree(folder.container(_checkpoints_path(checkpoints)), checkpoints["S3Uri"])

    def deliver(self, job: Shape, folder: JobFolder, transfer: Transfer) -> None:
        model, data = folder.container("/opt/ml/model"), folder.container("/opt/ml/output/data")
        if any(model.iterdir()):
            if _uncompressed(job):
                transfer.upload_tree(model, f"{_output(job)}/model")
            else:
                transfer.upload(_packed(model, folder.temporary / "model.tar.gz"), f"{_output(job)}/model.tar.gz")
        if any(data.iterdir()):
            transfer.upload(_packed(data, folder.temporary / "output.tar.gz"), f"{_output(job)}/output.tar.gz")

    def ended(self, job: Shape, folder: JobFolder, ending: Ending, at: float) -> Shape:
        phase = "MaxRuntimeExceeded" if ending.timed_out else ending.status
        started = job.get("TrainingStartTime")
        seconds = None if started is None else max(1, round(at - started))
        return {
            **self.phase(job, phase, at),
            "TrainingTimeInSeconds": seconds,
            "BillableTimeInSeconds": seconds,
            "FinalMetricDataList": training_metrics.last_values(job, folder, at) or None,
        }

    def changed(self, job: Shape, tags: dict[str, str]) -> Event:
        return events.training_job_changed(job, tags)


def _measured(request: Shape) -> Shape:
    specification = request.get("AlgorithmSpecification") or {}
    own = None
    if not training_script.is_given(request) and not specification.get("ContainerEntrypoint"):
        own = builtin_images.metric_definitions(specification.get("TrainingImage", ""))
    return {**specification, "MetricDefinitions": own} if own else specification


def _check_spot(request: Shape) -> None:
    limits = request.get("StoppingCondition") or {}
    wait = limits.get("MaxWaitTimeInSeconds")
    if not request.get("EnableManagedSpotTraining"):
        if wait is not None:
            raise ValidationError("MaxWaitTimeInSeconds can only be set when EnableManagedSpotTraining is set to true.")
    elif wait is None or wait < limits.get("MaxRuntimeInSeconds", 86400):
        raise ValidationError(
            "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds"
        )


def _checkpoints_path(checkpoints: Shape) -> str:
    return str(checkpoints.get("LocalPath", "/opt/ml/checkpoints"))


def _fetch(channel: Shape, folder: JobFolder, transfer: Transfer) -> None:
    name = channel["ChannelName"]
    source = (channel.get("DataSource") or {}).get("S3DataSource")
    if not source:
        raise JobFailedError(f"ClientError: channel '{name}' has no S3DataSource; no other source is supported here")
    if channel.get("InputMode", "File") == "Pipe":
        raise JobFailedError(f"ClientError: channel '{name}' has InputMode Pipe; only File is supported here")
    transfer.download(source["S3Uri"], source["S3DataType"], folder.container(f"/opt/ml/input/data/{name}"))


def _output(job: Shape) -> str:
    return f"{job['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{job['TrainingJobName']}/output"


def _uncompressed(job: Shape) -> bool:
    return bool(job["OutputDataConfig"].get("CompressionType", "GZIP") == "NONE")


def _model_name(job: Shape) -> str:
    return "model/" if _uncompressed(job) else "model.tar.gz"


def _packed(folder: Path, archive: Path) -> Path:
    # Level 1: a model is written once and read once here, and most of its bytes don't compress.
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        for path in sorted(folder.iterdir()):
            tar.add(path, arcname=path.name)
    return archive
