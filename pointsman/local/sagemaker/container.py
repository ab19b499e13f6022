"""How a job's process is started: its command line, its environment, its working directory.

The one place that knows that there is no container. Where the kernel allows it, the process sees a file system of its
own (`job_cell`) and nothing need be changed; elsewhere words that name `/opt/ml` are mapped into the job's folder.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import pointsman
from pointsman.local.sagemaker import job_cell, job_cell_probe
from pointsman.local.sagemaker.errors import JobFailedError
from pointsman.local.sagemaker.job_folder import FOLDER_VARIABLE, JobFolder
from pointsman.local.sagemaker.roles import ACCOUNTS_OWN, UNCHECKED, Credentials, Roles


@dataclass(frozen=True)
class Launch:
    """`cell`: the job's folder and the machine's folders that the job sees, where it has a file system of its own."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    directory: str
    cell: tuple[str, ...] = ()


@dataclass(frozen=True)
class Surroundings:
    """What a job sees of AWS; `shared`: folders of this machine that it sees and may write to, as with `docker -v`."""

    endpoint_url: str
    region: str
    shared: tuple[Path, ...] = ()
    roles: Roles = UNCHECKED
    credentials: Credentials = ACCOUNTS_OWN

    def acting_as(self, role: str | None) -> Self:
        """The same for whoever acts as the role; None: for ourselves."""
        return replace(self, credentials=self.roles.credentials(role) if role else ACCOUNTS_OWN)


def plan(
    folder: JobFolder,
    command: Sequence[str],
    environment: Mapping[str, str],
    surroundings: Surroundings,
    directory: str = "/",
) -> Launch:
    """`environment`: the job's own. Of ours nothing is passed on: no setting of this machine may decide a result.

    `directory`: a container's working directory is its root unless the image says otherwise. Raises JobFailedError for
    a script that cannot find `/opt/ml` here.
    """
    refusal = job_cell_probe.refusal()
    if refusal is None:
        return Launch(
            command=tuple(_interpreter(position, word) or word for position, word in enumerate(command)),
            environment={**_own_places(folder), **_base_environment(folder, surroundings), **environment},
            directory=directory,
            cell=(str(folder.root), *map(str, _visible(surroundings))),
        )
    words = tuple(_interpreter(position, word) or folder.mapped(word) for position, word in enumerate(command))
    _check_scripts(words, folder, refusal)
    return Launch(
        command=words,
        environment={
            **_mapped_places(folder),
            **_base_environment(folder, surroundings),
            **{name: folder.mapped(value) for name, value in environment.items()},
        },
        directory=str(folder.container(directory)),
    )


def _interpreter(position: int, word: str) -> str | None:
    """The image's is the one of the environment that the project is installed in."""
    known = {"python", "python3", "/usr/bin/python3", "/usr/local/bin/python3", "/miniconda3/bin/python"}
    return sys.executable if position == 0 and word in known else None


def _base_environment(folder: JobFolder, surroundings: Surroundings) -> dict[str, str]:
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        # SageMaker's images set it: a log that stops in the middle of a buffer hides the reason of a failure.
        "PYTHONUNBUFFERED": "1",
        "AWS_REGION": surroundings.region,
        "AWS_DEFAULT_REGION": surroundings.region,
        "AWS_ENDPOINT_URL": surroundings.endpoint_url,
        "AWS_ACCESS_KEY_ID": surroundings.credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": surroundings.credentials.secret_key,
        **({"AWS_SESSION_TOKEN": surroundings.credentials.token} if surroundings.credentials.token else {}),
        FOLDER_VARIABLE: str(folder.root),
    }


def _own_places(folder: JobFolder) -> dict[str, str]:
    folder.container("/rootfs").mkdir(exist_ok=True)
    # One user is all that an ordinary user's namespace has: tar, as root, would give files to others.
    return {"HOME": "/root", "SAGEMAKER_BASE_DIR": "/opt/ml", "TAR_OPTIONS": "--no-same-owner"}


def _mapped_places(folder: JobFolder) -> dict[str, str]:
    return {
        "HOME": str(folder.home),
        "TMPDIR": str(folder.temporary),
        # Read by the sagemaker-training toolkit: where the job's /opt/ml lies.
        "SAGEMAKER_BASE_DIR": str(folder.container("/opt/ml")),
    }


def _visible(surroundings: Surroundings) -> Iterator[Path]:
    """Python's environment, which keeps its bytecode beside it; this program, where the job's own folders hide it."""
    yield from surroundings.shared
    yield from (prefix for prefix in sorted({Path(sys.base_prefix), Path(sys.prefix)}) if prefix != Path("/usr"))
    program = Path(pointsman.__file__).parents[1]
    if program.parts[1] in job_cell.OWN:
        yield program


def _check_scripts(words: Sequence[str], folder: JobFolder, refusal: str) -> None:
    """A script with `/opt/ml` in its text would read and write this machine's, if it has one."""
    for word in words:
        path = Path(word)
        if not path.is_relative_to(folder.root) or not path.is_file():
            continue
        text = path.read_text(errors="replace")
        if "/opt/ml" in text and "SAGEMAKER_BASE_DIR" not in text and "SM_" not in text:
            raise JobFailedError(
                f"ClientError: {path.name} names /opt/ml in its text, and jobs have no /opt/ml of their own here:"
                f" {refusal}. Otherwise let it take its paths from arguments, SM_* or SAGEMAKER_BASE_DIR"
            )
