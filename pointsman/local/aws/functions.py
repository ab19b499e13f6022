"""Lambda's side of an asynchronous invocation: what is invoked, how often, and who is told."""

# ruff: noqa: SLF001

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pointsman.local.aws.destinations import Destinations
from pointsman.local.aws.invocations import Attempt, Invocation, RetryPolicy
from pointsman.local.aws.ministack import MiniStack


class LambdaFunctions:
    """Implements `invocations.Functions` on MiniStack."""

    def __init__(self, ministack: MiniStack, destinations: Destinations) -> None:
        self._ministack = ministack
        self._destinations = destinations

    def attempt(self, invocation: Invocation) -> Attempt:
        """Invoke what the qualifier points to at this moment."""
        svc = self._ministack.lambda_svc
        with scope_of(self._ministack, invocation.function):
            record, config, name = svc._get_func_record_for_ref(invocation.function)
            if not record:
                message = f"Function not found: {invocation.function}"
                payload = {"errorType": "ResourceNotFoundException", "errorMessage": message}
                return Attempt(payload, failed=True, missing=True)
            # The handler sees the ARN it was addressed by: the alias, not the version behind it.
            config = {**config, "FunctionArn": invocation.function}
            result = svc._execute_function(svc._execution_record_for_config(record, config), invocation.event)
            svc._emit_lambda_metrics(
                name, duration_ms=0.0, error=bool(result.get("error")), throttle=bool(result.get("throttle"))
            )
        return Attempt(result.get("body"), failed=bool(result.get("error")), throttled=bool(result.get("throttle")))

    def retry_policy(self, function: str) -> RetryPolicy:
        config = self._invoke_config(function)
        return RetryPolicy(
            maximum_retries=int(config.get("MaximumRetryAttempts", 2)),
            maximum_age_seconds=float(config.get("MaximumEventAgeInSeconds", 21_600)),
        )

    def conclude(self, invocation: Invocation, attempt: Attempt, condition: str) -> None:
        """The destination gets the record of the invocation; the function's dead-letter queue the event as it came."""
        outcome = "OnSuccess" if condition == "Success" else "OnFailure"
        configured = (self._invoke_config(invocation.function).get("DestinationConfig") or {}).get(outcome) or {}
        with scope_of(self._ministack, invocation.function):
            if target := configured.get("Destination"):
                self._destinations.send(target, _record(invocation, attempt, condition))
            if outcome == "OnFailure" and (queue := self._dead_letter_target(invocation.function)):
                self._destinations.send(queue, invocation.event, _dead_letter_attributes(invocation, attempt))

    def _invoke_config(self, function: str) -> Mapping[str, Any]:
        """Each qualifier has its own; that of the unqualified function is not inherited by an alias."""
        qualifier = _qualifier(function)
        svc = self._ministack.lambda_svc
        with scope_of(self._ministack, function):
            record, _, _ = svc._get_base_func_record_for_ref(function)
        if not record:
            return {}
        config = svc._event_invoke_config(record, qualifier)
        if not config and qualifier in (None, "$LATEST"):
            config = svc._event_invoke_config(record, None if qualifier else "$LATEST")
        return config or {}

    def _dead_letter_target(self, function: str) -> str | None:
        _, config, _ = self._ministack.lambda_svc._get_func_record_for_ref(function)
        return ((config or {}).get("DeadLetterConfig") or {}).get("TargetArn")


def _qualifier(function: str) -> str | None:
    """arn:aws:lambda:<region>:<account>:function:<name>[:<qualifier>]"""
    _, *qualifier = function.split(":function:")[1].split(":")
    return qualifier[0] if qualifier else None


def scope_of(ministack: MiniStack, arn: str) -> Any:
    """MiniStack looks resources up in the account and region of the current request: take those of the ARN."""
    _, _, _, region, account, *_ = arn.split(":")
    return ministack.responses.request_scope(account, region)


def _record(invocation: Invocation, attempt: Attempt, condition: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html"""
    arn = invocation.function
    response: dict[str, Any] = {"statusCode": 200, "executedVersion": "$LATEST"}
    if condition != "Success":
        response["functionError"] = "Unhandled"
    return {
        "version": "1.0",
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestContext": {
            "requestId": invocation.id,
            "functionArn": arn if _qualifier(arn) else f"{arn}:$LATEST",
            "condition": condition,
            "approximateInvokeCount": invocation.tries,
        },
        "requestPayload": invocation.event,
        "responseContext": response,
        "responsePayload": attempt.payload,
    }


def _dead_letter_attributes(invocation: Invocation, attempt: Attempt) -> dict[str, tuple[str, str]]:
    """https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq"""
    message = attempt.payload.get("errorMessage") if isinstance(attempt.payload, dict) else None
    return {
        "RequestID": ("String", invocation.id),
        "ErrorCode": ("Number", "200"),
        "ErrorMessage": ("String", (message or json.dumps(attempt.payload))[:1024]),
    }
