"""What only this level can catch: how the parts behave together in a running embedded AWS.

Every test talks to real processes over loopback, with boto3. Nothing here waits a fixed time.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from pointsman.local import deployment
from tests.local.instances import Instance
from tests.local.stack import Stack
from tests.permissions.deployed import roles
from tests.permissions.plugin import Permissions

# Two minutes of AWS's retry back-off pass in two seconds.
TIME_SCALE = 60.0


@pytest.fixture(scope="session", autouse=True)
def permissions(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Permissions:
    """Hears of all that an embedded AWS allows to a role."""
    found = request.config.pluginmanager.get_plugin("permissions")
    assert isinstance(found, Permissions)
    found.record(tmp_path_factory.mktemp("permissions") / "requests.jsonl")
    return found


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
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all processes of this run of pytest have in common."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
def building(shared: Path) -> FileLock:
    """Held by whoever builds the functions, which `sam build` does into one folder of the project, or needs them."""
    return FileLock(shared / "building.lock")


@pytest.fixture(scope="session")
def deployed(
    building: FileLock, shared: Path, tmp_path_factory: pytest.TempPathFactory, permissions: Permissions
) -> Path:
    """The state of an embedded AWS that has the template deployed and the models applied; to be copied."""
    state = shared / "deployed"
    with building:
        if not state.exists():
            deployment.build()
            deploying = tmp_path_factory.mktemp("deploying") / "state"
            with Instance.started(deploying, time_scale=TIME_SCALE) as instance:
                stack = Stack(instance)
                assert {change.what for change in stack.deploy()} == {"create"}
                permissions.deployed(roles(stack.environment))
            deploying.rename(state)
    return state


@pytest.fixture
def built(building: FileLock, deployed: Path) -> Iterator[None]:  # noqa: ARG001  the build is on disk
    """The functions as `sam build` made them; nobody builds them anew meanwhile."""
    with building:
        yield


@pytest.fixture
def stack(deployed: Path, tmp_path: Path) -> Iterator[Stack]:
    """A deployment of a test's own. What a test expects to fail fails in a step; a function never does."""
    with _started(deployed, tmp_path) as stack:
        yield stack
        _check_that_no_function_failed(stack)


@pytest.fixture
def failing_stack(deployed: Path, tmp_path: Path) -> Iterator[Stack]:
    """As `stack`, but its functions may fail."""
    with _started(deployed, tmp_path) as stack:
        yield stack


@pytest.fixture(scope="session")
def shared_stack(deployed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A deployment that tests share, each with a model of its own."""
    with _started(deployed, tmp_path_factory.mktemp("shared_stack")) as stack:
        yield stack
        _check_that_no_function_failed(stack)


@contextmanager
def _started(deployed: Path, folder: Path) -> Iterator[Stack]:
    shutil.copytree(deployed, folder / "state", symlinks=True)
    with Instance.started(folder / "state", time_scale=TIME_SCALE) as instance:
        yield Stack(instance)


def _check_that_no_function_failed(stack: Stack) -> None:
    assert "errorMessage" not in stack.instance.log(), "a function failed"
    assert "[ERROR]" not in stack.instance.log(), "a function failed"


@pytest.fixture(params=["told", "untold"])
def told(stack: Stack, request: pytest.FixtureRequest) -> Stack:
    """A deployment that hears SageMaker's events, and one that hears none of them."""
    if request.param == "untold":
        stack.drop_sagemakers_events()
    return stack
