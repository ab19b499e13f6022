"""What happens in the embedded AWS, as lines for people: calls that change something, invocations, events."""

# ruff: noqa: SLF001

import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from pointsman.local.aws.ministack import MiniStack

logger = logging.getLogger("pointsman.aws")

KEPT_LOG_STREAMS = 500

# By the name of the operation; whatever else is called is taken to change something.
_READING = re.compile(r"(Get|List|Describe|Head|Query|Scan|BatchGet|Receive|Select|Lookup|Filter|Test|TransactGet).*")
_QUIET = re.compile(r"PutItem|UpdateItem|DeleteItem|TransactWriteItems|DeleteMessage.*|ChangeMessage.*|PutLog.*|Invoke")


def install(ministack: MiniStack, changed: Callable[[], None]) -> None:
    """Log, and call `changed` whenever a store may differ from before."""
    _watch_requests(ministack, changed)
    _watch_invocations(ministack, changed)
    _watch_events(ministack, changed)


def _watch_requests(ministack: MiniStack, changed: Callable[[], None]) -> None:
    dispatch = ministack.app._dispatch_service_request

    async def dispatched(  # noqa: PLR0917  MiniStack's signature
        method: str, path: str, headers: Mapping[str, str], body: bytes, query: Any, request_id: str
    ) -> Any:
        response = await dispatch(method, path, headers, body, query, request_id)
        parameters = ministack.app._routing_params(method, path, headers, body, query)
        service = ministack.router.detect_service(method, path, headers, parameters)
        operation = ministack.app._ct_event_name(service, method, path, headers, parameters)
        if may_change(service, method, operation):
            changed()
        log_request(service, operation, path, response[0], response[2])
        return response

    ministack.app._dispatch_service_request = dispatched


def may_change(service: str, method: str, operation: str) -> bool:
    """A stack's operation goes on after its request was answered, while its client asks how far it is."""
    if service == "cloudformation" or operation.startswith("Receive"):
        return True
    return method not in ("GET", "HEAD") and not is_reading(operation)


def is_reading(operation: str) -> bool:
    return _READING.fullmatch(operation) is not None


def log_request(service: str, operation: str, path: str, status: int, body: Any) -> None:
    """Errors always; successes that change something, except the many small ones of the data plane."""
    if status >= 400:  # noqa: PLR2004
        # A refused condition and a missing object are everyday answers.
        level = logging.WARNING if status in (401, 403) or status >= 500 else logging.INFO  # noqa: PLR2004
        logger.log(level, "%-14s %s %s: %s %s", service, operation, path, status, _first_words(body))
    elif not is_reading(operation) and not operation.startswith(("GET", "HEAD")):
        level = logging.DEBUG if _QUIET.fullmatch(operation) else logging.INFO
        logger.log(level, "%-14s %s %s", service, operation, path if path != "/" else "")


def _first_words(body: Any) -> str:
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else ""
    found = re.search(r'"[Mm]essage":\s*"([^"]*)"|<Message>([^<]*)</Message>', text)
    return (found[1] or found[2] or "") if found else text[:200]


def _watch_invocations(ministack: MiniStack, changed: Callable[[], None]) -> None:
    execute = ministack.lambda_svc._execute_function_dispatch

    def executed(func: Any, config: Mapping[str, Any], event: Any, request_id: str, started: float) -> Any:
        changed()
        result = execute(func, config, event, request_id, started)
        _forget_old_logs(ministack)
        changed()
        log_invocation(config["FunctionName"], result, time.time() - started)
        return result

    ministack.lambda_svc._execute_function_dispatch = executed


def _forget_old_logs(ministack: MiniStack) -> None:
    """MiniStack makes a stream per invocation and keeps them all: keep the newest of each group."""
    for group in ministack.cloudwatch_logs._log_groups.values():
        streams = group["streams"]
        for name in list(streams)[:-KEPT_LOG_STREAMS]:
            streams.pop(name, None)


def log_invocation(function: str, result: Mapping[str, Any], seconds: float) -> None:
    """One line per invocation, and the function's own log below it."""
    if result.get("error"):
        body = result.get("body")
        reason = f"{body.get('errorType')}: {body.get('errorMessage')}" if isinstance(body, dict) else body
        logger.warning("%-14s %s failed after %.0f ms: %s", "function", function, seconds * 1000, reason)
    else:
        logger.info("%-14s %s %.0f ms", "function", function, seconds * 1000)
    for line in (result.get("log") or "").splitlines():
        logger.info("%-14s %s | %s", "", function, line)


def _watch_events(ministack: MiniStack, changed: Callable[[], None]) -> None:
    dispatch = ministack.eventbridge._dispatch_event

    def dispatched(event: Mapping[str, Any], view: Any = None) -> None:
        logger.info("%-14s %s: %s %s", "event", event["Source"], event["DetailType"], _named(event["Detail"]))
        dispatch(event, view)
        changed()

    ministack.eventbridge._dispatch_event = dispatched


def _named(text: str) -> str:
    """What an event is about, in a few words."""
    try:
        detail = json.loads(text)
    except ValueError:
        return ""
    if not isinstance(detail, dict):
        return ""
    if isinstance(detail.get("object"), dict):
        return f"{(detail.get('bucket') or {}).get('name')}/{detail['object'].get('key')}"
    names = [
        value for key, value in detail.items() if isinstance(value, str) and re.search("name|arn|status", key, re.I)
    ]
    return " ".join(names[:3])
