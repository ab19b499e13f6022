"""The queue of asynchronous invocations, against a Lambda that answers as told."""

import threading
from collections.abc import Iterable

import pytest

from pointsman.local.aws.invocations import Attempt, Invocation, InvocationQueue, RetryPolicy

FAILED, THROTTLED = Attempt(failed=True), Attempt(failed=True, throttled=True)
MISSING, OK = Attempt(failed=True, missing=True), Attempt("done")


class ScriptedFunctions:
    def __init__(self, answers: Iterable[Attempt], policy: RetryPolicy) -> None:
        self._answers, self._policy = iter(answers), policy
        self.attempts = 0
        self.concluded = threading.Event()
        self.condition = ""

    def attempt(self, invocation: Invocation) -> Attempt:  # noqa: ARG002
        self.attempts += 1
        return next(self._answers)

    def retry_policy(self, function: str) -> RetryPolicy:  # noqa: ARG002
        return self._policy

    def conclude(self, invocation: Invocation, attempt: Attempt, condition: str) -> None:  # noqa: ARG002
        self.condition = condition
        self.concluded.set()


def run(answers: Iterable[Attempt], policy: RetryPolicy, invocation: Invocation | None = None) -> ScriptedFunctions:
    functions = ScriptedFunctions(answers, policy)
    queue = InvocationQueue(functions, concurrency=2, time_scale=6000)
    queue.start()
    queue.accept(invocation or Invocation("arn", {}))
    assert functions.concluded.wait(10)
    queue.stop()
    return functions


@pytest.mark.parametrize(
    ("answers", "attempts", "condition"),
    [
        ([OK], 1, "Success"),
        ([FAILED, OK], 2, "Success"),
        ([FAILED, FAILED, FAILED], 3, "RetriesExhausted"),
        ([THROTTLED, THROTTLED, FAILED, FAILED, OK], 5, "Success"),
        ([MISSING], 1, "RetriesExhausted"),
    ],
)
def test_two_retries_and_waiting_for_capacity(answers: list[Attempt], attempts: int, condition: str) -> None:
    functions = run(answers, RetryPolicy())
    assert (functions.attempts, functions.condition) == (attempts, condition)


def test_the_policy_says_how_often() -> None:
    assert run([FAILED], RetryPolicy(maximum_retries=0)).attempts == 1


def test_an_old_event_is_given_up() -> None:
    old = Invocation("arn", {}, accepted=0.0)
    assert run([THROTTLED], RetryPolicy(maximum_age_seconds=60), old).condition == "EventAgeExceeded"


def test_an_invocation_is_pending_until_it_has_ended() -> None:
    functions = ScriptedFunctions([], RetryPolicy())
    queue = InvocationQueue(functions, concurrency=1, time_scale=1)
    invocation = Invocation("arn", {})
    queue.accept(invocation)
    assert queue.pending == {invocation.id: invocation}
