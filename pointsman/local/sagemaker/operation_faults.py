"""Operations that fail or dawdle on demand."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from pointsman.local.faults import AtOperation, Fault, Faults
from pointsman.local.sagemaker import quotas
from pointsman.local.sagemaker.api import INTERNAL_ERROR, Answer, refusal
from pointsman.local.sagemaker.errors import (
    InternalFailureError,
    ResourceLimitExceededError,
    ServiceError,
    ServiceUnavailableError,
    ThrottlingError,
)

# As https://github.com/aws/amazon-sagemaker-examples/issues/307 shows it; there the instance type is the request's.
_PIPELINES = {"StartPipelineExecution", "RetryPipelineExecution"}
_INSTANCES = {
    "CreateProcessingJob": "processing job",
    "CreateTrainingJob": "training job",
    "CreateTransformJob": "transform job",
    "CreateHyperParameterTuningJob": "training job",
    "CreateEndpoint": "endpoint",
    "UpdateEndpoint": "endpoint",
}


def answered(faults: Faults, operation: str, names: Callable[[], list[str]], answer: Callable[[], Answer]) -> Answer:
    """What `answer` gives, unless a fault strikes. `names`: what the request is about."""
    fault = faults.strike(f"sagemaker:{operation}", names)
    if fault is None:
        return answer()
    if fault.kind is AtOperation.DELAY_BEFORE:
        time.sleep(fault.seconds or 0)
        return answer()
    if fault.kind is AtOperation.DELAY_AFTER:
        given = answer()
        time.sleep(fault.seconds or 0)
        return given
    if fault.kind is AtOperation.FAIL_AFTER:
        answer()
    return refusal(_error(fault, operation))


def named(body: bytes) -> list[str]:
    """The names and ARNs in a request; none in what is no request, which the service refuses."""
    try:
        return list(_names(json.loads(body or b"{}")))
    except ValueError:
        return []


def limit_exceeded(operation: str) -> ResourceLimitExceededError:
    """In the words of the operation's own quota, as far as we know them."""
    if operation in _PIPELINES:
        return quotas.executions_exceeded(20, 20)
    if what := _INSTANCES.get(operation):
        return quotas.exceeded(f"ml.m5.large for {what} usage", "Instances", 0, 0)
    return ResourceLimitExceededError("You have exceeded a SageMaker resource limit.")


def _names(request: Any) -> Iterator[str]:
    if isinstance(request, dict):
        for member, value in request.items():
            if isinstance(value, str) and member.endswith(("Name", "Arn")):
                yield value


def _error(fault: Fault, operation: str) -> ServiceError:
    match fault.kind:
        case AtOperation.THROTTLE:
            return ThrottlingError("Rate exceeded")
        case AtOperation.LIMIT:
            return limit_exceeded(operation)
        case AtOperation.UNAVAILABLE:
            return ServiceUnavailableError("The service is temporarily unavailable. Please try again.")
        case _:
            return InternalFailureError(INTERNAL_ERROR)
