"""The faults that stand in one embedded AWS. They end with its process."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from itertools import count
from random import Random
from typing import Any, Unpack

from pointsman.errors import NotFound
from pointsman.local.faults.checks import check
from pointsman.local.faults.fault import Fault, How


@dataclass
class _Standing:
    fault: Fault
    struck: int = 0
    chance: Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = Random(self.fault.seed)  # noqa: S311  to be repeatable is the point

    @property
    def left(self) -> int | None:
        return None if self.fault.times is None else self.fault.times - self.struck

    def strikes(self) -> bool:
        if self.left == 0 or (self.fault.share < 1 and self.chance.random() >= self.fault.share):
            return False
        self.struck += 1
        return True


class Faults:
    """Thread-safe. Of several that are about the same, the oldest that is not used up strikes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = count(1)
        self._standing: dict[str, _Standing] = {}

    @property
    def any(self) -> bool:
        return bool(self._standing)

    def add(self, where: str, what: str, **how: Unpack[How]) -> str:
        """Returns its id. Raises BadRequest."""
        fault = Fault(where, what, **how)
        check(fault)
        with self._lock:
            number = str(next(self._numbers))
            self._standing[number] = _Standing(fault)
        return number

    def list(self) -> list[dict[str, Any]]:
        """Each with its `id`, how often it has `struck`, and how many strikes are `left` (None: no end)."""
        with self._lock:
            return [
                {"id": number, **asdict(standing.fault), "struck": standing.struck, "left": standing.left}
                for number, standing in self._standing.items()
            ]

    def clear(self, number: str | None = None) -> int:
        """How many went: all of them, or the one of that id. Raises NotFound."""
        with self._lock:
            if number is not None:
                if self._standing.pop(number, None) is None:
                    raise NotFound(f"no fault {number}; there are: {', '.join(self._standing) or 'none'}")
                return 1
            gone = len(self._standing)
            self._standing.clear()
            return gone

    def strike(self, where: str, names: Callable[[], Iterable[str]]) -> Fault | None:
        """The fault that strikes here and now, and has thereby struck once more. `names`: what this is about."""
        if not self.any:
            return None
        with self._lock:
            for standing in self._standing.values():
                if standing.fault.is_about(where, names()) and standing.strikes():
                    return standing.fault
        return None
