"""What a model's process is given and started with: hosting's container contract, as AWS's framework images keep it.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
SageMaker runs an image with the argument `serve`. Images are not pulled here, so what can be served is what says by
itself how: script mode, where SAGEMAKER_PROGRAM names a script, or `code/inference.py` lies in the model's archive.
"""

import tarfile
from pathlib import Path

from pointsman.local.sagemaker import builtin_images, requirements
from pointsman.local.sagemaker.container import Launch, Surroundings, plan
from pointsman.local.sagemaker.errors import DeploymentFailedError, JobFailedError
from pointsman.local.sagemaker.hosting import script_server
from pointsman.local.sagemaker.job_folder import JobFolder
from pointsman.local.sagemaker.s3_transfer import Transfer
from pointsman.local.sagemaker.shapes import Shape

_MODEL, _CODE = "/opt/ml/model", "/opt/ml/code"
_CODE_IN_MODEL = f"{_MODEL}/code"
_DEFAULT_PROGRAM = "inference.py"


def lay_out(container: Shape, folder: JobFolder, transfer: Transfer) -> None:
    """The model into /opt/ml/model, the script beside it. Raises DeploymentFailedError."""
    model = folder.container(_MODEL)
    model.mkdir(parents=True, exist_ok=True)
    url, compressed = _model_data(container)
    try:
        if url and compressed:
            _unpack(transfer.read(url), model, folder.temporary)
        elif url:
            transfer.download(url, "S3Prefix", model)
        submitted = _environment(container).get("SAGEMAKER_SUBMIT_DIRECTORY", "")
        if submitted.startswith("s3://"):
            folder.container(_CODE).mkdir(parents=True, exist_ok=True)
            _unpack(transfer.read(submitted), folder.container(_CODE), folder.temporary)
    except (JobFailedError, tarfile.TarError, OSError) as error:
        raise DeploymentFailedError(
            f'Failed to download model data for container "primary" from URL: "{url}". Please ensure that there is an'
            " object located at the URL and that the role passed to CreateModel has permissions to download the"
            f" object. ({error})"
        ) from error


def launch(container: Shape, folder: JobFolder, surroundings: Surroundings, port_file: Path) -> Launch:
    """Raises DeploymentFailedError, with a reason for the container's log, where nothing says how to serve."""
    environment = _environment(container)
    submitted = environment.get("SAGEMAKER_SUBMIT_DIRECTORY", _CODE_IN_MODEL)
    code = folder.mapped(_CODE if submitted.startswith("s3://") else submitted.removeprefix("file://"))
    program = environment.get("SAGEMAKER_PROGRAM", _DEFAULT_PROGRAM)
    if not Path(code, program).is_file() and _is_served_by_its_image(container, environment):
        program, code = builtin_images.SERVING
        environment = {"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv", **environment}
    elif not Path(code, program).is_file():
        raise DeploymentFailedError(_nothing_to_serve(container, environment))
    if refusal := requirements.refusal(Path(code)):
        raise DeploymentFailedError(refusal)
    command = ("python", "-P", script_server.__file__, str(port_file), code, program, _MODEL)
    return plan(folder, command, {"SM_MODEL_DIR": _MODEL, **environment}, surroundings)


def _is_served_by_its_image(container: Shape, environment: dict[str, str]) -> bool:
    image = container["Image"]
    own = "SAGEMAKER_PROGRAM" not in environment and builtin_images.is_xgboost(image)
    return own and builtin_images.refusal(image) is None


def _nothing_to_serve(container: Shape, environment: dict[str, str]) -> str:
    image = container["Image"]
    if refusal := builtin_images.refusal(image):
        return refusal
    if "SAGEMAKER_PROGRAM" in environment:
        where = environment.get("SAGEMAKER_SUBMIT_DIRECTORY", _CODE_IN_MODEL)
        return f"SAGEMAKER_PROGRAM is {environment['SAGEMAKER_PROGRAM']!r}, but there is no such file in {where}"
    return (
        f"What the image {image} runs for `serve` is not known here. Served are models in script mode: with"
        " SAGEMAKER_PROGRAM in the container's environment, or code/inference.py in model.tar.gz"
    )


def _environment(container: Shape) -> dict[str, str]:
    return container.get("Environment") or {}


def _model_data(container: Shape) -> tuple[str | None, bool]:
    """The URI of the model's data, if it has any, and whether that is one archive."""
    source = container.get("ModelDataSource", {}).get("S3DataSource")
    if source is None:
        return container.get("ModelDataUrl"), True
    return source["S3Uri"], source["CompressionType"] == "Gzip"


def _unpack(archive: bytes, into: Path, temporary: Path) -> None:
    path = temporary / "archive.tar.gz"
    path.write_bytes(archive)
    with tarfile.open(path) as tar:
        tar.extractall(into, filter="data")
    path.unlink()
