"""Runs the embedded AWS in this process: the composition of its parts."""

import asyncio
import errno
import logging
import os
import signal
import socket
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, TextIO

from pointsman.errors import PortInUse, UnsupportedPlatform, UnusablePort
from pointsman.local.aws.services import Response
from pointsman.local.instance import Lock, Running, announce, last_announced
from pointsman.local.log import open_log, take_output
from pointsman.local.settings import LocalSettings

if TYPE_CHECKING:
    from pointsman.local.aws.embedded import EmbeddedAws
    from pointsman.local.sagemaker import LocalSageMaker

logger = logging.getLogger("pointsman.aws")


def serve(settings: LocalSettings, *, detached: bool = False) -> None:
    """Serve until SIGINT or SIGTERM, then save and end; a second signal changes nothing.

    Logs to the state's log file. Detached, what the process writes goes there too, once the state is its own; in the
    foreground, the log is shown as well.
    Raises UnsupportedPlatform, AlreadyRunning, PortInUse, UnusablePort, UnusableState, UnsupportedMiniStack,
    UnreadableState.
    """
    if sys.platform != "linux":
        raise UnsupportedPlatform(
            f"The built functions hold Linux binaries and cannot run on {sys.platform}; "
            "use Linux, WSL or a Linux container"
        )
    with Lock(settings.lock_file), open_log(settings) as log:
        if detached:
            take_output(log)
        _log_to(*([log] if detached else [log, sys.stderr]))
        with listen(settings) as listener:
            from pointsman.local.aws.embedded import EmbeddedAws

            aws = EmbeddedAws(settings, listener)
            asyncio.run(_serve(settings, aws, _add_sagemaker(settings, aws)))


async def _serve(settings: LocalSettings, aws: "EmbeddedAws", sagemaker: "LocalSageMaker") -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)

    async def until() -> None:
        await asyncio.to_thread(sagemaker.start)
        await ended.wait()
        logger.info("stopping")
        await asyncio.to_thread(sagemaker.stop)

    def ready() -> None:
        started_at = datetime.now(UTC).isoformat(timespec="seconds")
        announce(settings, Running(os.getpid(), aws.endpoint_url, started_at, aws.ministack_version))
        logger.info("serving at %s, state in %s", aws.endpoint_url, settings.state)

    await aws.serve(until(), ready=ready)
    logger.info("stopped")


def _add_sagemaker(settings: LocalSettings, aws: "EmbeddedAws") -> "LocalSageMaker":
    from pointsman.local.aws.sagemaker import SAGEMAKER, SageMakerRoles, invoked_endpoint
    from pointsman.local.sagemaker import Limits, LocalSageMaker

    sagemaker = LocalSageMaker(
        settings.sagemaker_directory,
        endpoint_url=aws.endpoint_url,
        emit=partial(aws.emit, "aws.sagemaker"),
        kept=aws.wait_until_saved,
        region=settings.region,
        limits=Limits(**settings.limits),
        time_scale=settings.time_scale,
        faults=aws.faults,
        roles=SageMakerRoles(aws.authority, settings.region, aws.account),
    )

    def handle(operation: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        if operation == "InvokeEndpoint":
            return sagemaker.invoke_endpoint(invoked_endpoint(path), headers, body)
        return sagemaker.handle(operation, body)

    aws.add_service(SAGEMAKER, handle)
    return sagemaker


def listen(settings: LocalSettings) -> socket.socket:
    """A listening socket on loopback: the port asked for, else that of the previous run, else any.

    Raises PortInUse, UnusablePort.
    """
    if settings.port is not None:
        try:
            return _listen(settings.port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise UnusablePort(f"Port {settings.port} can't be used: {error.strerror}") from None
            raise PortInUse(f"Port {settings.port} is in use; choose another, or none for any free one") from None
    previous = last_announced(settings)
    try:
        return _listen(previous.port if previous else 0)
    except (OSError, OverflowError, ValueError):  # taken meanwhile, or never one of ours
        return _listen(0)


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of the previous run linger
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(1024)
    except (OSError, OverflowError):
        listener.close()
        raise
    return listener


def _log_to(*logs: TextIO) -> None:
    """Ours at INFO, the rest from WARNING on. Set up before MiniStack is imported, which would do it its way."""
    handlers = [logging.StreamHandler(log) for log in logs]
    logging.basicConfig(handlers=handlers, format="%(asctime)s %(message)s", datefmt="%H:%M:%S", level=logging.WARNING)
    logging.getLogger("pointsman").setLevel(logging.INFO)
