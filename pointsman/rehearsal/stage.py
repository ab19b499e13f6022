"""A control plane to rehearse on: it reads what there is, and changes nothing but its own copy of the ledger."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, cast

from control_plane.ledger import Ledger
from control_plane.ports import ControlPlane
from control_plane.records import Decision
from control_plane.settings import Settings
from control_plane.wiring import AwsControlPlane
from pointsman.environment import Environment
from pointsman.rehearsal.ledger_copy import LedgerCopy
from pointsman.rehearsal.recording import Call, Clients

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


@dataclass(frozen=True)
class Script:
    """What a room looked at, and what it would change, each in its order."""

    calls: list[Call]
    looks: list[Look] = field(default_factory=list)


class RehearsalPlane(AwsControlPlane):
    """An environment's, on clients that change nothing. `settings` are what its functions are told."""

    def __init__(self, settings: Settings, clients: Clients, environment: Environment) -> None:
        super().__init__(settings, clients.of)
        self._environment = environment

    @cached_property
    def ledger(self) -> Ledger:  # type: ignore[override]  # the port is all that rooms use
        return LedgerCopy(self._environment.ledger)


def watched(plane: ControlPlane, clients: Clients) -> tuple[ControlPlane, Script]:
    """The control plane with every use of its ports written down, beginning now."""
    clients.calls = []
    script = Script(clients.calls)
    return cast("ControlPlane", _WatchedPlane(plane, script)), script


class _WatchedPlane:
    def __init__(self, plane: ControlPlane, script: Script) -> None:
        self._plane, self._script, self._ports = plane, script, dict[str, _WatchedPort]()

    def __getattr__(self, name: str) -> Any:
        """Ports; what else a control plane has are plain values and the clock."""
        value = getattr(self._plane, name)
        if isinstance(value, str | timedelta) or callable(value):
            return value
        return self._ports.setdefault(name, _WatchedPort(name, value, self._script))


class _WatchedPort:
    """What changes something is written down by its client, except in the ledger."""

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
