"""Which process answers an endpoint's next request, and which are still answering."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from pointsman.local.sagemaker.errors import InterruptedRunError
from pointsman.local.sagemaker.hosting.model_server import ModelServer
from pointsman.local.sagemaker.hosting.traffic import chosen, spread

_LOOK_SECONDS = 0.25


@dataclass(frozen=True)
class Target:
    """`share`: the part of the traffic that goes to the server's fleet; `weight`: the part of this that it gets."""

    server: ModelServer
    share: float
    weight: float


class Routes:
    """By endpoint, changed as a whole. A request counts as under way from the moment its target is chosen."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._targets: dict[str, tuple[Target, ...]] = {}
        self._busy: Counter[ModelServer] = Counter()
        self._requests = 0

    def direct(self, endpoint: str, targets: Sequence[Target]) -> None:
        with self._changed:
            self._targets[endpoint.lower()] = tuple(targets)
            self._changed.notify_all()

    def remove(self, endpoint: str) -> None:
        with self._changed:
            self._targets.pop(endpoint.lower(), None)

    @contextmanager
    def taken(self, endpoint: str, variant: str | None, patience_seconds: float) -> Iterator[ModelServer | None]:
        """A server for one request; None where there is none within the patience.

        Raises LookupError for a variant that the endpoint does not have.
        """
        with self._changed:
            known = self._changed.wait_for(lambda: self._targets.get(endpoint.lower()), patience_seconds)
            server = _choice(known, variant, spread(self._requests)) if known else None
            self._requests += 1
            if server is not None:
                self._busy[server] += 1
        try:
            yield server
        finally:
            if server is not None:
                self._done(server)

    def drain(self, servers: Sequence[ModelServer], patience_seconds: float, halting: threading.Event) -> None:
        """Returns when none of them answers a request any more, or the patience is over.

        They must be targets of no endpoint. Raises InterruptedRunError.
        """
        deadline = time.monotonic() + patience_seconds
        with self._changed:
            while any(self._busy[server] for server in servers) and time.monotonic() < deadline:
                if halting.is_set():
                    raise InterruptedRunError
                self._changed.wait(_LOOK_SECONDS)

    def _done(self, server: ModelServer) -> None:
        with self._changed:
            self._busy[server] -= 1
            if not self._busy[server]:
                del self._busy[server]
            self._changed.notify_all()


def _choice(targets: Sequence[Target], variant: str | None, point: float) -> ModelServer:
    if variant is None:
        weights = [target.share * target.weight for target in targets]
        return targets[chosen(weights, point)].server
    named = [target for target in targets if target.server.variant == variant]
    if not named:
        raise LookupError(variant)
    return named[chosen([target.share for target in named], point)].server
