"""Thousands of stories would log and count tens of thousands of lines."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from control_plane import telemetry


class _Uncounted:
    def __getattr__(self, _name: str) -> Callable[..., None]:
        return lambda *_, **__: None


@contextmanager
def quietly() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(telemetry, "metrics", _Uncounted)
        yield
    logging.disable(logging.NOTSET)
