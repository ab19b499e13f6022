"""A control plane to rehearse on: it reads what there is, and changes nothing but its own copy of the ledger."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from control_plane.adapters.eventbridge import EventBridgeEvents
from control_plane.adapters.s3 import S3Objects
from control_plane.adapters.sagemaker import SageMakerPipelines
from control_plane.adapters.sagemaker_endpoints import SageMakerEndpoints
from control_plane.adapters.sagemaker_monitor import SageMakerMonitors
from control_plane.adapters.sagemaker_registry import SageMakerRegistry
from control_plane.adapters.sns import SnsNotices
from control_plane.clock import utc_now
from control_plane.endpoints import Endpoints
from control_plane.ledger import Ledger
from control_plane.monitors import Monitors
from control_plane.ports import Events, Notices, Objects, Pipelines
from control_plane.records import Decision
from control_plane.registry import Registry
from control_plane.settings import Settings
from pointsman.environment import Environment
from pointsman.rehearsal.ledger_copy import LedgerCopy
from pointsman.rehearsal.recording import Call, Clients
from pointsman.rehearsal.state_file import (
    StateFile,
    ToldEndpoints,
    ToldMonitors,
    ToldObjects,
    ToldPipelines,
    ToldRegistry,
)

_LEDGER_LOOKS = frozenset(
    {
        *("data_used_by", "decision", "decisions", "deployment", "deployments", "due", "model", "models", "owners"),
        *("routes", "run", "runs", "window"),
    }
)


@dataclass(frozen=True)
class Look:
    """Something that was read: `registry.describe` and what of."""

    what: str
    of: str


@dataclass
class Script:
    """What a room looked at, and what it would change, in this order."""

    looks: list[Look] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)


@dataclass(frozen=True)
class Stage:
    """A `ControlPlane`. Every port writes into the script what was done with it."""

    script: Script
    ledger: Ledger
    objects: Objects
    pipelines: Pipelines
    events: Events
    registry: Registry
    monitors: Monitors
    notices: Notices
    endpoints: Endpoints
    artifact_bucket: str
    patience: timedelta
    look_after_every: timedelta
    now: Callable[[], datetime]

    @classmethod
    def of_environment(cls, environment: Environment, clients: Clients, settings: Settings) -> Self:
        """What is read is the environment's. `settings` are what its functions are told."""
        sagemaker = clients.of("sagemaker")
        endpoints = SageMakerEndpoints(
            sagemaker,
            lambda: clients.of("cloudwatch"),
            lambda: clients.of("sagemaker-runtime"),
            role_arn=settings.endpoint_role_arn,
            capture_uri=f"s3://{settings.artifact_bucket}/capture",
        )
        return cls._watched(
            clients,
            ledger=LedgerCopy(environment.ledger),
            objects=S3Objects(clients.of("s3")),
            pipelines=SageMakerPipelines(sagemaker),
            events=EventBridgeEvents(clients.of("events")),
            registry=SageMakerRegistry(sagemaker),
            monitors=SageMakerMonitors(sagemaker),
            notices=SnsNotices(clients.of("sns"), settings.topic_arn, settings.table_name),
            endpoints=endpoints,
            artifact_bucket=settings.artifact_bucket,
            patience=timedelta(seconds=settings.patience_seconds),
            look_after_every=timedelta(seconds=settings.look_after_seconds),
            now=utc_now,
        )

    @classmethod
    def of_file(cls, state: StateFile, clients: Clients) -> Self:
        """What is read is what the file tells, at the time that it tells."""
        sagemaker = clients.of("sagemaker")
        return cls._watched(
            clients,
            ledger=state.ledger(),
            objects=ToldObjects(clients.of("s3"), state),
            pipelines=ToldPipelines(sagemaker, state),
            events=EventBridgeEvents(clients.of("events")),
            registry=ToldRegistry(sagemaker, state),
            monitors=ToldMonitors(sagemaker, state),
            notices=SnsNotices(clients.of("sns"), "arn:aws:sns:us-east-1:000000000000:Notices", "Ledger"),
            endpoints=ToldEndpoints(clients, state),
            artifact_bucket=state.artifact_bucket,
            patience=timedelta(minutes=1),
            look_after_every=timedelta(minutes=15),
            now=lambda: state.now,
        )

    @classmethod
    def _watched(cls, clients: Clients, **parts: Any) -> Self:
        clients.calls = []
        script = Script(calls=clients.calls)
        ports = ("ledger", "objects", "pipelines", "events", "registry", "monitors", "notices", "endpoints")
        return cls(script=script, **parts | {name: _Watched(name, parts[name], script) for name in ports})


class _Watched:
    """A port whose uses are written down. Those that change something are written down by its client."""

    def __init__(self, name: str, port: object, script: Script) -> None:
        self._name, self._port, self._script = name, port, script

    def __getattr__(self, method: str) -> Callable[..., Any]:
        real = getattr(self._port, method)

        def use(*arguments: Any, **named: Any) -> Any:
            calls = len(self._script.calls)
            answer = real(*arguments, **named)
            if self._name == "ledger" and method not in _LEDGER_LOOKS:
                what = {"decision": about.id} if (about := _decision(arguments)) else {}
                self._script.calls.append(Call("ledger", method, what))
            elif len(self._script.calls) == calls:
                of = ", ".join(_shown(argument) for argument in (*arguments, *named.values()))
                self._script.looks.append(Look(f"{self._name}.{method}", of))
            return answer

        return use


def _decision(arguments: tuple[object, ...]) -> Decision | None:
    return next((argument for argument in arguments if isinstance(argument, Decision)), None)


def _shown(argument: object) -> str:
    if isinstance(argument, datetime):
        return argument.isoformat(timespec="seconds")
    return " ".join(sorted(argument)) if isinstance(argument, tuple | list | set | frozenset) else str(argument)
