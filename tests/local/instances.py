"""A running embedded AWS as tests use it."""

import io
import json
import os
import signal
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import boto3
from botocore.config import Config

from pointsman.local.process import Running, start_detached, status, stop
from pointsman.local.settings import LocalSettings

DEADLINE_SECONDS = 30.0
POLL_SECONDS = 0.05


def eventually[T](look: Callable[[], T], *, within: float = DEADLINE_SECONDS, every: float = POLL_SECONDS) -> T:
    """The first true thing that `look` returns. Fails with the last one after the deadline."""
    deadline = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {within:.0f} s; last seen: {found!r}"
        time.sleep(every)
    return found


def unique(name: str) -> str:
    return f"{name}-{uuid.uuid4().hex[:8]}"


class Client:
    """An endpoint as tests use it, with what they make there."""

    def __init__(self, endpoint_url: str) -> None:
        self.endpoint_url = endpoint_url
        self._clients: dict[tuple[str, tuple[str, str]], Any] = {}

    def client(self, service: str, credentials: tuple[str, str] = ("test", "test")) -> Any:
        """One of each: to make one takes long, and tests poll."""
        if (service, credentials) not in self._clients:
            self._clients[service, credentials] = boto3.client(
                service,  # type: ignore[call-overload]
                endpoint_url=self.endpoint_url,
                aws_access_key_id=credentials[0],
                aws_secret_access_key=credentials[1],
                region_name="us-east-1",
                config=Config(retries={"total_max_attempts": 1}),
            )
        return self._clients[service, credentials]

    def role(self, *allowed: tuple[str, str]) -> str:
        """The ARN of a new role that allows these actions on these resources."""
        name = unique("role")
        statements = [{"Effect": "Allow", "Action": action, "Resource": resource} for action, resource in allowed]
        iam = self.client("iam")
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Statement": []}))["Role"]["Arn"]
        if statements:
            policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
            iam.put_role_policy(RoleName=name, PolicyName="allowed", PolicyDocument=policy)
        return str(arn)

    def user(self, *allowed: tuple[str, str]) -> tuple[str, str]:
        """The credentials of a new user who may do these actions on these resources."""
        name, iam = unique("user"), self.client("iam")
        iam.create_user(UserName=name)
        statements = [{"Effect": "Allow", "Action": action, "Resource": resource} for action, resource in allowed]
        if statements:
            policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
            iam.put_user_policy(UserName=name, PolicyName="allowed", PolicyDocument=policy)
        made = iam.create_access_key(UserName=name)["AccessKey"]
        return made["AccessKeyId"], made["SecretAccessKey"]

    def function(self, code: str, *, role: str | None = None, **properties: Any) -> str:
        """The ARN of a new function whose handler is app.handler."""
        created = self.client("lambda").create_function(
            **{
                "FunctionName": unique("function"),
                "Role": role or self.role(("*", "*")),
                "Runtime": "python3.13",
                "Handler": "app.handler",
                "Code": {"ZipFile": archive(code)},
                "Timeout": 20,
                **properties,
            }
        )
        return str(created["FunctionArn"])

    def queue(self, **attributes: str) -> tuple[str, str]:
        """URL and ARN of a new queue."""
        sqs = self.client("sqs")
        url = sqs.create_queue(QueueName=unique("queue"), Attributes=attributes)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        return url, arn

    def receive(self, url: str) -> list[dict[str, Any]]:
        answer = self.client("sqs").receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=0
        )
        return list(answer.get("Messages", []))

    def messages(self, url: str) -> int:
        """How many wait in the queue, visible ones."""
        attributes = self.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return int(attributes["ApproximateNumberOfMessages"])


class Instance(Client):
    """One instance on a state directory; may be killed and started again."""

    def __init__(self, settings: LocalSettings) -> None:
        self.settings = settings
        self.start_again()

    @classmethod
    @contextmanager
    def started(cls, state: Path, *, time_scale: float) -> Iterator[Self]:
        instance = cls(LocalSettings(state=state, time_scale=time_scale))
        try:
            yield instance
        finally:
            stop(state)

    def kill(self) -> None:
        os.kill(self.running.pid, signal.SIGKILL)
        eventually(lambda: status(self.settings.state) is None)

    def start_again(self, **changes: Any) -> None:
        self.running: Running = start_detached(replace(self.settings, **changes))
        super().__init__(self.running.endpoint_url)

    def log(self) -> str:
        return self.settings.log_file.read_text()


def archive(code: str) -> bytes:
    """A deployment package of one module, app.py."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        files.writestr("app.py", code)
    return packed.getvalue()
