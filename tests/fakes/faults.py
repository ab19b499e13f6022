"""Ports whose chosen call fails, or whose caller dies there, before or after the call took effect."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, cast

from botocore.exceptions import ClientError


class Died(BaseException):
    """The function's process is gone: a timeout, a crash. No `except Exception` of the function sees it."""


class CallFailed(Exception):
    """AWS answered with an error, or did as it was told and the answer got lost."""


class Throttled(ClientError):
    """AWS had no time, not even after what the SDK tries by itself. Adapters hand it on as it is."""

    def __init__(self, call: str) -> None:
        super().__init__({"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}, call)


FAILURES = (Died, CallFailed, Throttled)


class Fault(NamedTuple):
    """What goes wrong at a call, counted from 0 over all ports."""

    call: int
    when: Literal["before", "after"]
    error: type[BaseException]


@dataclass
class Faults:
    """Counts the calls of the ports that it wraps and lets one of them go wrong.

    `firsts` are the numbers of those calls that a function made first: dying before any other is dying after the last.
    """

    fault: Fault | None = None
    calls: list[str] = field(default_factory=list)
    firsts: set[int] = field(default_factory=set)

    def wrap[Port](self, name: str, port: Port) -> Port:
        return cast("Port", _Faulty(name, port, self))

    def invoke(self, function: Callable[[], object]) -> None:
        self.firsts.add(len(self.calls))
        function()

    def around(self, name: str, call: Callable[[], Any]) -> Any:
        number = len(self.calls)
        self.calls.append(name)
        self._strike(number, "before")
        answer = call()
        if isinstance(answer, Iterator):
            answer = list(answer)
        self._strike(number, "after")
        return answer

    def _strike(self, call: int, when: str) -> None:
        if self.fault and (self.fault.call, self.fault.when) == (call, when):
            raise self.fault.error(f"{when} {self.calls[call]}")


class _Faulty:
    def __init__(self, name: str, port: object, faults: Faults) -> None:
        self._name, self._port, self._faults = name, port, faults

    def __getattr__(self, method: str) -> Callable[..., Any]:
        real = getattr(self._port, method)

        def call(*arguments: Any, **named: Any) -> Any:
            return self._faults.around(f"{self._name}.{method}", lambda: real(*arguments, **named))

        return call
