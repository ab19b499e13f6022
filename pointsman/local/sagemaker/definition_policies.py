"""What a step's definition says of caching and of retries.

https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching-enabling.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html: bounds and defaults are from there.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from pointsman.local.sagemaker import durations
from pointsman.local.sagemaker.definition import CachePolicy, RetryPolicy
from pointsman.local.sagemaker.shapes import Shape

type Report = Callable[[str, str], None]

EXCEPTION_TYPES = frozenset({
    "Step.SERVICE_FAULT",
    "Step.THROTTLING",
    "SageMaker.JOB_INTERNAL_ERROR",
    "SageMaker.CAPACITY_ERROR",
    "SageMaker.RESOURCE_LIMIT",
})  # fmt: skip
_RETRIED_TYPES = frozenset(
    {"AutoML", "Model", "NotebookJob", "Processing", "RegisterModel", "Training", "Transform", "Tuning"}
)
# Least and most of each number.
_BOUNDS: Mapping[str, tuple[float, float]] = {
    "IntervalSeconds": (0, 43_200),
    "BackoffRate": (1, float("inf")),
    "MaxAttempts": (0, 20),
    "ExpireAfterMin": (0, 14_400),
}


def cache_policy(body: Shape, path: str, report: Report) -> CachePolicy | None:
    """None where the cache is off. An enabled cache without ExpireAfter never expires: our choice."""
    config = body.get("CacheConfig")
    if config is None:
        return None
    if not isinstance(config, dict) or not isinstance(config.get("Enabled"), bool):
        report(f"{path}.CacheConfig", "expected Enabled (true or false) and ExpireAfter (an ISO 8601 duration)")
        return None
    if not config["Enabled"]:
        return None  # "ExpireAfter" of a cache that is off is not looked at, by the service neither
    age = config.get("ExpireAfter")
    try:
        return CachePolicy(None if age is None else durations.parse(str(age)))
    except ValueError as error:
        report(f"{path}.CacheConfig.ExpireAfter", str(error))
        return None


def retry_policies(body: Shape, path: str, report: Report) -> tuple[RetryPolicy, ...]:
    entries = body.get("RetryPolicies") or []
    if not isinstance(entries, list):
        report(f"{path}.RetryPolicies", "expected a list")
        return ()
    if entries and str(body.get("Type")) not in _RETRIED_TYPES:
        report(f"{path}.RetryPolicies", f"steps of type {body.get('Type')} support no retry policy")
    policies = []
    for position, entry in enumerate(entries):
        found = list(_problems(entry))
        for place, message in found:
            report(f"{path}.RetryPolicies[{position}]{place}", message)
        if not found:
            policies.append(_policy(entry))
    return tuple(policies)


def _problems(entry: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(entry, dict):
        yield "", "expected an object"
        return
    types = _types(entry)
    if not types or not types <= EXCEPTION_TYPES:
        yield ".ExceptionType", f"expected some of {', '.join(sorted(EXCEPTION_TYPES))}"
    for member, (least, most) in _BOUNDS.items():
        value = entry.get(member)
        if value is not None and not _is_between(value, least, most):
            yield f".{member}", f"expected a number from {least} to {most}, found {value!r}"
    if entry.get("MaxAttempts") is not None and entry.get("ExpireAfterMin") is not None:
        yield "", "only one of MaxAttempts or ExpireAfterMin can be given"
    for member in entry:
        if member not in {"ExceptionType", *_BOUNDS}:
            yield f".{member}", f"unknown; expected one of ExceptionType, {', '.join(_BOUNDS)}"


def _types(entry: Shape) -> set[str]:
    """The SDK writes a list, the published schema a single name."""
    types = entry.get("ExceptionType") or []
    return set(map(str, types)) if isinstance(types, list) else {str(types)}


def _is_between(value: Any, least: float, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most


def _policy(entry: Shape) -> RetryPolicy:
    given = {member: value for member, value in entry.items() if value is not None}
    limits: dict[str, Any] = {}
    if "ExpireAfterMin" in given:
        limits = {"max_attempts": None, "expire_after": timedelta(minutes=given["ExpireAfterMin"])}
    elif "MaxAttempts" in given:
        limits = {"max_attempts": int(given["MaxAttempts"])}
    return RetryPolicy(
        exception_types=frozenset(_types(entry)),
        interval_seconds=given.get("IntervalSeconds", 1),
        backoff_rate=given.get("BackoffRate", 2),
        **limits,
    )
