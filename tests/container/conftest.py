"""Skipped, with the reason, where there is no Docker or no image; CI makes both."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pointsman.checkout import project_root
from pointsman.local.invocation import docker, image_is_here
from tests.local.conftest import TIME_SCALE, building, deployed, permissions, shared
from tests.local.instances import Instance
from tests.local.stack import Stack

__all__ = ["building", "deployed", "permissions", "shared"]

# Beside the checkout where CI runs: starts an engine and makes a stand-in for the image, as far as they are missing.
_ENSURE = project_root().parent / "shared" / "lambda-image" / "ensure"


@pytest.fixture(scope="session")
def containers() -> None:
    """Docker answers, and has the image that rooms run in."""
    if os.environ.get("CI") and _ENSURE.exists():
        subprocess.run([_ENSURE], check=True)
    if not docker("info"):
        pytest.skip("no Docker answers")
    if not image_is_here():
        pytest.skip("Docker has no image of Lambda's; the first `make invoke` pulls it")


@pytest.fixture(scope="session")
def stack(containers: None, deployed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:  # noqa: ARG001
    """One for all rooms: no test here changes what another sees."""
    state = tmp_path_factory.mktemp("container") / "state"
    shutil.copytree(deployed, state, symlinks=True)
    with Instance.started(state, time_scale=TIME_SCALE) as instance:
        yield Stack(instance)
