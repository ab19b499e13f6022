"""AWS clients that look, and write down what they are asked to change instead of asking AWS."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config

from pointsman.environment import LOCAL_CREDENTIALS, Environment
from pointsman.errors import UnknownState

_LOOKS = ("BatchGet", "Describe", "Get", "Head", "List", "Query", "Scan")
_PARAMETERS = "pointsman_parameters"


@dataclass(frozen=True)
class Call:
    """An AWS call that would follow: `sagemaker`, `StartPipelineExecution` and what it would say."""

    service: str
    operation: str
    parameters: Mapping[str, Any]


class Clients:
    """Clients of one environment, or without one such as reach nothing. `calls` is what they were asked to change.

    Their answers say that it was done. Without an environment, a look that nobody took off their hands raises
    UnknownState.
    """

    def __init__(self, environment: Environment | None = None) -> None:
        self.calls: list[Call] = []
        self._environment = environment
        self._made: dict[str, Any] = {}

    def of(self, service: str, config: Config | None = None) -> Any:  # noqa: ARG002  nothing is sent that it is about
        """Made once: loading a service's model takes its time."""
        if service not in self._made:
            self._made[service] = self._recording(service)
        return self._made[service]

    def _recording(self, service: str) -> Any:
        client = self._environment.client(service) if self._environment else _client_of_nothing(service)
        client.meta.events.register("before-parameter-build", _remember)
        client.meta.events.register("before-call", self._answered)
        return client

    def _answered(self, model: Any, context: dict[str, Any], **_: object) -> tuple[AWSResponse, Any] | None:
        """None lets botocore ask AWS."""
        service, parameters = model.service_model.service_name, context[_PARAMETERS]
        if not model.name.startswith(_LOOKS):
            self.calls.append(Call(service, model.name, {name: _shown(value) for name, value in parameters.items()}))
            return AWSResponse("", 200, HTTPHeaders(), None), _answer(model.name, parameters)
        if self._environment is None:
            raise UnknownState(f"the state's file can't answer {service}:{model.name} of {parameters}")
        return None


def _client_of_nothing(service: str) -> Any:
    """With credentials, or botocore would look for some, also in the network."""
    session: Any = boto3.Session(region_name="us-east-1", **LOCAL_CREDENTIALS)  # type: ignore[arg-type]
    return session.client(service)


def _remember(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
    """What botocore is called with, which it doesn't tell later."""
    context[_PARAMETERS] = params


def _answer(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """As much of an answer as adapters read. A model that is sent its sample is held to answer it."""
    match operation:
        case "StartPipelineExecution":
            pipeline = parameters["PipelineName"].lower()
            arn = f"arn:aws:sagemaker:us-east-1:000000000000:pipeline/{pipeline}/execution/planned"
            return {"PipelineExecutionArn": arn}
        case "PutEvents":
            return {"FailedEntryCount": 0, "Entries": []}
        case "InvokeEndpoint":
            return {"ResponseMetadata": {"HTTPStatusCode": 200}}
        case _:
            return {}


def _shown(value: object) -> object:
    """Contents, which an adapter's bytes have become a stream of, by their size alone."""
    return f"{len(value.getbuffer())} bytes" if isinstance(value, BytesIO) else value
