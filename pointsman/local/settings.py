"""How one embedded AWS is run, and where it keeps its things."""

from dataclasses import dataclass, field
from pathlib import Path


def default_state_directory(start: Path | None = None) -> Path:
    """`.pointsman/local` beside the nearest template.yaml at or above `start`; without one, under `start` itself."""
    here = (start or Path.cwd()).resolve()
    root = next((folder for folder in (here, *here.parents) if (folder / "template.yaml").is_file()), here)
    return root / ".pointsman" / "local"


@dataclass(frozen=True)
class LocalSettings:
    """One embedded AWS.

    `port` None takes the port of the previous run when it is free, else any free one.
    `time_scale` 60 lets a minute of rate() schedules and of retry back-off pass in a second.
    `concurrency` bounds the event-driven invocations that run at once, over all functions.
    """

    state: Path = field(default_factory=default_state_directory)
    port: int | None = None
    time_scale: float = 1.0
    region: str = "us-east-1"
    concurrency: int = 4

    @property
    def environment_file(self) -> Path:
        """Says where the running instance is: pid, endpoint, since when."""
        return self.state / "environment.json"

    @property
    def lock_file(self) -> Path:
        return self.state / "lock"

    @property
    def log_file(self) -> Path:
        return self.state / "log.txt"

    @property
    def snapshot_file(self) -> Path:
        return self.state / "snapshot.pickle"

    @property
    def ministack_directory(self) -> Path:
        return self.state / "ministack"

    @property
    def objects_directory(self) -> Path:
        return self.state / "s3"

    @property
    def scratch_directory(self) -> Path:
        """Emptied at each start: nothing in it outlives a run."""
        return self.state / "tmp"

    @property
    def python_directory(self) -> Path:
        return self.state / "python"

    @property
    def sagemaker_directory(self) -> Path:
        return self.state / "sagemaker"
