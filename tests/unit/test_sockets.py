"""The block itself: a unit test that could reach the network would prove nothing about the others."""

import socket

import pytest
from pytest_socket import SocketBlockedError


def test_no_socket_can_be_made() -> None:
    with pytest.raises(SocketBlockedError), pytest.warns(UserWarning, match=r"socket\.socket"):
        socket.socket(socket.AF_INET)
