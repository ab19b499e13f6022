"""Everything that can go wrong here, as one tree.

LocalSageMakerError
├── ServiceError                    answered to the caller with SageMaker's code and HTTP status
│   ├── ValidationError             the request, or what it asks for, is not valid
│   ├── SerializationError          the body is not JSON of the operation's shape
│   ├── UnknownOperationError       not an operation of SageMaker, or one not served here
│   ├── ResourceNotFoundError
│   ├── ResourceInUseError          the name is taken, or the resource is busy
│   ├── ConflictError               the resource's state forbids it now
│   ├── ResourceLimitExceededError  an account quota is reached
│   ├── ThrottlingError             by a fault on demand alone: nobody is throttled here otherwise
│   ├── InternalFailureError        likewise
│   ├── InvocationRefusedError      InvokeEndpoint names what isn't there, or asks for what isn't served
│   ├── ModelError                  the container answered an invocation with an error, or not at all
│   └── ServiceUnavailableError     the endpoint's containers are starting again; SDKs ask once more
├── DefinitionError                 a pipeline definition is malformed; carries every problem with its place
├── UnresolvedReferenceError        a Get, Std:Join or Std:JsonGet has no value at run time
├── StepFailedError                 a step ends Failed, with the reason that ListPipelineExecutionSteps shows
├── JobFailedError                  a job ends Failed, with the reason that Describe*Job shows
├── DeploymentFailedError           an endpoint's creation fails or its update rolls back, for the reason given
└── InterruptedRunError             the service halts: leave everything as it is, the next start resumes it
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class LocalSageMakerError(Exception):
    """Root of the tree."""


class ServiceError(LocalSageMakerError):
    code: ClassVar[str]
    status: ClassVar[int] = 400


class ValidationError(ServiceError):
    code = "ValidationException"


class SerializationError(ServiceError):
    code = "SerializationException"


class UnknownOperationError(ServiceError):
    code = "UnknownOperationException"


class ResourceNotFoundError(ServiceError):
    # SageMaker's codes have no "Exception" suffix here, unlike most services'.
    code = "ResourceNotFound"


class ResourceInUseError(ServiceError):
    code = "ResourceInUse"


class ConflictError(ServiceError):
    code = "ConflictException"


class ResourceLimitExceededError(ServiceError):
    code = "ResourceLimitExceeded"


class ThrottlingError(ServiceError):
    code = "ThrottlingException"


class InternalFailureError(ServiceError):
    code = "InternalFailure"
    status = 500


class InvocationRefusedError(ServiceError):
    # The runtime's codes differ from those of the rest of SageMaker.
    code = "ValidationError"


class ModelError(ServiceError):
    code = "ModelError"
    status = 424

    def __init__(self, message: str, *, original_status: int, original_message: str, log_stream_arn: str) -> None:
        """`original_status`: the container's own, 0 where it gave none."""
        super().__init__(message)
        self.original_status = original_status
        self.original_message = original_message
        self.log_stream_arn = log_stream_arn


class ServiceUnavailableError(ServiceError):
    code = "ServiceUnavailable"
    status = 503


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a definition, the JSON path of its place, and the step in which that lies."""

    path: str
    message: str
    step: str | None = None

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" + (f" (step '{self.step}')" if self.step else "")


class DefinitionError(LocalSageMakerError):
    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class UnresolvedReferenceError(LocalSageMakerError):
    """The message says which expression has no value, and why."""


class StepFailedError(LocalSageMakerError):
    """The message is the step's FailureReason; an empty one leaves it absent, as after a Fail step without message."""


class JobFailedError(LocalSageMakerError):
    """The message is the job's FailureReason."""


class DeploymentFailedError(LocalSageMakerError):
    """The message is the endpoint's FailureReason."""


class InterruptedRunError(LocalSageMakerError):
    """Raised inside our threads when the service stops while they run."""
