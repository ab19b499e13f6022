"""Where a command acts: the embedded AWS, or an account, by the environments of samconfig.toml."""

import tomllib
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Self

import boto3
from botocore.exceptions import ClientError

from control_plane.adapters.dynamodb import DynamoDBHistory, DynamoDBLedger
from control_plane.adapters.sagemaker_endpoints import SageMakerEndpoints
from control_plane.adapters.sagemaker_registry import SageMakerRegistry
from pointsman.checkout import project_root
from pointsman.errors import NotDeployed, UnknownEnvironment

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

__all__ = ["LOCAL", "LOCAL_CREDENTIALS", "Environment", "project_root"]

LOCAL = "local"
LOCAL_CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


@dataclass(frozen=True)
class Environment:
    """One deployment of the stack. `endpoint_url` is None on an account."""

    name: str
    stack: str
    region: str
    endpoint_url: str | None = None
    _clients: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def named(cls, name: str, endpoint_url: str | None = None) -> Self:
        """As samconfig.toml has it. Raises UnknownEnvironment."""
        config = tomllib.loads((project_root() / "samconfig.toml").read_text())
        known = {key: value["global"]["parameters"] for key, value in config.items() if isinstance(value, dict)}
        if "region" not in known.get(name, {}):
            offered = ", ".join(sorted(key for key, value in known.items() if "region" in value))
            raise UnknownEnvironment(f"samconfig.toml has no environment {name!r}; it has: {offered}")
        return cls(name, known[name]["stack_name"], known[name]["region"], endpoint_url)

    def client(self, service: str) -> Any:
        """The client of the AWS service, typed by whoever asks. To make one takes long, so there is one of each."""
        if service not in self._clients:
            self._clients[service] = self._session.client(service, endpoint_url=self.endpoint_url)
        return self._clients[service]

    @cached_property
    def _session(self) -> Any:
        credentials: Any = LOCAL_CREDENTIALS if self.endpoint_url else {}
        return boto3.Session(region_name=self.region, **credentials)

    @cached_property
    def s3(self) -> "S3Client":
        client: S3Client = self.client("s3")
        return client

    @cached_property
    def sagemaker(self) -> "SageMakerClient":
        client: SageMakerClient = self.client("sagemaker")
        return client

    @cached_property
    def cloudwatch(self) -> "CloudWatchClient":
        client: CloudWatchClient = self.client("cloudwatch")
        return client

    @cached_property
    def ledger(self) -> DynamoDBLedger:
        return DynamoDBLedger(self.client("dynamodb"), self.output("LedgerTable"))

    @cached_property
    def history(self) -> DynamoDBHistory:
        return DynamoDBHistory(self.client("dynamodb"), self.output("LedgerTable"))

    @cached_property
    def registry(self) -> SageMakerRegistry:
        return SageMakerRegistry(self.sagemaker)

    @cached_property
    def endpoints(self) -> SageMakerEndpoints:
        """To look at: it has no role to make one with."""
        runtime = partial(self.client, "sagemaker-runtime")
        return SageMakerEndpoints(self.sagemaker, lambda: self.cloudwatch, runtime, role_arn="", capture_uri="")

    @cached_property
    def _described(self) -> dict[str, Any]:
        """The stack, as CloudFormation describes it. Raises NotDeployed."""
        try:
            stacks = self.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationError":  # how CloudFormation says "no such stack"
                raise
            stacks = []
        if not stacks or not stacks[0].get("Outputs"):
            raise NotDeployed(f"stack {self.stack!r} is not deployed to {self.name}; {self._how_to_deploy}")
        return dict(stacks[0])

    @cached_property
    def outputs(self) -> dict[str, str]:
        """The stack's outputs. Raises NotDeployed."""
        return {output["OutputKey"]: output["OutputValue"] for output in self._described["Outputs"]}

    def output(self, key: str) -> str:
        """One output of the stack. Raises NotDeployed, also where it was deployed from a checkout without that one."""
        if key not in self.outputs:
            raise NotDeployed(f"stack {self.stack!r} in {self.name} has no output {key}; {self._how_to_deploy} again")
        return self.outputs[key]

    @property
    def _how_to_deploy(self) -> str:
        how = "pointsman up --deploy" if self.name == LOCAL else f"make build && sam deploy --config-env {self.name}"
        return f"deploy it with `{how}`"

    @property
    def parameters(self) -> dict[str, str]:
        """The stack's parameters. Raises NotDeployed."""
        return {each["ParameterKey"]: each["ParameterValue"] for each in self._described.get("Parameters", ())}

    def resource(self, logical_id: str) -> str:
        """The physical id of one of the stack's resources. Raises NotDeployed, as `output` does."""
        self._described  # noqa: B018  asked for its error
        ask = self.client("cloudformation").describe_stack_resource
        try:
            answer = ask(StackName=self.stack, LogicalResourceId=logical_id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationError":
                raise
            missing = f"stack {self.stack!r} in {self.name} has no {logical_id}"
            raise NotDeployed(f"{missing}; {self._how_to_deploy} again") from error
        return str(answer["StackResourceDetail"]["PhysicalResourceId"])
