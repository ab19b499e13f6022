"""A local SageMaker behind a small HTTP server, so that boto3 can talk to it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from pointsman.local.aws.sagemaker import SAGEMAKER, invoked_endpoint
from pointsman.local.sagemaker import Limits, LocalSageMaker
from tests.local.instances import DEADLINE_SECONDS, POLL_SECONDS, eventually, unique

# Loading SageMaker's service model takes a third of a second: once for all clients.
_SESSION = boto3.Session()
# What botocore would refuse itself is the service's to refuse here.
AS_GIVEN = Config(retries={"total_max_attempts": 1}, max_pool_connections=40, parameter_validation=False)
TERMINAL = {"Succeeded", "Failed", "Stopped"}
ROLE = "arn:aws:iam::000000000000:role/pipeline"


class Client:
    """What tests ask of a served SageMaker."""

    endpoint_url: str
    deadline_seconds = DEADLINE_SECONDS
    poll_seconds = POLL_SECONDS

    @property
    def boto3(self) -> Any:
        return self._client("sagemaker")

    @property
    def runtime(self) -> Any:
        return self._client("sagemaker-runtime")

    def configured(self, **config: Any) -> Any:
        """A client with settings of its own."""
        return self._client("sagemaker", AS_GIVEN.merge(Config(**config)))

    def _client(self, service: str, config: Config = AS_GIVEN) -> Any:
        return _SESSION.client(
            service,  # type: ignore[call-overload]
            endpoint_url=self.endpoint_url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            region_name="us-east-1",
            config=config,
        )

    def create(self, definition: str, **arguments: Any) -> str:
        """The name of a new pipeline."""
        name = unique("Pipeline")
        request = {"PipelineName": name, "PipelineDefinition": definition, "RoleArn": ROLE, **arguments}
        self.boto3.create_pipeline(**request)
        return name

    def start_execution(self, definition: str, **parameters: str) -> str:
        """The ARN of an execution of a new pipeline."""
        given = [{"Name": name, "Value": value} for name, value in parameters.items()]
        name = self.create(definition)
        return str(
            self.boto3.start_pipeline_execution(PipelineName=name, PipelineParameters=given)["PipelineExecutionArn"]
        )

    def ended(self, execution_arn: str) -> dict[str, Any]:
        """DescribePipelineExecution's answer once the execution is over."""
        client = self.boto3

        def look() -> dict[str, Any] | None:
            found: dict[str, Any] = client.describe_pipeline_execution(PipelineExecutionArn=execution_arn)
            return found if found["PipelineExecutionStatus"] in TERMINAL else None

        return self.until(look) or {}

    def until[T](self, look: Callable[[], T]) -> T:
        """The first true thing that `look` returns; how long that may take is the account's."""
        return eventually(look, within=self.deadline_seconds, every=self.poll_seconds)

    def run(self, definition: str, **parameters: str) -> dict[str, dict[str, Any]]:
        """The steps, newest first, of an execution of a new pipeline that succeeds."""
        arn = self.start_execution(definition, **parameters)
        assert self.ended(arn)["PipelineExecutionStatus"] == "Succeeded", self.reasons(arn)
        return self.steps(arn)

    def run_to_failure(self, definition: str, **parameters: str) -> dict[str, str]:
        """The failure reasons by step of an execution of a new pipeline that fails."""
        arn = self.start_execution(definition, **parameters)
        assert self.ended(arn)["PipelineExecutionStatus"] == "Failed"
        return self.reasons(arn)

    def steps(self, execution_arn: str) -> dict[str, dict[str, Any]]:
        listed = self.boto3.list_pipeline_execution_steps(PipelineExecutionArn=execution_arn, MaxResults=100)
        return {step["StepName"]: step for step in listed["PipelineExecutionSteps"]}

    def reasons(self, execution_arn: str) -> dict[str, str]:
        steps = self.steps(execution_arn)
        return {name: step["FailureReason"] for name, step in steps.items() if "FailureReason" in step}


class Served(Client):
    """In this process; keeps the events it emits."""

    def __init__(
        self, directory: Path, s3_endpoint_url: str, limits: Limits | None = None, time_scale: float = 1
    ) -> None:
        self.directory = directory
        self.events: list[tuple[str, dict[str, Any], list[str]]] = []
        self.service = LocalSageMaker(
            directory,
            endpoint_url=s3_endpoint_url,
            emit=self._emit,
            limits=limits,
            time_scale=time_scale,
            shared=[directory.parent],
        )

    @classmethod
    @contextmanager
    def started(
        cls, directory: Path, s3_endpoint_url: str, limits: Limits | None = None, time_scale: float = 1
    ) -> "Iterator[Served]":
        served = cls(directory, s3_endpoint_url, limits, time_scale)
        served.service.start()
        server = _Server(("127.0.0.1", 0), handler(served.service))
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        served.endpoint_url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield served
        finally:
            server.shutdown()
            server.server_close()
            served.service.stop()

    @cached_property
    def boto3(self) -> Any:
        return super().boto3

    @cached_property
    def runtime(self) -> Any:
        return super().runtime

    def details(self, kind: str) -> list[dict[str, Any]]:
        """The details of the events so far whose type contains `kind`."""
        return [detail for detail_type, detail, _ in list(self.events) if kind in detail_type]

    def _emit(self, detail_type: str, detail: dict[str, Any], resources: list[str]) -> None:
        self.events.append((detail_type, detail, resources))


class _Server(ThreadingHTTPServer):
    request_queue_size = 128


def handler(service: LocalSageMaker) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer waits 40 ms between its headers and its body

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            given = {name.lower(): value for name, value in self.headers.items()}
            operation = SAGEMAKER.operation(self.path, given)
            if operation == "InvokeEndpoint":
                status, headers, answer = service.invoke_endpoint(invoked_endpoint(self.path), given, body)
            else:
                status, headers, answer = service.handle(operation, body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            with suppress(BrokenPipeError):  # a client that did not wait so long
                self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class's name
            """Nothing: pytest shows what matters."""

    return Handler
