"""The embedded AWS: MiniStack in this process, patched, behind the guard."""

# ruff: noqa: SLF001

import asyncio
import json
import logging
import shutil
import socket
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from hypercorn.asyncio import serve as serve_http
from hypercorn.config import Config

from pointsman.local.aws import (
    activity,
    alarms,
    events,
    execution,
    execution_roles,
    faulty,
    metric_math,
    queues,
    schedules,
    templates,
)
from pointsman.local.aws import ministack as pinned
from pointsman.local.aws.alarm_evaluation import AlarmEvaluation
from pointsman.local.aws.authority import Authority, record_if_asked
from pointsman.local.aws.conditions import EventConditions, install_secure_transport
from pointsman.local.aws.control import controlled
from pointsman.local.aws.delivery import Delivery
from pointsman.local.aws.destinations import Destinations
from pointsman.local.aws.event_loop import EventLoop
from pointsman.local.aws.functions import LambdaFunctions
from pointsman.local.aws.guard import guarded
from pointsman.local.aws.invocations import Invocation, InvocationQueue
from pointsman.local.aws.restore import announce_young_objects, read, restore
from pointsman.local.aws.services import AddedServices, Handler, Service
from pointsman.local.aws.snapshots import Snapshots
from pointsman.local.faults import Faults
from pointsman.local.settings import LocalSettings

logger = logging.getLogger(__name__)


class EmbeddedAws:
    """One per process, because MiniStack keeps its state in modules. Any thread may call it, but for `serve`.

    `listener` is a bound, listening socket on loopback; its port is that of `endpoint_url`.
    """

    def __init__(self, settings: LocalSettings, listener: socket.socket) -> None:
        self._settings = settings
        self._listener = listener
        self._port: int = listener.getsockname()[1]
        self.endpoint_url = f"http://127.0.0.1:{self._port}"
        self.ministack_version = pinned.check_version()
        _prepare_directories(settings)
        self._ministack = pinned.load(settings, self._port)
        self.faults = Faults()
        self._loop = EventLoop()
        self._services = AddedServices(self._ministack)
        self.authority = Authority(self._ministack, settings.region)
        EventConditions(self._ministack)
        install_secure_transport(self._ministack)
        record_if_asked(self._ministack)
        self._install()
        self._saved = read(settings.snapshot_file)
        if self._saved is not None:
            restore(self._ministack, self._saved)
            schedules.restore_last_fired(
                self._ministack, self._saved.part("last_fired", {"schedules": {}, "rules": {}})
            )

    @property
    def account(self) -> str:
        return self._ministack.account

    def emit(self, source: str, detail_type: str, detail: Mapping[str, Any], resources: list[str]) -> None:
        """Put an event on the default bus, `aws.*` sources included. Returns at once; events keep their order."""
        entry = {"Source": source, "DetailType": detail_type, "Detail": json.dumps(detail), "Resources": resources}
        self._loop.soon(self._put_event, entry)

    def wait_until_saved(self) -> None:
        """Return when all that was done before the call is on disk. Not to be called on the loop's thread."""
        self._loop.call(self._snapshots.saved).result()

    def add_service(self, service: Service, handler: Handler) -> None:
        """Route the service's requests to the handler, on threads of their own and with IAM enforced."""
        self._services.add(service, handler)

    async def serve(self, until: Awaitable[Any], *, ready: Callable[[], None] = lambda: None) -> None:
        """Answer requests until `until` is done, then save. `ready` is called once requests are answered."""
        self._loop.bind()
        keepers = [asyncio.create_task(self._snapshots.keep()), asyncio.create_task(self._alarms.keep())]
        self._invocations.start()
        self._resume()
        ready()
        try:
            application = guarded(controlled(self._ministack.app.app, self.faults), self._port)
            await serve_http(application, self._http_config(), shutdown_trigger=_trigger(until))
        finally:
            for keeper in keepers:
                keeper.cancel()
            self._invocations.stop()
            self._services.close()
            self._snapshots.save()
            await asyncio.to_thread(self._ministack.lambda_runtime.reset)  # ends the functions' processes
            shutil.rmtree(self._settings.scratch_directory, ignore_errors=True)

    def _install(self) -> None:
        parts: dict[str, Callable[[], Any]] = {
            "invocations": lambda: self._invocations.pending,
            "last_fired": lambda: schedules.last_fired(self._ministack),
        }
        self._snapshots = Snapshots(self._ministack, self._settings.snapshot_file, parts)
        changed = self._snapshots.changed
        destinations = Destinations(self._ministack, self._loop, self._invoke)
        self._invocations = InvocationQueue(
            LambdaFunctions(self._ministack, destinations),
            concurrency=self._settings.concurrency,
            time_scale=self._settings.time_scale,
            changed=changed,
        )
        execution.install(self._ministack, self._settings, self.endpoint_url)
        events.install(self._ministack, self._loop)
        queues.install(self._ministack, self._loop, changed, time_scale=self._settings.time_scale)
        Delivery(self._ministack, self._invocations, destinations, self.authority, changed).install()
        schedules.install(self._ministack, self._loop, time_scale=self._settings.time_scale)
        self._alarms = AlarmEvaluation(self._ministack, self._settings.time_scale)
        alarms.install(self._ministack, self.emit, self._alarms.heard)
        templates.install(self._ministack)
        metric_math.install(self._ministack)
        execution_roles.install(self._ministack, self.authority)
        faulty.install(self._ministack, self.faults)  # before the log, which shows what a fault made of a request
        activity.install(self._ministack, changed)

    def _invoke(self, function: str, event: Any) -> None:
        self._invocations.accept(Invocation(function, event))

    def _put_event(self, entry: Mapping[str, Any]) -> None:
        with self._ministack.responses.request_scope(self._ministack.account, self._settings.region):
            self._ministack.eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
        self._snapshots.changed()

    def _resume(self) -> None:
        """What was accepted before the last stop and had not ended, is done now."""
        if self._saved is None:
            return
        for invocation in self._saved.part("invocations", {}).values():
            self._invocations.accept(invocation)
        announce_young_objects(self._ministack, self._saved)

    def _http_config(self) -> Config:
        config = Config()
        config.bind = [f"fd://{self._listener.detach()}"]
        config.keep_alive_timeout = 75
        config.graceful_timeout = 1
        config.shutdown_timeout = 2
        config.accesslog = None
        config.errorlog = logging.getLogger("hypercorn.error")
        return config


def _trigger(until: Awaitable[Any]) -> Callable[[], Awaitable[None]]:
    async def wait() -> None:
        await until

    return wait


def _prepare_directories(settings: LocalSettings) -> None:
    """Whatever a killed run left in scratch goes; MiniStack and the functions put their temporary files there."""
    shutil.rmtree(settings.scratch_directory, ignore_errors=True)
    for directory in (settings.scratch_directory, settings.ministack_directory, settings.objects_directory):
        directory.mkdir(parents=True, exist_ok=True)
    tempfile.tempdir = str(settings.scratch_directory)
