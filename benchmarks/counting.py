"""Ports that count what they are asked: a call of the ledger is what the contract suite holds to so many requests."""

from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import Any


class Counted:
    """Whatever stands behind a port; each call of a method is counted under the method's name."""

    def __init__(self, port: Any, calls: Counter[str]) -> None:
        self._port, self._calls = port, calls

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        return self._counting(name, found) if callable(found) else found

    def _counting(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def counted(*arguments: Any, **named: Any) -> Any:
            self._calls[name] += 1
            return method(*arguments, **named)

        self.__dict__[name] = counted  # found at once from now on
        return counted
