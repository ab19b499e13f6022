"""SageMaker's wire, JSON 1.1: an operation's name and a body in, a status, headers and a body out."""

import json
import logging
import uuid
from collections.abc import Callable, Mapping

from pointsman.local.sagemaker.errors import (
    InternalFailureError,
    SerializationError,
    ServiceError,
    ServiceUnavailableError,
    UnknownOperationError,
)
from pointsman.local.sagemaker.shapes import Shape, input_shape, output_shape, project, service_model
from pointsman.local.sagemaker.validation import check_request

type Operation = Callable[[Shape], Shape]
type Answer = tuple[int, dict[str, str], bytes]

logger = logging.getLogger(__name__)
INTERNAL_ERROR = "We encountered an internal error. Please try again."


class Api:
    def __init__(self, operations: Mapping[str, Operation]) -> None:
        """`operations`: by the API's name for them; each takes a checked request and may raise ServiceError."""
        self._operations = operations

    def handle(self, operation: str, body: bytes) -> Answer:
        try:
            return _answer(200, self._carried_out(operation, body))
        except ServiceError as error:
            return refusal(error)
        except Exception:
            logger.exception("%s ends by an internal error", operation)
            return refusal(InternalFailureError(INTERNAL_ERROR))

    def _carried_out(self, operation: str, body: bytes) -> Shape:
        perform = self._operations.get(operation)
        if perform is None:
            known = any(operation in service_model(name).operation_names for name in ("sagemaker", "sagemaker-runtime"))
            reason = "is not served by the local SageMaker yet" if known else "is not an operation of SageMaker"
            raise UnknownOperationError(f"The operation {operation} {reason}.")
        request = _decoded(body)
        check_request(input_shape(operation), request)
        answer = perform({member: value for member, value in request.items() if value is not None})
        shape = output_shape(operation)
        projected: Shape = {} if shape is None else project(shape, answer)
        return projected


def _decoded(body: bytes) -> Shape:
    try:
        request = json.loads(body or b"{}")
    except ValueError as error:
        raise SerializationError(f"The request body is not valid JSON: {error}") from error
    if not isinstance(request, dict):
        raise SerializationError("The request body is not a JSON object")
    return request


def refusal(error: ServiceError) -> Answer:
    return _answer(error.status, {"__type": error.code, "Message": str(error)}, error.code)


def _answer(status: int, body: Shape, error_code: str | None = None) -> Answer:
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": str(uuid.uuid4())}
    if error_code is not None:
        headers["x-amzn-ErrorType"] = error_code
    return status, headers, json.dumps(body).encode()


UNAVAILABLE = refusal(ServiceUnavailableError("The service is starting or stopping."))
