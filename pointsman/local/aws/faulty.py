"""Operations of MiniStack's services that fail or dawdle on demand, in each service's own words."""

# ruff: noqa: SLF001

import asyncio
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from pointsman.local.aws.ministack import MiniStack
from pointsman.local.aws.operations import operation_name, service_name
from pointsman.local.faults import AtOperation, Fault, Faults

type _Error = tuple[int, str, str]

_THROTTLED: _Error = (400, "ThrottlingException", "Rate exceeded")
_FAILED: _Error = (500, "InternalFailure", "We encountered an internal error. Please try again.")
_UNAVAILABLE: _Error = (503, "ServiceUnavailable", "The service is temporarily unavailable. Please try again.")
_LIMITED: _Error = (400, "ResourceLimitExceeded", "A limit of the account is reached.")
# Where a service has codes of its own. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/
# Programming.Errors.html, https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and their like.
_OWN: dict[tuple[str, AtOperation], _Error] = {
    ("dynamodb", AtOperation.THROTTLE): (
        400,
        "ProvisionedThroughputExceededException",
        "The level of configured provisioned throughput for the table was exceeded.",
    ),
    ("dynamodb", AtOperation.FAIL_BEFORE): (500, "InternalServerError", "Internal server error"),
    ("lambda", AtOperation.THROTTLE): (429, "TooManyRequestsException", "Rate Exceeded."),
    ("lambda", AtOperation.FAIL_BEFORE): (
        500,
        "ServiceException",
        "An error occurred and the request cannot be processed.",
    ),
    ("s3", AtOperation.THROTTLE): (503, "SlowDown", "Please reduce your request rate."),
    ("s3", AtOperation.FAIL_BEFORE): (500, "InternalError", _FAILED[2]),
}
_COMMON = {
    AtOperation.THROTTLE: _THROTTLED,
    AtOperation.LIMIT: _LIMITED,
    AtOperation.UNAVAILABLE: _UNAVAILABLE,
    AtOperation.FAIL_BEFORE: _FAILED,
}


def install(ministack: MiniStack, faults: Faults) -> None:
    """From now on faults strike requests. SageMaker, which is ours, asks for its own."""
    dispatch = ministack.app._dispatch_service_request

    async def dispatched(  # noqa: PLR0917  MiniStack's signature
        method: str, path: str, headers: Mapping[str, str], body: bytes, query: Any, request_id: str
    ) -> Any:
        def answer() -> Any:
            return dispatch(method, path, headers, body, query, request_id)

        if not faults.any:
            return await answer()
        parameters = ministack.app._routing_params(method, path, headers, body, query)
        service = ministack.router.detect_service(method, path, headers, parameters)
        name = service_name(service)
        operation = operation_name(name, method, path, headers, parameters)

        def resource() -> list[str]:
            region, account = ministack.responses.get_region(), ministack.account
            extract = ministack.iam_actions.extract_resource_arn
            return [extract(service, method, path, headers, body, parameters, region, account)]

        fault = None if name == "sagemaker" else faults.strike(f"{name}:{operation}", resource)
        return await (answer() if fault is None else _struck(ministack, fault, service, headers, answer))

    ministack.app._dispatch_service_request = dispatched


async def _struck(
    ministack: MiniStack, fault: Fault, service: str, headers: Mapping[str, str], answer: Callable[[], Any]
) -> Any:
    if fault.kind is AtOperation.DELAY_BEFORE:
        await asyncio.sleep(fault.seconds or 0)
        return await answer()
    if fault.kind is AtOperation.DELAY_AFTER:
        given = await answer()
        await asyncio.sleep(fault.seconds or 0)
        return given
    if fault.kind is AtOperation.FAIL_AFTER:
        await answer()
    status, code, message = error(service, fault.kind)
    # MiniStack's refusals speak each service's protocol; they differ from errors in their status alone.
    _, answered, content = ministack.iam_actions.access_denied_response(
        service, "", "", str(uuid.uuid4()), error_code=code, message=message, headers=headers
    )
    return status, answered, content


def error(service: str, kind: Any) -> _Error:
    if kind is AtOperation.FAIL_AFTER:
        kind = AtOperation.FAIL_BEFORE
    return _OWN.get((service, kind)) or _COMMON[kind]
