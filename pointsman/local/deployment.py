"""Deploy the template to the embedded AWS as to any account: by `sam build` and `sam deploy`."""

import os
import platform
import shutil
import subprocess
from pathlib import Path

from pointsman.environment import LOCAL_CREDENTIALS, Environment, project_root
from pointsman.errors import ToolFailed, ToolMissing

_SHOWN_LINES = 20
_ARCHITECTURES = {"x86_64": "x86_64", "AMD64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


def build() -> None:
    """Build the functions for this machine's processor. Raises ToolMissing, ToolFailed."""
    _sam("build", "--parameter-overrides", _architecture(), environment=None)


def deploy(environment: Environment) -> None:
    """Deploy what was built. Raises ToolMissing, ToolFailed."""
    _sam("deploy", "--config-env", environment.name, "--parameter-overrides", _architecture(), environment=environment)


def _architecture() -> str:
    return f"Architecture={_ARCHITECTURES[platform.machine()]}"


def _sam(*arguments: str, environment: Environment | None) -> None:
    """The SAM CLI of the project comes first: it needs other versions than this environment has, so it has its own."""
    folder = project_root() / ".tools" / "sam" / "bin"
    path = os.pathsep.join([str(folder), os.environ.get("PATH", "")])
    sam = shutil.which("sam", path=path)
    if not sam:
        raise ToolMissing("the SAM CLI is not installed; `make setup` installs it into the project")
    done = subprocess.run(
        [sam, *arguments],
        cwd=project_root(),
        env={**_clean_environment(), "PATH": path, "SAM_CLI_TELEMETRY": "0", **_credentials(environment)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-_SHOWN_LINES:])
        raise ToolFailed(f"`sam {arguments[0]}` ended with exit code {done.returncode}:\n{tail}")


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
    nowhere = str(Path(os.devnull))  # so that nobody's ~/.aws decides anything
    return known | {
        "AWS_ENDPOINT_URL": str(environment.endpoint_url),
        "AWS_DEFAULT_REGION": environment.region,
        "AWS_CONFIG_FILE": nowhere,
        "AWS_SHARED_CREDENTIALS_FILE": nowhere,
    }
