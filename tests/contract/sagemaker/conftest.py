"""The local SageMaker as boto3 sees it, with S3 from the embedded AWS.

What only this level can catch: the wire, the jobs' processes, and what a restart or a `kill -9` leaves.
"""

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pointsman.local.faults import Faults
from tests.contract.conftest import client_of
from tests.contract.sagemaker.accounts import Account, LocalAccount, aws_account
from tests.contract.sagemaker.embedded import Embedded
from tests.contract.sagemaker.hosted import Hosted
from tests.contract.sagemaker.serving import Served
from tests.local.instances import Instance, unique


@pytest.fixture
def served(aws: Instance, tmp_path: Path) -> Iterator[Served]:
    with Served.started(tmp_path / "sagemaker", aws.endpoint_url) as served:
        yield served


@pytest.fixture
def faults(served: Served) -> Faults:
    """Those of `served`, none at first."""
    return served.service.faults


@pytest.fixture(scope="session")
def account(request: pytest.FixtureRequest) -> Iterator[Account]:
    """The local SageMaker, shared; with --aws an account's. Tests that use it must hold for both."""
    if request.config.getoption("--aws"):
        with aws_account(request.config) as found:
            yield found
        return
    aws: Instance = request.getfixturevalue("aws")
    directory = request.getfixturevalue("tmp_path_factory").mktemp("account") / "sagemaker"
    with Served.started(directory, aws.endpoint_url) as served:
        yield LocalAccount(served, client_of(aws, "s3"), client_of(aws, "cloudwatch"))


@pytest.fixture
def embedded(aws: Instance) -> Embedded:
    return Embedded(aws)


@pytest.fixture
def sagemaker(served: Served) -> Any:
    return served.boto3


@pytest.fixture(scope="session")
def s3(aws: Instance) -> Any:
    return client_of(aws, "s3")


@pytest.fixture
def bucket(s3: Any) -> str:
    name = unique("bucket")
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def script(s3: Any, bucket: str) -> Callable[[str], str]:
    """Puts a Python script into S3; returns its URI."""

    def put(code: str) -> str:
        key = f"code/{unique('script')}.py"
        s3.put_object(Bucket=bucket, Key=key, Body=textwrap.dedent(code).encode())
        return f"s3://{bucket}/{key}"

    return put


@pytest.fixture
def hosted(served: Served, s3: Any, bucket: str) -> Hosted:
    return Hosted(served, s3, bucket)


@pytest.fixture
def hosted_there(account: Account) -> Iterator[Hosted]:
    """On whichever account the tests run."""
    hosted = Hosted(
        account,
        account.s3,
        account.bucket,
        prefix=f"{account.prefix}/",
        role=account.role,
        image=account.image,
        within=account.deadline_seconds,
    )
    yield hosted
    hosted.clean()
