"""What only this level can catch: how the parts behave together in a running embedded AWS.

Every test talks to real processes over loopback, with boto3. Nothing here waits a fixed time.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local.instances import Instance

# Two minutes of AWS's retry back-off pass in two seconds.
TIME_SCALE = 60.0


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """One running instance, shared: tests name their own resources."""
    with Instance.started(tmp_path_factory.mktemp("aws") / "state", time_scale=TIME_SCALE) as instance:
        yield instance


@pytest.fixture
def own_aws(tmp_path: Path) -> Iterator[Instance]:
    """An instance that a test may kill and restart."""
    with Instance.started(tmp_path / "state", time_scale=TIME_SCALE) as instance:
        yield instance
