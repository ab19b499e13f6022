"""How a job's process is started: its command line, its environment, its working directory.

The one place that knows that there is no container. Here words are mapped into the job's folder; where a private mount
namespace gives the process its own `/opt/ml`, this is what changes.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pointsman.local.sagemaker.job_folder import JobFolder


@dataclass(frozen=True)
class Launch:
    command: tuple[str, ...]
    environment: Mapping[str, str]
    directory: Path


@dataclass(frozen=True)
class Surroundings:
    """What a job sees of AWS."""

    endpoint_url: str
    region: str


def plan(
    folder: JobFolder,
    command: Sequence[str],
    environment: Mapping[str, str],
    surroundings: Surroundings,
    directory: Path | None = None,
) -> Launch:
    """`environment`: the job's own. Of ours nothing is passed on: no setting of this machine may decide a result."""
    return Launch(
        command=tuple(_word(folder, position, word) for position, word in enumerate(command)),
        environment={
            **_base_environment(folder, surroundings),
            **{name: folder.mapped(value) for name, value in environment.items()},
        },
        # A container's working directory is its root unless the image says otherwise.
        directory=directory or folder.root,
    )


def _word(folder: JobFolder, position: int, word: str) -> str:
    # The image's interpreter is the one of the environment that the project is installed in.
    if position == 0 and word in {"python", "python3", "/usr/bin/python3", "/usr/local/bin/python3"}:
        return sys.executable
    return folder.mapped(word)


def _base_environment(folder: JobFolder, surroundings: Surroundings) -> dict[str, str]:
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(folder.home),
        "TMPDIR": str(folder.temporary),
        "LANG": "C.UTF-8",
        # SageMaker's images set it: a log that stops in the middle of a buffer hides the reason of a failure.
        "PYTHONUNBUFFERED": "1",
        # Read by the sagemaker-training toolkit: where the job's /opt/ml lies.
        "SAGEMAKER_BASE_DIR": str(folder.container("/opt/ml")),
        "AWS_REGION": surroundings.region,
        "AWS_DEFAULT_REGION": surroundings.region,
        "AWS_ENDPOINT_URL": surroundings.endpoint_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
