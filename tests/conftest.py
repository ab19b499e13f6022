"""What all levels share: the switch that points the contract of SageMaker at an AWS account, and who runs what."""

from pathlib import Path

import pytest

from tests.permissions.plugin import Permissions

HERE = Path(__file__).parent


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("aws", "The contract of SageMaker, held against an account")
    group.addoption("--aws", action="store_true", help="run the tests that an account can pass, and only those, on AWS")
    group.addoption("--aws-role", help="the ARN of the role that pipelines and jobs run under; needed with --aws")
    group.addoption("--aws-image", help="the URI of an image with python3; default: us-east-1's scikit-learn image")
    proof = parser.getgroup("proof", "The proof: see docs/proof.md")
    proof.addoption("--proof", action="store_true", help="try every point and thousands of seeds, and not just some")
    proof.addoption(
        "--no-shrinking", action="store_true", help="don't look for the shortest story that breaks a promise"
    )
    proof.addoption("--counts", help="write how much was tried to this file, as JSON")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Permissions(config), "permissions")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The level that one process runs alone goes first: at the end the other would wait for it."""
    items.sort(key=lambda item: _level(item) != "unit")
    for item in items:
        if group := _group(item):
            item.add_marker(pytest.mark.xdist_group(group))
    if config.getoption("--aws"):
        _keep_what_is_about_an_account(config, items)


def _group(item: pytest.Item) -> str | None:
    """What one of several pytest processes runs alone: the unit level looks back on itself, a contract's file shares
    what it made, the container level its one stack, the proof's tests of one story its endings. A test of the local
    level has its own, so any process may take it, but for those that share one.
    """
    level = _level(item)
    together = "shared stack" if "shared_stack" in getattr(item, "fixturenames", ()) else None
    story = getattr(getattr(item, "callspec", None), "id", None)
    return {"unit": level, "container": level, "contract": str(item.path), "proof": story}.get(level, together)


def _level(item: pytest.Item) -> str:
    return item.path.relative_to(HERE).parts[0]


def _keep_what_is_about_an_account(config: pytest.Config, items: list[pytest.Item]) -> None:
    about = [item for item in items if "account" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=[item for item in items if item not in about])
    items[:] = about
