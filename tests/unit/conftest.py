"""Nothing at this level talks to anything."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_socket import disable_socket, enable_socket

from tests.unit import reached

LAST = "test_every_reason_is_come_to"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What looks back on the other tests comes after them."""
    items.sort(key=lambda item: item.name.startswith(LAST))


def pytest_collection_finish(session: pytest.Session) -> None:  # noqa: ARG001
    reached.watch()


@pytest.fixture
def all_of_this_level(request: pytest.FixtureRequest) -> None:
    """Skips what makes sense only after every test of this level."""
    here = Path(__file__).parent
    collected = {item.path for item in request.session.items}
    chosen = request.config.option.keyword or any("::" in argument for argument in request.config.args)
    if chosen or not set(here.rglob("test_*.py")) <= collected:
        pytest.skip("only some of the unit tests run")


@pytest.fixture(autouse=True)
def _far_from_greenwich() -> Iterator[None]:
    """In Nepal, where no hour is one of UTC: what is told in UTC is so on purpose."""
    with pytest.MonkeyPatch.context() as own:
        own.setenv("TZ", "NPT-5:45")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture(autouse=True)
def _without_sockets() -> Iterator[None]:
    """Unix sockets stay: an asyncio loop wakes itself through a pair of them, and they reach no network."""
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()
