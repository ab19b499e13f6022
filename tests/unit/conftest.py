"""Nothing at this level talks to anything."""

from collections.abc import Iterator

import pytest
from pytest_socket import disable_socket, enable_socket


@pytest.fixture(autouse=True)
def _without_sockets() -> Iterator[None]:
    """Unix sockets stay: an asyncio loop wakes itself through a pair of them, and they reach no network."""
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()
