"""The local SageMaker from outside: started, asked, stopped."""

import fcntl
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from pointsman.local.faults import Faults
from pointsman.local.sagemaker.account import Account, Limits
from pointsman.local.sagemaker.api import UNAVAILABLE, Answer
from pointsman.local.sagemaker.container import Surroundings
from pointsman.local.sagemaker.job_process import end_leftovers
from pointsman.local.sagemaker.naming import Arns
from pointsman.local.sagemaker.operation_faults import answered, named
from pointsman.local.sagemaker.outbox import Emit, Receiver
from pointsman.local.sagemaker.roles import UNCHECKED, Roles
from pointsman.local.sagemaker.running import Running
from pointsman.local.sagemaker.store import Store


class LocalSageMaker:
    """SageMaker for one account and region, kept in `directory`.

    `endpoint_url` serves S3, CloudWatch and its logs to us, to jobs and to models; `emit(detail_type, detail,
    resources)` receives the events, whose source is `aws.sagemaker`, one at a time and in order, from a thread of ours;
    one is forgotten here once `kept()` has returned after it.
    `time_scale` 60 lets a minute of an endpoint's deployment waits pass in a second. `shared`: folders of this machine
    that jobs and models see, whatever else their file systems hide. `faults` strike here. `roles`: IAM's, where jobs,
    steps and models are held to it.
    """

    def __init__(
        self,
        directory: Path,
        *,
        endpoint_url: str,
        emit: Emit,
        kept: Callable[[], None] = lambda: None,
        region: str = "us-east-1",
        account: str = "000000000000",
        limits: Limits | None = None,
        time_scale: float = 1.0,
        shared: Sequence[Path] = (),
        faults: Faults | None = None,
        roles: Roles = UNCHECKED,
    ) -> None:
        self._time_scale = time_scale
        self._directory = directory.resolve()
        self._surroundings = Surroundings(endpoint_url, region, tuple(path.resolve() for path in shared), roles)
        self._receiver = Receiver(emit, kept)
        self._arns = Arns(region, account)
        self._limits = limits or Limits()
        self.faults = faults or Faults()
        self._running: Running | None = None

    def start(self) -> None:
        """Resumes what was running when the process ended, however it ended. S3 must answer by now.

        Raises BlockingIOError where another process has the directory.
        """
        self._directory.mkdir(parents=True, exist_ok=True)
        lock = _locked(self._directory / "lock")
        try:
            for processes in ("jobs", "endpoints"):
                end_leftovers(self._directory / processes)
            store = Store(self._directory / "sagemaker.db")
            account = Account(store, self._arns, self._limits)
            running = Running(
                account, self._directory, self._surroundings, self._receiver, lock, self._time_scale, self.faults
            )
            running.start()
            self._running = running
        except BaseException:
            lock.close()
            raise

    def stop(self) -> None:
        """Ends threads and job processes, hands over the last events; running executions resume at the next start."""
        running, self._running = self._running, None
        if running is not None:
            running.stop()

    def handle(self, operation: str, body: bytes) -> Answer:
        """One request: `operation` as in the header `X-Amz-Target: SageMaker.<operation>`. Thread-safe."""
        running = self._running
        # Retried by every SDK: whoever asks while we start or stop gets an answer a moment later.
        if running is None:
            return UNAVAILABLE
        return answered(self.faults, operation, lambda: named(body), lambda: running.api.handle(operation, body))

    def invoke_endpoint(self, name: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One request to a model, as `sagemaker-runtime` sends it; `headers` by names in lower case. Thread-safe."""
        running = self._running
        if running is None:
            return UNAVAILABLE
        invocations = running.hosting.invocations
        return answered(self.faults, "InvokeEndpoint", lambda: [name], lambda: invocations.handle(name, headers, body))


def _locked(path: Path) -> IO[bytes]:
    """Two services on one directory would run every step twice."""
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise BlockingIOError(
            error.errno, f"{os.strerror(error.errno or 0)}: in use by another process", str(path)
        ) from error
    return file
