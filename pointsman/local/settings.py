"""How one embedded AWS is run, and where it keeps its things."""

from dataclasses import dataclass, field
from pathlib import Path

from pointsman.checkout import project_root
from pointsman.errors import UnusablePort

# Below are those that only root may listen on, and 80, which clients leave out of the Host that the guard looks at.
PORTS = range(1024, 65536)


def default_state_directory(start: Path | None = None) -> Path:
    """`.pointsman/local` in the checkout. Raises NotInCheckout."""
    return project_root(start) / ".pointsman" / "local"


@dataclass(frozen=True)
class LocalSettings:
    """One embedded AWS.

    `port` None takes the port of the previous run when it is free, else any free one. Raises UnusablePort.
    `time_scale` 60 lets a minute of rate() schedules, of retry back-off, of deployments' waits and of alarms' periods
    pass in a second.
    `concurrency` bounds the event-driven invocations that run at once, over all functions.
    `limits`: SageMaker's quotas that shall differ from an account's, by their names in `sagemaker.Limits`.
    """

    state: Path = field(default_factory=default_state_directory)
    port: int | None = None
    time_scale: float = 1.0
    region: str = "us-east-1"
    concurrency: int = 4
    limits: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.port is not None and self.port not in PORTS:
            raise UnusablePort(f"Port {self.port} can't be used; choose one from {PORTS[0]} to {PORTS[-1]}, or none")

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
    def previous_log_file(self) -> Path:
        return self.state / "log.1.txt"

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
