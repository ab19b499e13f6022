"""Hand events to rooms as their rules would, and hear what came of it.

PutEvents would not do: it takes no events of AWS's sources, and gives every event another id, by which some are known.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pointsman.environment import Environment
from pointsman.functions import function_name
from pointsman.places import at_home
from pointsman.rules import Rule, Rules, as_delivered

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

# What an event comes to that no rule wants.
UNWANTED = "UNWANTED"


@dataclass(frozen=True)
class Delivered:
    """What the rooms answered: outcomes by name, `HANDED_OVER` where a room answers with none. `failure` is a room's
    own error.
    """

    outcomes: tuple[str, ...]
    failure: str | None = None

    @property
    def is_handled(self) -> bool:
        """A room has it: it need not be kept anywhere else."""
        return self.failure is None and UNWANTED not in self.outcomes


@dataclass(frozen=True)
class Courier:
    """To one environment."""

    environment: Environment
    _functions: dict[str, str] = field(default_factory=dict)

    def deliver(self, event: Mapping[str, Any]) -> Delivered:
        """To each room whose rule wants it, one after the other. Waits for their answers."""
        here = at_home(as_delivered(event), self.environment)
        answers = [self._invoke(rule, here) for rule in self._rules.reached(here)]
        if not answers:
            return Delivered((UNWANTED,))
        failures = [answer.failure for answer in answers if answer.failure]
        outcomes = tuple(outcome for answer in answers for outcome in answer.outcomes)
        return Delivered(outcomes, "; ".join(failures) or None)

    def _invoke(self, rule: Rule, event: Mapping[str, Any]) -> Delivered:
        if rule.function not in self._functions:
            self._functions[rule.function] = function_name(self.environment, rule.function)
        answer = self._lambda.invoke(
            FunctionName=self._functions[rule.function], Payload=json.dumps(payload(rule.room, event)).encode()
        )
        told = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            return Delivered((), f"{rule.room} raised {told.get('errorType')}: {told.get('errorMessage')}")
        return heard(rule.room, told)

    @cached_property
    def _lambda(self) -> "LambdaClient":
        client: LambdaClient = self.environment.client("lambda")
        return client

    @cached_property
    def _rules(self) -> Rules:
        return Rules.of_environment(self.environment)


def payload(room: str, event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Arrivals come through a queue: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html"""
    if room != "on_data_arrival":
        return event
    record = {"messageId": str(event.get("id", "1")), "eventSource": "aws:sqs", "body": json.dumps(event)}
    return {"Records": [record]}


def heard(room: str, told: Mapping[str, Any]) -> Delivered:
    """A room's answer."""
    if told.get("batchItemFailures"):
        return Delivered((), f"{room} could not read the event; its log says why")
    outcomes = [*([told["outcome"]] if "outcome" in told else []), *told.get("decisions", {}).values()]
    return Delivered(tuple(outcomes) or ("HANDED_OVER",))
