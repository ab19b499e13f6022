"""Deploy the template to the embedded AWS as to any account: by `sam build` and `sam deploy`."""

import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from pointsman import artefact
from pointsman.checkout import project_root
from pointsman.environment import LOCAL_CREDENTIALS, Environment
from pointsman.errors import ToolFailed, ToolMissing

_SHOWN_LINES = 20
# This machine's processor, as Lambda calls it.
ARCHITECTURE = {"x86_64": "x86_64", "AMD64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine()]
# Nobody collects traces here, and a local SageMaker may be asked at will: no reason to wait for what an event lost.
PARAMETERS = (
    f"Architecture={ARCHITECTURE}",
    "Tracing=Disabled",
    "PatienceSeconds=4",
    "LookAfterSeconds=4",
)


def check() -> None:
    """Raises ToolMissing: better before anything is started than after."""
    _sam_cli()


def build() -> None:
    """Build the functions for this machine's processor. Raises ToolMissing, ToolFailed."""
    _sam("build", "--parameter-overrides", *PARAMETERS, environment=None)
    artefact.prepare(project_root() / ".aws-sam")


def built(function: str) -> Path:
    """The folder that a function is deployed from; built where it isn't there. Raises ToolMissing, ToolFailed."""
    folder = artefact.folder_of(function, project_root() / ".aws-sam")
    if folder is None or not folder.is_dir():
        build()
        folder = artefact.folder_of(function, project_root() / ".aws-sam")
    if folder is None:
        raise ToolFailed(f"`sam build` made nothing of function {function}")
    return folder


def deploy(environment: Environment, *options: str, parameters: Sequence[str] = ()) -> None:
    """Deploy what was built, with further options of `sam deploy`. Raises ToolMissing, ToolFailed, which says why."""
    given = ["--config-env", environment.name, *options, "--parameter-overrides", *PARAMETERS, *parameters]
    try:
        _sam("deploy", *given, environment=environment)
    except ToolFailed as failed:
        raise ToolFailed("\n".join([str(failed), *_reasons(environment)])) from None


def remove(environment: Environment) -> None:
    """All but what the template retains. Raises ToolMissing, ToolFailed."""
    _sam("delete", "--config-env", environment.name, "--no-prompts", environment=environment)


def run_sam(*arguments: str, credentials: Mapping[str, str], text: str) -> str:
    """What it answers to `text` on its standard output; what else it tells goes to our standard error.

    Raises ToolMissing, ToolFailed.
    """
    with _surroundings(credentials) as surroundings:
        done = subprocess.run(
            [_sam_cli(), *arguments], **surroundings, input=text, stdout=subprocess.PIPE, text=True, check=False
        )
    if done.returncode:
        raise ToolFailed(f"`sam {arguments[0]}` ended with exit code {done.returncode}; what it did is told above")
    return str(done.stdout)


def _reasons(environment: Environment) -> Iterator[str]:
    """Of each resource that the last deployment could not make or change: what `sam deploy` told far above its end."""
    try:
        events = environment.client("cloudformation").describe_stack_events(StackName=environment.stack)["StackEvents"]
    except ClientError:
        return  # it came to no stack
    begun = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS")
    for event in events:  # newest first
        if event["PhysicalResourceId"] == event["StackId"] and event["ResourceStatus"] in begun:
            return
        if event["ResourceStatus"].endswith("_FAILED"):
            yield f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason is given')}"


def _sam(*arguments: str, environment: Environment | None) -> None:
    with _surroundings(_credentials(environment)) as surroundings:
        done = subprocess.run(
            [_sam_cli(), *arguments],
            **surroundings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-_SHOWN_LINES:])
        raise ToolFailed(f"`sam {arguments[0]}` ended with exit code {done.returncode}:\n{tail}")


@contextmanager
def _surroundings(credentials: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Where it runs, and what it finds there: nothing of the caller's own AWS settings."""
    root = project_root()
    (built := root / ".aws-sam").mkdir(exist_ok=True)
    # `sam deploy` leaves a temporary folder behind for each archive that it uploads.
    with tempfile.TemporaryDirectory(dir=built, prefix="tmp-", ignore_cleanup_errors=True) as temporary:
        variables = {
            **_clean_environment(),
            **credentials,
            "PATH": _path(),
            "TMPDIR": temporary,
            "SAM_CLI_TELEMETRY": "0",
            "__SAM_CLI_APP_DIR": str(root / ".tools" / "sam-settings"),  # else ~/.aws-sam
        }
        yield {"cwd": root, "env": variables}


def _path() -> str:
    """The project's own SAM CLI comes first. It needs other versions than this environment has, so it has its own."""
    return os.pathsep.join([str(project_root() / ".tools" / "sam" / "bin"), os.environ.get("PATH", "")])


def _sam_cli() -> str:
    sam = shutil.which("sam", path=_path())
    if not sam:
        raise ToolMissing("the SAM CLI is not installed; `make setup` installs it into the project")
    return sam


def _clean_environment() -> dict[str, str]:
    """Without the caller's own AWS settings, and without the variables that would make SAM run on our packages."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AWS_") and name not in {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
    }


def _credentials(environment: Environment | None) -> dict[str, str]:
    if environment is None:
        return {}
    known = {name.upper(): value for name, value in LOCAL_CREDENTIALS.items()}
    return known | {
        "AWS_ENDPOINT_URL": str(environment.endpoint_url),
        "AWS_DEFAULT_REGION": environment.region,
        "AWS_CONFIG_FILE": os.devnull,  # so that nobody's ~/.aws decides anything
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
