"""Lets in only what a program on this machine sends on purpose.

The endpoint runs code for whoever may call it, and any secret signs. It listens on loopback alone, which keeps other
machines out, but a web page in a local browser reaches loopback too: its requests carry an Origin, and after DNS
rebinding a Host of its own. Both are refused, and so are MiniStack's administrative paths (reset among them). A private
address as Host is a container's, by a relay that somebody on this machine has opened: only names can be bound anew.
"""

from collections.abc import Awaitable, Callable, Iterable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

type Scope = dict[str, Any]
type Receive = Callable[[], Awaitable[Any]]
type Send = Callable[[dict[str, Any]], Awaitable[None]]
type Application = Callable[[Scope, Receive, Send], Awaitable[None]]

# Health; and what custom resources, wait conditions and GetFunction's download links are answered through.
_OPEN_PATHS = ("/_ministack/health", "/_ministack/cfn-", "/_ministack/lambda-")


def refusal(headers: Iterable[tuple[bytes, bytes]], path: str, port: int) -> str | None:
    """Why a request must not pass, as a sentence, or None."""
    values = {name.lower(): value.decode("latin-1") for name, value in headers}
    host = values.get(b"host", "")
    if not _is_local(f"//{host}", port, or_private=True):
        return f"The Host header {host!r} does not name this machine on port {port}."
    origin = values.get(b"origin")
    if origin is not None and not _is_local(origin, port):
        return f"Requests from the web page {origin!r} are refused."
    if path.startswith(("/_ministack/", "/_localstack/")) and not path.startswith(_OPEN_PATHS):
        return f"{path} is closed here."
    return None


def _is_local(url: str, port: int, *, or_private: bool = False) -> bool:
    try:
        parts = urlsplit(url)
        return parts.port == port and _is_loopback(parts.hostname or "", or_private=or_private)
    except ValueError:
        return False


def _is_loopback(host: str, *, or_private: bool) -> bool:
    """localhost, an address of loopback, or a bucket's name before localhost (browsers resolve those to loopback)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or (or_private and address.is_private)


def guarded(application: Application, port: int) -> Application:
    """The application behind the guard."""

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" and (reason := refusal(scope["headers"], scope["path"], port)) is not None:
            await _refuse(scope, send, reason)
        else:
            await application(scope, receive, send)

    return guard


async def _refuse(scope: Scope, send: Send, reason: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": reason})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(reason)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": reason.encode("latin-1", "replace")})
