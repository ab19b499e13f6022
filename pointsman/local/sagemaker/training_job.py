"""The container contract of training jobs.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo.html, and the `SM_*` variables of
https://github.com/aws/sagemaker-training-toolkit.
"""

import json
import re
import tarfile
from pathlib import Path

from pointsman.local.sagemaker import container, events, training_script
from pointsman.local.sagemaker.container import Launch, Surroundings
from pointsman.local.sagemaker.errors import JobFailedError
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

    def arn(self, arns: Arns, name: str) -> str:
        return arns.training_job(name)

    def begun(self, request: Shape, arn: str, at: float) -> Shape:  # noqa: ARG002 -- the contract's signature
        job = {
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
        for name, content in _configuration(job).items():
            (folder.container("/opt/ml/input/config") / f"{name}.json").write_text(json.dumps(content))
        training_script.unpack(job, folder, transfer)

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
        command = training_script.command(job, folder)
        return container.plan(folder, command, environment, surroundings, directory="/opt/ml/code")

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
            "FinalMetricDataList": _metrics(job, folder, at) or None,
        }

    def changed(self, job: Shape, tags: dict[str, str]) -> Event:
        return events.training_job_changed(job, tags)


def _fetch(channel: Shape, folder: JobFolder, transfer: Transfer) -> None:
    name = channel["ChannelName"]
    source = (channel.get("DataSource") or {}).get("S3DataSource")
    if not source:
        raise JobFailedError(f"ClientError: channel '{name}' has no S3DataSource; no other source is supported here")
    if channel.get("InputMode", "File") == "Pipe":
        raise JobFailedError(f"ClientError: channel '{name}' has InputMode Pipe; only File is supported here")
    transfer.download(source["S3Uri"], source["S3DataType"], folder.container(f"/opt/ml/input/data/{name}"))


def _configuration(job: Shape) -> Shape:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html"""
    instance = (job.get("ResourceConfig") or {}).get("InstanceType", "local")
    group = {"instance_group_name": "homogeneousCluster", "instance_type": instance, "hosts": ["algo-1"]}
    return {
        "hyperparameters": job.get("HyperParameters") or {},
        "inputdataconfig": {
            channel["ChannelName"]: {
                "TrainingInputMode": "File",
                "S3DistributionType": "FullyReplicated",  # with one host, sharding changes nothing
                "RecordWrapperType": channel.get("RecordWrapperType", "None"),
                **({"ContentType": channel["ContentType"]} if channel.get("ContentType") else {}),
            }
            for channel in job.get("InputDataConfig") or ()
        },
        "resourceconfig": {
            "current_host": "algo-1",
            "current_instance_type": instance,
            "current_group_name": "homogeneousCluster",
            "hosts": ["algo-1"],
            "instance_groups": [group],
            "network_interface_name": "lo",
        },
    }  # fmt: skip


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


def _metrics(job: Shape, folder: JobFolder, at: float) -> list[Shape]:
    """The last value that each definition's expression finds in the log."""
    definitions = (job.get("AlgorithmSpecification") or {}).get("MetricDefinitions") or ()
    log = folder.log.read_text(errors="replace") if definitions and folder.log.exists() else ""
    found = []
    for definition in definitions:
        values = [match[1] for match in re.finditer(definition["Regex"], log) if match.lastindex]
        try:
            found.append({"MetricName": definition["Name"], "Value": float(values[-1]), "Timestamp": at})
        except (IndexError, ValueError):
            continue  # SageMaker, too, leaves out a metric that was never printed, or not as a number
    return found
