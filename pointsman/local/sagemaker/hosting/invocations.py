"""InvokeEndpoint: `POST /endpoints/<name>/invocations` of `sagemaker-runtime`.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
"""

import http.client
import json
import time
import uuid
from collections.abc import Mapping

from pointsman.local.sagemaker import times
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.api import Answer
from pointsman.local.sagemaker.errors import (
    InvocationRefusedError,
    ModelError,
    ServiceError,
    ServiceUnavailableError,
)
from pointsman.local.sagemaker.hosting.capture import Exchange, Payload
from pointsman.local.sagemaker.hosting.metrics import Invocation, Metrics
from pointsman.local.sagemaker.hosting.model_server import ModelServer
from pointsman.local.sagemaker.hosting.routes import Routes
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Kind

_SERVING = frozenset({"InService", "Updating", "SystemUpdating", "RollingBack"})
_OWN = "x-amzn-sagemaker-"
_ATTRIBUTES = f"{_OWN}custom-attributes"
_INFERENCE_ID = f"{_OWN}inference-id"
_PASSED_ON = ("content-type", "accept", _ATTRIBUTES, _INFERENCE_ID)
_NOT_SERVED = {
    f"{_OWN}target-model": "Multi-model endpoints are",
    f"{_OWN}target-container-hostname": "Multi-container endpoints are",
    f"{_OWN}inference-component": "Inference components are",
    f"{_OWN}session-id": "Stateful sessions are",
    f"{_OWN}enable-explanations": "Online explainability is",
}
_UNKNOWN_TYPE = "application/octet-stream"
_MODEL_SECONDS = 60.0
_ANSWERING_SECONDS = 30.0
"""How long a request waits for processes that start again after we did."""


class Invocations:
    def __init__(self, account: Account, routes: Routes, metrics: Metrics) -> None:
        self._account = account
        self._routes = routes
        self._metrics = metrics

    def handle(self, endpoint: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """`headers`: names in lower case."""
        try:
            return self._invoke(endpoint, headers, body)
        except ServiceError as error:
            return _refusal(error)

    def _invoke(self, endpoint: str, headers: Mapping[str, str], body: bytes) -> Answer:
        at, began = times.now(), time.perf_counter()
        self._check(endpoint, headers)
        variant = headers.get(f"{_OWN}target-variant")
        try:
            with self._routes.taken(endpoint, variant, _ANSWERING_SECONDS) as server:
                if server is None:
                    raise ServiceUnavailableError(f"The containers of endpoint {endpoint} are not ready yet.")
                answered, content = self._answered(endpoint, server, headers, body, began)
                content_type = answered.get("content-type", _UNKNOWN_TYPE)
                if server.capture is not None:
                    sent = Payload(headers.get("content-type") or _UNKNOWN_TYPE, body)
                    identity = headers.get(_ATTRIBUTES), headers.get(_INFERENCE_ID)
                    server.capture.take(Exchange(at, sent, Payload(content_type, content), *identity))
        except LookupError:
            raise InvocationRefusedError(f"Variant {variant} of endpoint {endpoint} not found.") from None
        passed_back = {"X-Amzn-SageMaker-Custom-Attributes": answered.get(_ATTRIBUTES)}
        return (
            200,
            {
                "Content-Type": content_type,
                "x-Amzn-Invoked-Production-Variant": server.variant,
                "x-amzn-RequestId": str(uuid.uuid4()),
                **{name: value for name, value in passed_back.items() if value},
            },
            content,
        )

    def _check(self, endpoint: str, headers: Mapping[str, str]) -> None:
        found = self._account.store.get(Kind.ENDPOINT, endpoint.lower())
        if found is None or found["EndpointName"] != endpoint or found["EndpointStatus"] not in _SERVING:
            # One that isn't in service is as unknown to the runtime as one that never was; and here case matters.
            raise InvocationRefusedError(f"Endpoint {endpoint} of account {self._account.arns.account} not found.")
        for header, words in _NOT_SERVED.items():
            if headers.get(header):
                raise InvocationRefusedError(f"{words} not served by the local SageMaker.")

    def _answered(
        self, endpoint: str, server: ModelServer, headers: Mapping[str, str], body: bytes, began: float
    ) -> tuple[dict[str, str], bytes]:
        """The container's headers and body, measured. Raises ModelError."""
        asked, status = time.perf_counter(), 0
        try:
            status, answered, content = self._ask(server, headers, body)
        finally:
            model_seconds = time.perf_counter() - asked
            self._metrics.add(Invocation(endpoint, server.variant, status, model_seconds, asked - began))
        if not http.HTTPStatus.OK <= status < http.HTTPStatus.MULTIPLE_CHOICES:
            raise self._model_error(server, status, content.decode(errors="replace"))
        return answered, content

    def _ask(self, server: ModelServer, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        passed_on = {name: headers[name] for name in _PASSED_ON if headers.get(name)}
        try:
            return server.ask(body, passed_on, _MODEL_SECONDS)
        except TimeoutError:
            text = (
                "Your invocation timed out while waiting for a response from container primary. Review the latency"
                " metrics for each container in Amazon CloudWatch, resolve the issue, and try again."
            )
            raise self._model_error(server, 0, text) from None
        except (OSError, http.client.HTTPException) as error:
            raise self._model_error(server, 0, f"The container gave no answer: {error}") from error

    def _model_error(self, server: ModelServer, status: int, text: str) -> ModelError:
        side = "client" if http.HTTPStatus.BAD_REQUEST <= status < http.HTTPStatus.INTERNAL_SERVER_ERROR else "server"
        arns = self._account.arns
        return ModelError(
            f'Received {side} error ({status}) from primary with message "{text}".'
            f" See https://{arns.region}.console.aws.amazon.com/cloudwatch/home?region={arns.region}"
            f"#logEventViewer:group={server.log_group} in account {arns.account} for more information.",
            original_status=status,
            original_message=text,
            log_stream_arn=f"arn:aws:logs:{arns.region}:{arns.account}:log-group:{server.log_group}",
        )


def _refusal(error: ServiceError) -> Answer:
    body: Shape = {"Message": str(error)}
    if isinstance(error, ModelError):
        body |= {
            "OriginalStatusCode": error.original_status,
            "OriginalMessage": error.original_message,
            "LogStreamArn": error.log_stream_arn,
        }
    headers = {
        "Content-Type": "application/json",
        "x-amzn-ErrorType": error.code,
        "x-amzn-RequestId": str(uuid.uuid4()),
    }
    return error.status, headers, json.dumps(body).encode()
