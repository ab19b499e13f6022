"""What a step type must say to be run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pointsman.local.sagemaker.definition import Step
from pointsman.local.sagemaker.errors import StepFailedError, UnresolvedReferenceError
from pointsman.local.sagemaker.references import Resolver
from pointsman.local.sagemaker.roles import UNCHECKED, Roles
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.signals import Signal


@dataclass(frozen=True)
class StepRun:
    """One step of one execution, to be carried out now.

    `metadata` is what an earlier life of the service recorded for this step: the step goes on from there, and does
    again nothing whose result it finds. `record` stores metadata and turns the step Executing.
    """

    step: Step
    execution: Shape
    resolver: Callable[[Mapping[str, str]], Resolver]
    signal: Signal
    metadata: Shape
    record: Callable[[Shape], object]
    roles: Roles = UNCHECKED

    def resolve(self, value: Any, **variables: str) -> Any:
        """Raises StepFailedError where a reference has no value. `variables`: further ones of `Execution.`."""
        try:
            return self.resolver(variables).resolve(value)
        except UnresolvedReferenceError as error:
            raise StepFailedError(f"ClientError: {error}") from error

    def check_allowed(self, operation: str, request: Shape) -> None:
        """Raises StepFailedError where the pipeline's role may not do this for the step."""
        if denial := self.roles.denial(self.role, operation, request):
            raise StepFailedError(f"ClientError: Failed to invoke sagemaker:{operation}. Error Details: {denial}")

    @property
    def role(self) -> str:
        return str(self.execution["roleArn"])


@dataclass(frozen=True)
class StepEnd:
    """How a step ended that did not fail (failing is StepFailedError)."""

    status: str = "Succeeded"
    metadata: Shape = field(default_factory=dict)


class StepKind(Protocol):
    def run(self, run: StepRun) -> StepEnd:
        """Raises StepFailedError, or InterruptedRunError when the service halts."""
        ...

    def properties(self, metadata: Shape) -> Shape:
        """What `Steps.<name>.<path>` refers to, for a step that succeeded with this metadata."""
        ...
