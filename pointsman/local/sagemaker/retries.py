"""When a failed step is tried again. Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html. A job's own failure (AlgorithmError, a
client's error) belongs to no exception type and is never retried.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta

from pointsman.local.sagemaker.definition import RetryPolicy, Step
from pointsman.local.sagemaker.errors import StepFailedError

_INTERNAL = "SageMaker.JOB_INTERNAL_ERROR"
# By the code of the error that a call of the step's was answered with.
_CODES = {
    "ResourceLimitExceeded": "SageMaker.RESOURCE_LIMIT",
    "ThrottlingException": "Step.THROTTLING",
    "Throttling": "Step.THROTTLING",
    "TooManyRequestsException": "Step.THROTTLING",
    "InternalFailure": "Step.SERVICE_FAULT",
    "InternalServerError": "Step.SERVICE_FAULT",
    "ServiceUnavailable": "Step.SERVICE_FAULT",
    "ServiceException": "Step.SERVICE_FAULT",
}
# By the beginning of a job's FailureReason.
_REASONS = {
    "InternalServerError": _INTERNAL,
    "CapacityError": "SageMaker.CAPACITY_ERROR",
    "InsufficientCapacityError": "SageMaker.CAPACITY_ERROR",
    "ResourceLimitExceeded": "SageMaker.RESOURCE_LIMIT",
}
_REASON = re.compile(r"(?:ClientError: )?(\w+)")
# "Pipelines retries on this type of error automatically"; how often is not documented, so as policies do by default.
_AUTOMATIC = RetryPolicy(frozenset({"Step.SERVICE_FAULT", "Step.THROTTLING"}))
# Their jobs retry internal errors themselves.
_RETRYING_THEMSELVES = {"AutoML", "Tuning"}

type Failures = Mapping[str, int]


def exception_type(error: StepFailedError) -> str | None:
    """By what caused it, else by its words; None for what no policy can name."""
    code = _code(error.__cause__)
    if code is not None:
        return _CODES.get(code)
    match = _REASON.match(str(error))
    return _REASONS.get(match[1]) if match else None


def next_attempt(
    step: Step, error: StepFailedError, failures: Failures, elapsed: timedelta
) -> tuple[float, Failures] | None:
    """Seconds until the step is tried again, and the failures so far; None where it has failed for good.

    `failures`: how many were retried under each policy, by its position; `elapsed`: since the step began.
    """
    kind = exception_type(error)
    if kind is None or (kind == _INTERNAL and step.type in _RETRYING_THEMSELVES):
        return None
    for position, policy in _policies(step):
        if kind in policy.exception_types:
            retried = failures.get(position, 0)
            if _is_used_up(policy, retried, elapsed):
                return None
            return policy.interval_seconds * policy.backoff_rate**retried, {**failures, position: retried + 1}
    return None


def _policies(step: Step) -> Iterator[tuple[str, RetryPolicy]]:
    for position, policy in enumerate(step.retries):
        yield str(position), policy
    yield "automatic", _AUTOMATIC


def _is_used_up(policy: RetryPolicy, retried: int, elapsed: timedelta) -> bool:
    if policy.expire_after is not None:
        return elapsed >= policy.expire_after
    return policy.max_attempts is not None and retried >= policy.max_attempts


def _code(cause: BaseException | None) -> str | None:
    """Of a ServiceError of ours, or of botocore's ClientError."""
    response = getattr(cause, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else getattr(cause, "code", None)
    return code if isinstance(code, str) else None
