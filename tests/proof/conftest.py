"""How much is tried: some of it, or with `--proof` all; and what the tests counted, told at the end."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.local.conftest import building, deployed, failing_stack, permissions, shared
from tests.proof.quiet import quietly

__all__ = ["building", "deployed", "failing_stack", "permissions", "shared"]

type Count = Callable[..., None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The storm comes first: it takes minutes, of which another process makes use."""
    items.sort(key=lambda item: item.path.name != "test_storms.py")


@pytest.fixture(autouse=True, scope="module")
def _quietly() -> Iterator[None]:
    with quietly():
        yield


@pytest.fixture(scope="session")
def thorough(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--proof"))


@pytest.fixture(scope="session")
def minutes_long(thorough: bool) -> None:  # noqa: FBT001  a fixture
    """Of a test that uses it, nothing is set up where only some of the proof runs."""
    if not thorough:
        pytest.skip("minutes long: `make proof` runs it")


@pytest.fixture
def count(record_property: Callable[[str, object], None]) -> Count:
    """Tell how much of what was tried: `count(points=12)`."""

    def told(**tried: int) -> None:
        for what, number in tried.items():
            record_property(f"tried {what}", number)

    return told


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """In the process that hears of all tests, whichever ran them."""
    tried: Counter[str] = Counter()
    for report in [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]:
        for name, number in report.user_properties:
            if name.startswith("tried "):
                tried[name.removeprefix("tried ")] += int(str(number))
    if tried:
        told = ", ".join(f"{number:,} {what}" for what, number in sorted(tried.items()))
        terminalreporter.write_line(f"tried {told}")
    if path := config.getoption("--counts"):
        broken = [report.nodeid for what in ("failed", "error") for report in terminalreporter.getreports(what)]
        Path(path).write_text(json.dumps({"tried": tried, "violations": broken}))
