"""A SageMaker as the contract of its pipelines sees it: the local one, or that of an AWS account.

Tests that ask for the fixture `account` use nothing but boto3 and what is here, and hold for both.
"""

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.contract.sagemaker.definitions import IMAGE
from tests.contract.sagemaker.serving import ROLE, Client, Served
from tests.local.instances import unique


class Account(Client):
    """Names a prefix of its own in a bucket; puts scripts there."""

    s3: Any
    cloudwatch: Any
    bucket: str
    role = ROLE
    image = IMAGE

    def own(self, definition: str) -> str:
        """A definition with the account's role and image."""
        return definition

    def uri(self, key: str) -> str:
        return f"s3://{self.bucket}/{self.prefix}/{key}"

    @cached_property
    def prefix(self) -> str:
        return unique("contract")

    def script(self, code: str) -> str:
        """The URI of a Python script; jobs find their files below `BASE`."""
        return self.put(f"code/{unique('script')}.py", BASE + textwrap.dedent(code))

    def put(self, key: str, text: str) -> str:
        self.s3.put_object(Bucket=self.bucket, Key=f"{self.prefix}/{key}", Body=text.encode())
        return self.uri(key)

    def files(self, folder: str) -> dict[str, str]:
        """What lies below it, by key from it on."""
        prefix = f"{self.prefix}/{folder}/"
        listed = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix).get("Contents", ())
        return {
            key[len(prefix) :]: self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read().decode()
            for key in (found["Key"] for found in listed)
        }


# In a container /opt/ml; without one, where the toolkit's own variable says.
BASE = 'import os, pathlib\nBASE = pathlib.Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))\n'


class LocalAccount(Account):
    def __init__(self, served: Served, s3: Any, cloudwatch: Any) -> None:
        self.endpoint_url = served.endpoint_url
        self.s3, self.cloudwatch = s3, cloudwatch
        self.bucket = unique("bucket")
        s3.create_bucket(Bucket=self.bucket)

    @cached_property
    def boto3(self) -> Any:
        return super().boto3

    @cached_property
    def runtime(self) -> Any:
        return super().runtime


class AwsAccount(Account):
    """With the credentials and the region that boto3 finds. What tests create is deleted at the end."""

    deadline_seconds = 1800.0
    poll_seconds = 5.0  # SageMaker throttles who asks much faster

    def __init__(self, role: str, image: str | None) -> None:
        self._session = boto3.Session()
        self.role = role
        self.image = image or IMAGE
        self._pipelines: list[str] = []
        self.s3, self.cloudwatch = self._session.client("s3"), self._session.client("cloudwatch")
        identity = self._session.client("sts").get_caller_identity()["Account"]
        self.bucket = f"sagemaker-{self._session.region_name}-{identity}"

    @cached_property
    def boto3(self) -> Any:
        return self._session.client("sagemaker", config=Config(parameter_validation=False))

    @cached_property
    def runtime(self) -> Any:
        return self._session.client("sagemaker-runtime")

    def create(self, definition: str, **arguments: Any) -> str:
        name = super().create(self.own(definition), **{"RoleArn": self.role, **arguments})
        self._pipelines.append(name)
        return name

    def own(self, definition: str) -> str:
        return definition.replace(ROLE, self.role).replace(IMAGE, self.image)

    def clean(self) -> None:
        for name in self._pipelines:
            with suppress(ClientError):
                self.boto3.delete_pipeline(PipelineName=name)
        objects = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=f"{self.prefix}/")
        for key in (found["Key"] for page in objects for found in page.get("Contents", ())):
            self.s3.delete_object(Bucket=self.bucket, Key=key)


@contextmanager
def aws_account(config: pytest.Config) -> Iterator[AwsAccount]:
    """Skips where there are no credentials, no region or no role."""
    role = config.getoption("--aws-role")
    if not role:
        pytest.skip("--aws needs --aws-role")
    try:
        account = AwsAccount(role, config.getoption("--aws-image"))
    except (BotoCoreError, ClientError) as error:
        pytest.skip(f"no AWS account to run on: {error}")
    try:
        yield account
    finally:
        account.clean()
