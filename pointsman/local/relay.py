"""A way for containers to a server that listens on loopback alone, for as long as it is held open."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

from pointsman.errors import LocalAwsError

_CHUNK = 65_536


class _Relay(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    to_port = 0


class _Connection(BaseRequestHandler):
    server: _Relay

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.to_port)) as inner:
            back = Thread(target=_pass_on, args=(inner, self.request), daemon=True)
            back.start()
            _pass_on(self.request, inner)
            back.join()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    """Until either side has had enough."""
    with suppress(OSError):
        while chunk := source.recv(_CHUNK):
            sink.sendall(chunk)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def relayed(address: str, port: int) -> Iterator[None]:
    """What connects to `address` reaches loopback's `port` by the same number. Raises LocalAwsError."""
    try:
        server = _Relay((address, port), _Connection)
    except OSError as error:
        raise LocalAwsError(f"containers can't be let in at {address}:{port}: {error.strerror}") from error
    server.to_port = port
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
