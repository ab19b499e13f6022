"""Script mode: what the sagemaker-training toolkit in AWS's framework images does before the user's script runs."""

import json
import os
import tarfile
from typing import Any

from pointsman.local.sagemaker import builtin_images, requirements, training_files
from pointsman.local.sagemaker.errors import JobFailedError
from pointsman.local.sagemaker.job_folder import JobFolder
from pointsman.local.sagemaker.s3_transfer import Transfer
from pointsman.local.sagemaker.shapes import Shape

_RESERVED = "sagemaker_"


def hyperparameters(job: Shape) -> dict[str, Any]:
    """Values travel as strings; script mode writes them as JSON, other clients as they are."""
    return {name: _decoded(value) for name, value in (job.get("HyperParameters") or {}).items()}


def is_given(job: Shape) -> bool:
    return bool(hyperparameters(job).get("sagemaker_program"))


def unpack(job: Shape, folder: JobFolder, transfer: Transfer) -> None:
    """`sagemaker_submit_directory` (an S3 tar.gz) into /opt/ml/code, where the job is in script mode."""
    given = hyperparameters(job)
    source = given.get("sagemaker_submit_directory")
    if not source or not given.get("sagemaker_program"):
        return
    archive = folder.temporary / "sourcedir.tar.gz"
    archive.write_bytes(transfer.read(str(source)))
    code = folder.container("/opt/ml/code")
    try:
        with tarfile.open(archive) as tar:
            tar.extractall(code, filter="data")
    except tarfile.TarError as error:
        raise JobFailedError(f"ClientError: {source} is not a tar.gz of a source directory: {error}") from error
    if refusal := requirements.refusal(code):
        raise JobFailedError(f"ClientError: {refusal}")


def command(job: Shape, folder: JobFolder) -> list[str]:
    """The script with the user's hyperparameters as arguments. Raises JobFailedError where there is no script."""
    program = hyperparameters(job).get("sagemaker_program")
    if not program:
        image = (job.get("AlgorithmSpecification") or {}).get("TrainingImage")
        if refusal := builtin_images.refusal(str(image)):
            raise JobFailedError(f"ClientError: {refusal}")
        raise JobFailedError(
            "ClientError: neither ContainerEntrypoint nor the hyperparameter sagemaker_program is given,"
            f" and what image {image} runs by itself is not known here"
        )
    path = f"/opt/ml/code/{program}"
    if not folder.container(path).is_file():
        raise JobFailedError(f"ClientError: the source directory has no '{program}'")
    start = ["/bin/sh", "-c", f'./{program} "$@"', program] if path.endswith(".sh") else ["python", path]
    return [*start, *_arguments(job)]


def variables(job: Shape) -> dict[str, str]:
    user = {name: value for name, value in hyperparameters(job).items() if not name.startswith(_RESERVED)}
    channels = [channel["ChannelName"] for channel in job.get("InputDataConfig") or ()]
    files = training_files.configuration(job)
    resources, program = files["resourceconfig"], str(hyperparameters(job).get("sagemaker_program", ""))
    found = {
        "SM_MODULE_NAME": program.removesuffix(".py"),
        "SM_MODULE_DIR": str(hyperparameters(job).get("sagemaker_submit_directory", "")),
        "SM_USER_ENTRY_POINT": program,
        "SM_JOB_NAME": job["TrainingJobName"],
        "SM_CURRENT_INSTANCE_TYPE": resources["current_instance_type"],
        "SM_CURRENT_INSTANCE_GROUP": resources["current_group_name"],
        "SM_INSTANCE_GROUPS": json.dumps(resources["instance_groups"]),
        "SM_RESOURCE_CONFIG": json.dumps(resources),
        "SM_INPUT_DATA_CONFIG": json.dumps(files["inputdataconfig"]),
        "SM_NETWORK_INTERFACE_NAME": resources["network_interface_name"],
        "SM_FRAMEWORK_PARAMS": "{}",
        "SM_OUTPUT_INTERMEDIATE_DIR": "/opt/ml/output/intermediate",
        "PYTHONPATH": "/opt/ml/code",
        "SM_MODEL_DIR": "/opt/ml/model",
        "SM_OUTPUT_DIR": "/opt/ml/output",
        "SM_OUTPUT_DATA_DIR": "/opt/ml/output/data",
        "SM_INPUT_DIR": "/opt/ml/input",
        "SM_INPUT_CONFIG_DIR": "/opt/ml/input/config",
        "SM_CHANNELS": json.dumps(sorted(channels)),
        "SM_HPS": json.dumps(user),
        "SM_USER_ARGS": json.dumps(_arguments(job)),
        "SM_CURRENT_HOST": "algo-1",
        "SM_HOSTS": '["algo-1"]',
        "SM_NUM_GPUS": "0",
        "SM_NUM_CPUS": str(os.cpu_count() or 1),
        "SM_LOG_LEVEL": "20",
    }
    found.update({f"SM_CHANNEL_{channel.upper()}": f"/opt/ml/input/data/{channel}" for channel in channels})
    found.update({f"SM_HP_{name.upper()}": _text(value) for name, value in user.items()})
    return found


def _arguments(job: Shape) -> list[str]:
    """`--name value` for each hyperparameter that isn't the toolkit's own, in name order as the toolkit gives them."""
    user = sorted((name, value) for name, value in hyperparameters(job).items() if not name.startswith(_RESERVED))
    return [word for name, value in user for word in ((f"-{name}" if len(name) == 1 else f"--{name}"), _text(value))]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value) if isinstance(value, dict | list) else str(value)


def _decoded(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value
