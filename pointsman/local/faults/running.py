"""The faults of an instance in another process, by its control path."""

import json
import urllib.error
import urllib.request
from typing import Any, Unpack

from pointsman.errors import BadRequest, NotFound, NotRunning
from pointsman.local.faults.fault import How

PATH = "/_pointsman/faults"
_SECONDS = 10.0


class RunningFaults:
    """As `standing.Faults`, over HTTP."""

    def __init__(self, endpoint_url: str) -> None:
        self._url = endpoint_url + PATH

    def add(self, where: str, what: str, **how: Unpack[How]) -> str:
        """Returns its id. Raises BadRequest."""
        return str(self._asked("POST", body={"where": where, "what": what, **how}))

    def list(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._asked("GET")
        return found

    def clear(self, number: str | None = None) -> int:
        """How many went. Raises NotFound."""
        return int(self._asked("DELETE", "" if number is None else f"?id={number}"))

    def _asked(self, method: str, query: str = "", body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + query, data, method=method)  # noqa: S310  loopback
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as error:
            told = json.load(error)
            raise (NotFound if told["exit_code"] == NotFound.exit_code else BadRequest)(told["error"]) from None
        except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
            raise NotRunning(f"the embedded AWS does not answer at {self._url}: {error}") from None
