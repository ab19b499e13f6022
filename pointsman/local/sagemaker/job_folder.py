"""A job's own part of the disk: its `/opt/ml`, its home, its temporary files, its log."""

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pointsman.local.sagemaker.errors import JobFailedError

# Tells the processes of a job, whatever became of their parents.
FOLDER_VARIABLE = "POINTSMAN_JOB_FOLDER"

# `/opt/ml` where it is a path of its own or the start of one, also inside `--out=/opt/ml/x` or a shell's command line.
_CONTAINER_PATH = re.compile(r"(?<![\w./-])/opt/ml(?=[/\s'\":,;)]|$)")


@dataclass(frozen=True)
class JobFolder:
    root: Path

    @classmethod
    def fresh(cls, root: Path) -> "JobFolder":
        """What an interrupted attempt left goes: the job runs again from its beginning, on nothing but its inputs."""
        if root.exists():
            shutil.rmtree(root)
        folder = cls(root)
        for path in (folder.home, folder.temporary, folder.container("/opt/ml/output")):
            path.mkdir(parents=True)
        folder.log.touch()
        return folder

    @property
    def home(self) -> Path:
        return self.root / "root"

    @property
    def temporary(self) -> Path:
        return self.root / "tmp"

    @property
    def log(self) -> Path:
        """Standard output and error in the order of writing, as CloudWatch Logs shows them."""
        return self.root / "algo-1.log"

    def container(self, path: str) -> Path:
        """Where a path of the container lies. Raises JobFailedError if it leaves the container."""
        pure = PurePosixPath(path)
        if not pure.is_absolute() or ".." in pure.parts:
            raise JobFailedError(f"ClientError: '{path}' is not an absolute path inside the container")
        return self.root.joinpath(*pure.parts[1:])

    def mapped(self, word: str) -> str:
        """A word of a command or the environment with the container's `/opt/ml` made the folder's."""
        return _CONTAINER_PATH.sub(lambda _: str(self.container("/opt/ml")), word)

    def note(self, sentences: Iterable[str]) -> None:
        """Into the log, told apart from what the container says."""
        with self.log.open("a") as file:
            file.writelines(f"[pointsman] {sentence}\n" for sentence in sentences)

    def start_of(self, path: str, characters: int) -> str:
        """The beginning of a text file the job may have written, empty if it has not."""
        try:
            with self.container(path).open(encoding="utf-8", errors="replace") as file:
                return file.read(characters).strip()
        except OSError:
            return ""

    def end_of_log(self, characters: int) -> str:
        """The log's last whole lines, as many as fit."""
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - 4 * characters))
            lines = file.read().decode(errors="replace").strip().splitlines()
        tail = ""
        for line in reversed(lines):
            if len(line) + 1 + len(tail) > characters:
                break
            tail = f"{line}\n{tail}" if tail else line
        return tail or (lines[-1][-characters:] if lines else "")

    def keep_log_only(self) -> None:
        """After success its inputs and outputs are in S3."""
        for name in ("opt", "root", "tmp", "rootfs"):
            shutil.rmtree(self.root / name, ignore_errors=True)
