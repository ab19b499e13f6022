"""Which failures are tried again, how often, and after how long."""

from datetime import timedelta
from typing import Any

import pytest

from pointsman.local.sagemaker import retries
from pointsman.local.sagemaker.definition import RetryPolicy, Step
from pointsman.local.sagemaker.errors import ResourceLimitExceededError, ServiceUnavailableError, StepFailedError

INTERNAL = "ClientError: InternalServerError: We encountered an internal error. Please try again."
NOW = timedelta()


def step(*policies: RetryPolicy, kind: str = "Training") -> Step:
    return Step("S", kind, "$.Steps[0]", {}, {}, retries=policies)


def policy(*types: str, **members: Any) -> RetryPolicy:
    return RetryPolicy(frozenset(types), **members)


def caused_by(cause: Exception) -> StepFailedError:
    error = StepFailedError("ClientError: Failed to invoke sagemaker:CreateTrainingJob. Error Details: no")
    error.__cause__ = cause
    return error


class Throttled(Exception):
    """As botocore's ClientError carries its code."""

    response: Any = {"Error": {"Code": "ThrottlingException"}}  # noqa: RUF012 -- an instance's in botocore


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (StepFailedError(INTERNAL), "SageMaker.JOB_INTERNAL_ERROR"),
        (StepFailedError("ClientError: CapacityError: no ml.p4d"), "SageMaker.CAPACITY_ERROR"),
        (StepFailedError("InsufficientCapacityError: none"), "SageMaker.CAPACITY_ERROR"),
        (StepFailedError("ClientError: ResourceLimitExceeded: 4 instances"), "SageMaker.RESOURCE_LIMIT"),
        (caused_by(ResourceLimitExceededError("4 instances")), "SageMaker.RESOURCE_LIMIT"),
        (caused_by(ServiceUnavailableError("later")), "Step.SERVICE_FAULT"),
        (caused_by(Throttled()), "Step.THROTTLING"),
        (StepFailedError("ClientError: AlgorithmError: InternalServerError, exit code: 1"), None),
        (StepFailedError(""), None),
        (caused_by(KeyError("x")), None),
    ],
)
def test_the_type_of_a_failure(error: StepFailedError, kind: str | None) -> None:
    assert retries.exception_type(error) == kind


def test_waits_grow_by_the_rate_until_the_attempts_are_used_up() -> None:
    of = step(policy("SageMaker.JOB_INTERNAL_ERROR", interval_seconds=10, backoff_rate=3, max_attempts=3))
    waits: list[float] = []
    failures: dict[str, int] = {}
    while (found := retries.next_attempt(of, StepFailedError(INTERNAL), failures, NOW)) is not None:
        waits.append(found[0])
        failures = dict(found[1])
    assert waits == [10, 30, 90]


def test_a_span_of_time_ends_the_retries_instead() -> None:
    of = step(policy("SageMaker.JOB_INTERNAL_ERROR", max_attempts=None, expire_after=timedelta(minutes=5)))
    for elapsed, retried in ((timedelta(minutes=4, seconds=59), True), (timedelta(minutes=5), False)):
        found = retries.next_attempt(of, StepFailedError(INTERNAL), {"0": 50}, elapsed)
        assert (found is not None) is retried


def test_only_the_types_listed_are_retried_and_each_policy_counts_for_itself() -> None:
    of = step(
        policy("SageMaker.RESOURCE_LIMIT", max_attempts=1),
        policy("SageMaker.JOB_INTERNAL_ERROR", max_attempts=1, interval_seconds=7),
    )
    assert retries.next_attempt(of, StepFailedError("ClientError: CapacityError: none"), {}, NOW) is None
    limit = retries.next_attempt(of, caused_by(ResourceLimitExceededError("")), {}, NOW)
    assert limit is not None
    assert limit == (1, {"0": 1})
    assert retries.next_attempt(of, StepFailedError(INTERNAL), limit[1], NOW) == (7, {"0": 1, "1": 1})
    assert retries.next_attempt(of, caused_by(ResourceLimitExceededError("")), limit[1], NOW) is None


def test_throttling_and_service_faults_are_retried_without_a_policy_unless_one_says_otherwise() -> None:
    assert retries.next_attempt(step(), caused_by(Throttled()), {}, NOW) == (1, {"automatic": 1})
    assert retries.next_attempt(step(), caused_by(Throttled()), {"automatic": 5}, NOW) is None
    never = step(policy("Step.THROTTLING", max_attempts=0))
    assert retries.next_attempt(never, caused_by(Throttled()), {}, NOW) is None


@pytest.mark.parametrize("kind", ["Tuning", "AutoML"])
def test_jobs_that_retry_themselves_are_not_retried_for_internal_errors(kind: str) -> None:
    of = step(policy("SageMaker.JOB_INTERNAL_ERROR", "SageMaker.CAPACITY_ERROR"), kind=kind)
    assert retries.next_attempt(of, StepFailedError(INTERNAL), {}, NOW) is None
    assert retries.next_attempt(of, StepFailedError("CapacityError: none"), {}, NOW) is not None
