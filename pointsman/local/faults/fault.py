"""One fault. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TypedDict


class AtOperation(StrEnum):
    """What the caller of an operation meets. Each request counts, and SDKs repeat theirs."""

    THROTTLE = "throttle"
    LIMIT = "limit"  # ResourceLimitExceeded
    UNAVAILABLE = "unavailable"  # HTTP status 503
    FAIL_BEFORE = "fail-before"  # HTTP status 500, and nothing was done
    FAIL_AFTER = "fail-after"  # HTTP status 500, and all was done
    DELAY_BEFORE = "delay-before"  # done and answered late
    DELAY_AFTER = "delay-after"  # done at once, answered late: a client that waits less long has timed out


class AtEvent(StrEnum):
    """What becomes of an event of SageMaker's."""

    DROP = "drop"
    DOUBLE = "double"
    LATE = "late"
    REORDER = "reorder"  # comes after the next one that the fault is about


class AtStep(StrEnum):
    """Why an attempt of a pipeline's step fails: the exception types of retry policies, and what none of them names.

    https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html
    """

    SERVICE_FAULT = "Step.SERVICE_FAULT"
    THROTTLING = "Step.THROTTLING"
    JOB_INTERNAL_ERROR = "SageMaker.JOB_INTERNAL_ERROR"
    CAPACITY_ERROR = "SageMaker.CAPACITY_ERROR"
    RESOURCE_LIMIT = "SageMaker.RESOURCE_LIMIT"
    ALGORITHM_ERROR = "AlgorithmError"


type Kind = AtOperation | AtEvent | AtStep

KINDS: dict[str, type[AtOperation] | type[AtEvent] | type[AtStep]] = {"event": AtEvent, "step": AtStep}
WAITING = {AtOperation.DELAY_BEFORE, AtOperation.DELAY_AFTER, AtEvent.LATE}
REORDERED_SECONDS = 60.0


@dataclass(frozen=True)
class Fault:
    """Where, what, and how often. `checks.check` tells what is wrong with one.

    `where`: `SERVICE:OPERATION`, `event:DETAIL-TYPE` or `step:NAME`; what follows the colon may have wildcards.
    `on`: a name, a path or an ARN, in any case and perhaps with wildcards, of what the request is about; of one of an
    event's resources; of a step's pipeline or execution.
    `times`: how often it strikes, None for always; `share` of the occasions, drawn from `seed`.
    `seconds`: how late. Those of events pass on the instance's time scale; an answer's are real, as a client's
    patience is.
    """

    where: str
    what: str
    on: str = "*"
    times: int | None = 1
    share: float = 1.0
    seed: int = 0
    seconds: float | None = None

    @property
    def kind(self) -> Kind:
        """Raises ValueError where there is none of that name."""
        return KINDS.get(self.where.partition(":")[0], AtOperation)(self.what)

    def is_about(self, where: str, names: Iterable[str]) -> bool:
        return fnmatchcase(where, self.where) and (
            self.on == "*" or any(fnmatchcase(form, self.on.lower()) for name in names for form in _forms(name.lower()))
        )


class How(TypedDict, total=False):
    """A fault's further members."""

    on: str
    times: int | None
    share: float
    seed: int
    seconds: float | None


def _forms(name: str) -> tuple[str, ...]:
    """An ARN is also known by what follows its account, and by the last part of that."""
    path = name.split(":", 5)[-1] if name.startswith("arn:") else name
    return name, path, path.rpartition("/")[2].rpartition(":")[2]
