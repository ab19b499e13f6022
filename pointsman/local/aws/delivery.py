"""Hands what EventBridge, Scheduler, S3 and Invoke(Event) send to functions over to the invocation queue.

MiniStack starts a thread per event, tries once, and drops what is throttled or fails. An event whose target does not
exist goes to the target's own dead-letter queue at once, as on AWS, which does not retry a missing resource.
"""

# ruff: noqa: SLF001

import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from pointsman.local.aws.authority import SENDING, Authority
from pointsman.local.aws.destinations import Destinations
from pointsman.local.aws.invocations import Invocation, InvocationQueue
from pointsman.local.aws.ministack import MiniStack
from pointsman.local.aws.services import Permission

logger = logging.getLogger(__name__)


class Delivery:
    """Replaces MiniStack's hand-over to functions."""

    def __init__(
        self,
        ministack: MiniStack,
        invocations: InvocationQueue,
        destinations: Destinations,
        authority: Authority,
        changed: Callable[[], None],
    ) -> None:
        """`changed` is called after each delivery."""
        self._changed = changed
        self._ministack = ministack
        self._invocations = invocations
        self._destinations = destinations
        self._authority = authority
        self._invoke_target = ministack.eventbridge._invoke_target

    def install(self) -> None:
        self._ministack.eventbridge._invoke_target = self._deliver
        self._ministack.eventbridge._dispatch_to_lambda = self._to_function
        self._ministack.lambda_svc.invoke_async_with_retry = self._invoke_event

    def _deliver(
        self, target: Mapping[str, Any], event: Mapping[str, Any], rule: Mapping[str, Any], view: Any = None
    ) -> None:
        source = rule.get("Arn", "")
        target = _with_schedule_context(target, event, source)
        if failure := self._failure(target, source):
            self._bury(target, json.dumps(_as_sent(self._ministack, event, view)), source, *failure)
        else:
            self._invoke_target(target, event, rule, view)
        self._changed()

    def _failure(self, target: Mapping[str, Any], source: str) -> tuple[str, str] | None:
        """EventBridge's code for what keeps the event from its target, and that in words."""
        arn = target["Arn"]
        if not self._exists(arn):
            return "NO_RESOURCE", f"The target {arn} does not exist"
        denial = self._denial(target, arn, source)
        return ("NO_PERMISSIONS", denial) if denial else None

    def _denial(self, target: Mapping[str, Any], arn: str, source: str) -> str | None:
        """A schedule's role must allow it; who may be a rule's target is for the target's own policy to say."""
        action = SENDING.get(arn.split(":")[2])
        if ":scheduler:" not in source or action is None:
            return None
        return self._authority.denial(target["RoleArn"], Permission(action, arn), session="scheduler")

    def _exists(self, arn: str) -> bool:
        match arn.split(":")[2]:
            case "lambda":
                return self._ministack.lambda_svc._get_func_record_for_ref(arn)[0] is not None
            case "sqs":
                return self._ministack.sqs._queue_by_arn(arn) is not None
            case _:
                return True

    def _bury(self, target: Mapping[str, Any], event: str, source: str, code: str, message: str) -> None:
        arn = target["Arn"]
        queue = str((target.get("DeadLetterConfig") or {}).get("Arn") or "")
        denial = self._denial(target, queue, source) if queue else "it has no dead-letter queue"
        if denial:
            logger.error("%s could not be delivered (%s), and %s: %s", arn, message, denial, event)
            return
        kind = "SCHEDULE_ARN" if ":scheduler:" in source else "RULE_ARN"
        self._destinations.send(
            queue,
            event,
            {
                kind: ("String", source),
                "TARGET_ARN": ("String", arn),
                "ERROR_CODE": ("String", code),
                "ERROR_MESSAGE": ("String", message),
                "RETRY_ATTEMPTS": ("Number", "0"),
            },
        )

    def _to_function(self, arn: str, payload: str) -> None:
        try:
            event = json.loads(payload)
        except ValueError:  # a constant Input need not be JSON
            event = payload
        self._invocations.accept(Invocation(arn, event))

    def _invoke_event(self, func: Mapping[str, Any], event: Any) -> None:
        self._invocations.accept(Invocation((func.get("config") or func)["FunctionArn"], event))


def _as_sent(ministack: MiniStack, event: Mapping[str, Any], view: Any) -> Any:
    view = view or ministack.eventbridge._pattern_event_view(event)
    return view.event_with_detail()


def _with_schedule_context(target: Mapping[str, Any], event: Mapping[str, Any], schedule: str) -> Mapping[str, Any]:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html"""
    if ":scheduler:" not in schedule or "<aws.scheduler." not in target.get("Input", ""):
        return target
    text = target["Input"]
    for name, value in {
        "schedule-arn": schedule,
        "scheduled-time": datetime.fromtimestamp(event["Time"], UTC).isoformat(timespec="seconds")[:19] + "Z",
        "execution-id": event["EventId"],
        "attempt-number": "1",
    }.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return {**target, "Input": text}
