"""One variant's container as a process: started, asked, started again when it ends by itself, ended."""

import http.client
import logging
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pointsman.local.sagemaker.container import Surroundings
from pointsman.local.sagemaker.errors import DeploymentFailedError, InterruptedRunError
from pointsman.local.sagemaker.hosting import container
from pointsman.local.sagemaker.hosting.capture import Capture
from pointsman.local.sagemaker.job_folder import JobFolder
from pointsman.local.sagemaker.job_logs import LogShipper, Tail
from pointsman.local.sagemaker.job_process import JobProcess
from pointsman.local.sagemaker.s3_transfer import Transfers
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.signals import Interruption

logger = logging.getLogger(__name__)
# SageMaker's own, where the variant doesn't say.
_STARTUP_SECONDS = 480.0
_PING_SECONDS = 2.0
_LOOK_SECONDS = 0.03
_GRACE_SECONDS = 5.0
_RESTART_SECONDS = 1.0


@dataclass(frozen=True)
class Site:
    """What all model processes share. `root`: the folder of their folders."""

    root: Path
    transfers: Transfers
    logs: LogShipper
    surroundings: Surroundings


class ModelServer:
    """Stands for all instances of the variant: how many there are changes nothing here."""

    def __init__(self, site: Site, endpoint: str, fleet: str, variant: Shape, capture: Capture | None = None) -> None:
        """`variant`: a ProductionVariant with the container of its model. `capture`: of its requests, if of any."""
        self.variant: str = variant["VariantName"]
        self.capture = capture
        self.log_group = f"/aws/sagemaker/Endpoints/{endpoint}"
        self.log_stream = f"{self.variant}/i-{fleet}"
        self._site = site
        self._container: Shape = variant["container"]
        self.role: str | None = self._container.get("ExecutionRoleArn")
        self._startup_seconds = variant.get("ContainerStartupHealthCheckTimeoutInSeconds", _STARTUP_SECONDS)
        self._root: Path = site.root / endpoint.lower() / fleet / self.variant
        self._ended = threading.Event()
        self._ready = threading.Event()
        self._launching = threading.Lock()
        self._process: JobProcess | None = None
        self._keeper: threading.Thread | None = None
        self._tail: Tail | None = None
        self.restarts = 0

    def start(self, halting: threading.Event) -> None:
        """Returns once /ping answers 200. Raises DeploymentFailedError, InterruptedRunError."""
        folder = self._folder()
        self._tail = self._site.logs.follow(self.log_group, self.log_stream, folder.log)
        try:
            self._launch(folder)
        except DeploymentFailedError as error:
            folder.log.write_text(f"{error}\n")
            raise DeploymentFailedError(self._unhealthy()) from error
        self._keeper = threading.Thread(target=self._keep, args=[folder], name=f"model-{self.variant}", daemon=True)
        self._keeper.start()
        self._await_ping(halting)

    def ask(self, body: bytes, headers: dict[str, str], timeout: float) -> tuple[int, dict[str, str], bytes]:
        """Status, headers (names in lower case) and body. Raises OSError or http.client.HTTPException."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port(), timeout=timeout)
        try:
            connection.request("POST", "/invocations", body, headers)
            answer = connection.getresponse()
            content = answer.read()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, content
        finally:
            connection.close()

    def end(self, *, halt: bool = False) -> None:
        """For good, or for this life of ours."""
        with self._launching:
            self._ended.set()
        if self._process is not None:
            self._process.interrupt(Interruption.HALT if halt else Interruption.STOP)
        if self._keeper is not None:
            self._keeper.join(timeout=2 * _GRACE_SECONDS)
        if self._tail is not None:
            self._site.logs.finish(self._tail)
        if not halt:
            JobFolder(self._root).keep_log_only()

    @property
    def _port_file(self) -> Path:
        return self._root / "port"

    def _port(self) -> int:
        try:
            return int(self._port_file.read_text())
        except FileNotFoundError:
            raise ConnectionRefusedError("the container is not listening") from None

    def _folder(self) -> JobFolder:
        """Laid out; that of an earlier life of ours keeps its model, which may be gone from S3 by now."""
        complete = self._root / "opt" / "complete"
        if complete.exists():
            folder = JobFolder(self._root)
            folder.log.write_bytes(b"")
            return folder
        folder = JobFolder.fresh(self._root)
        container.lay_out(self._container, folder, self._site.transfers.acting_as(self.role))
        complete.touch()
        return folder

    def _launch(self, folder: JobFolder) -> None:
        self._port_file.unlink(missing_ok=True)
        surroundings = self._site.surroundings.acting_as(self.role)
        launch = container.launch(self._container, folder, surroundings, self._port_file)
        self._process = JobProcess(launch, folder.log, grace_seconds=_GRACE_SECONDS)

    def _keep(self, folder: JobFolder) -> None:
        """Starts the process again whenever it ends, as SageMaker does; one that was never ready has failed."""
        while self._process is not None:
            code = self._process.wait()
            if self._ended.is_set() or not self._ready.is_set():
                self._ended.set()
                return
            self.restarts += 1
            logger.warning("The container of %s %s ended with exit code %d", self.log_group, self.variant, code)
            if self._ended.wait(_RESTART_SECONDS):
                return
            with self._launching:
                if not self._ended.is_set():
                    self._launch(folder)

    def _await_ping(self, halting: threading.Event) -> None:
        deadline = time.monotonic() + self._startup_seconds
        while not self._pings():
            if halting.wait(_LOOK_SECONDS):
                raise InterruptedRunError(self.variant)
            if self._ended.is_set() or time.monotonic() > deadline:
                raise DeploymentFailedError(self._unhealthy())
        self._ready.set()

    def _pings(self) -> bool:
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", self._port(), timeout=_PING_SECONDS)
            try:
                connection.request("GET", "/ping")
                return connection.getresponse().status == http.HTTPStatus.OK
            finally:
                connection.close()
        return False

    def _unhealthy(self) -> str:
        return (
            f"The primary container for production variant {self.variant} did not pass the ping health check."
            " Please check CloudWatch logs for this endpoint."
        )
