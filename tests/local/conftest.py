"""What only this level can catch: how the parts behave together in a running embedded AWS.

Every test talks to real processes over loopback, with boto3. Nothing here waits a fixed time.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pointsman.local import deployment
from tests.local.instances import Instance
from tests.local.stack import Stack

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


@pytest.fixture(scope="session")
def built() -> None:
    """The functions as `sam build` makes them."""
    deployment.build()


@pytest.fixture(scope="session")
def deployed(built: None, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: ARG001  the build is on disk
    """The state of an embedded AWS that has the template deployed and the models applied; to be copied."""
    state = tmp_path_factory.mktemp("deployed") / "state"
    with Instance.started(state, time_scale=TIME_SCALE) as instance:
        changes = Stack(instance).deploy()
        assert {change.what for change in changes} == {"create"}
    return state


@pytest.fixture
def stack(deployed: Path, tmp_path: Path) -> Iterator[Stack]:
    """A deployment of a test's own. What a test expects to fail fails in a step; a function never does."""
    shutil.copytree(deployed, tmp_path / "state", symlinks=True)
    with Instance.started(tmp_path / "state", time_scale=TIME_SCALE) as instance:
        yield Stack(instance)
        assert "errorMessage" not in instance.log(), "a function failed"
        assert "[ERROR]" not in instance.log(), "a function failed"


@pytest.fixture(params=["told", "untold"])
def told(stack: Stack, request: pytest.FixtureRequest) -> Stack:
    """A deployment that hears SageMaker's events, and one that hears none of them."""
    if request.param == "untold":
        stack.drop_sagemakers_events()
    return stack
