"""What Lambda asks of a function's role before it polls for it, or sends on what became of an invocation.

Lambda does both with the function's own role, and refuses a mapping or a destination that the role doesn't allow:
MiniStack does it as nobody, so that a permission which is missing would be missed on an account only.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions
https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

# ruff: noqa: SLF001

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pointsman.local.aws.authority import SENDING, Authority
from pointsman.local.aws.ministack import MiniStack
from pointsman.local.aws.services import Permission

type Answer = tuple[int, dict[str, str], bytes]

_POLLED = {
    "sqs": ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"),
    "dynamodb": ("GetRecords", "GetShardIterator", "DescribeStream", "ListStreams"),
}


def install(ministack: MiniStack, authority: Authority) -> None:
    """Both for the API and for CloudFormation, which goes its own way to a mapping."""
    roles = ExecutionRoles(ministack, authority)
    svc = ministack.lambda_svc
    svc._create_esm = roles.checked(svc._create_esm, lambda data: (data.get("FunctionName", ""), data))
    svc._put_event_invoke_config = roles.checked(
        svc._put_event_invoke_config, lambda function, _qualifier, data: (function, data)
    )
    handlers = ministack.provisioners._RESOURCE_HANDLERS
    mapping = handlers["AWS::Lambda::EventSourceMapping"]
    handlers["AWS::Lambda::EventSourceMapping"] = {**mapping, "create": roles.provisioned(mapping["create"])}


class ExecutionRoles:
    def __init__(self, ministack: MiniStack, authority: Authority) -> None:
        self._ministack = ministack
        self._authority = authority

    def checked(self, operation: Callable[..., Answer], of: Callable[..., tuple[str, Mapping[str, Any]]]) -> Any:
        """`of` takes what the operation takes: the function, and what is asked for it."""

        def perform(*arguments: Any) -> Answer:
            if refusal := self._refusal(*of(*arguments)):
                error = {"__type": "InvalidParameterValueException", "Type": "User", "message": refusal}
                return 400, {"Content-Type": "application/json"}, json.dumps(error).encode()
            return operation(*arguments)

        return perform

    def provisioned(self, create: Callable[..., Any]) -> Callable[..., Any]:
        def perform(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
            if refusal := self._refusal(properties.get("FunctionName", ""), properties):
                raise ValueError(refusal)
            return create(logical_id, properties, stack)

        return perform

    def _refusal(self, function: str, wanted: Mapping[str, Any]) -> str | None:
        """None, too, for a function that isn't there: Lambda itself says so."""
        record, _, _ = self._ministack.lambda_svc._get_base_func_record_for_ref(function)
        if not record:
            return None
        role, name = record["config"]["Role"], record["config"]["FunctionName"]
        for permission, refusal in _wanted(wanted):
            if self._authority.denial(role, permission, name):
                return refusal
        return None


def _wanted(wanted: Mapping[str, Any]) -> Iterator[tuple[Permission, str]]:
    """Permissions, and what Lambda says where one is missing."""
    source = str(wanted.get("EventSourceArn") or "")
    service = _service(source)
    for operation in _POLLED.get(service, ()):
        yield Permission(f"{service}:{operation}", source), _no_polling(service, operation, source)
    for outcome in (wanted.get("DestinationConfig") or {}).values():
        arn = str((outcome or {}).get("Destination") or "")
        if action := SENDING.get(_service(arn)):
            operation = action.partition(":")[2]
            yield (
                Permission(action, arn),
                f"The function's execution role does not have permissions to call {operation} on {arn}",
            )


def _no_polling(service: str, operation: str, source: str) -> str:
    if service == "sqs":
        return f"The provided execution role does not have permissions to call {operation} on SQS"
    return (
        f"Cannot access stream {source}. Please ensure the role can perform the GetRecords, GetShardIterator,"
        " DescribeStream, and ListStreams Actions on your stream in IAM."
    )


def _service(arn: str) -> str:
    return arn.split(":")[2] if arn.startswith("arn:") else ""
