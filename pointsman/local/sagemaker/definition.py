"""A pipeline definition (`Version 2020-12-01`) as types: what `definition_parser` reads and the engine runs."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from pointsman.local.sagemaker.shapes import Shape

STEP_TYPES = frozenset({
    "AutoML", "Callback", "ClarifyCheck", "Cleanup", "Condition", "EMR", "EMRServerless", "Endpoint", "EndpointConfig",
    "Fail", "ForEach", "InferenceComponent", "Job", "Lambda", "Lineage", "Model", "NotebookJob", "Processing",
    "QualityCheck", "RegisterModel", "Training", "Transform", "Tuning",
})  # fmt: skip


class ParameterType(StrEnum):
    STRING = "String"
    INTEGER = "Integer"
    FLOAT = "Float"
    BOOLEAN = "Boolean"

    def admits(self, value: Any) -> bool:
        """Whether a JSON value is of this type; an integer is a Float, too."""
        if self is ParameterType.BOOLEAN or isinstance(value, bool):
            return self is ParameterType.BOOLEAN and isinstance(value, bool)
        kinds = {ParameterType.STRING: str, ParameterType.INTEGER: int, ParameterType.FLOAT: int | float}
        return isinstance(value, kinds[self])

    def read(self, text: str) -> Any:
        """A value as StartPipelineExecution sends it: always a string. Raises ValueError."""
        # Python's own readers take blanks and `1_000`, too.
        if self in _NUMBERS and not _NUMBER.fullmatch(text):
            raise ValueError(f"'{text}' is not a number")
        if self is ParameterType.INTEGER:
            return int(text)
        if self is ParameterType.FLOAT:
            number = float(text)
            if not math.isfinite(number):
                raise ValueError(f"'{text}' has no place in JSON")
            return number
        if self is ParameterType.BOOLEAN:
            # The SDK sends Python's spelling, the console JSON's.
            if text.lower() not in {"true", "false"}:
                raise ValueError(f"'{text}' is not a Boolean")
            return text.lower() == "true"
        return text


_NUMBERS = {ParameterType.INTEGER, ParameterType.FLOAT}
_NUMBER = re.compile(r"[+-]?[0-9.]+([eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Parameter:
    name: str
    type: ParameterType
    default: Any = None
    allowed: tuple[Any, ...] = ()


class Trigger(StrEnum):
    """Which end of a step lets its dependant start: the SDK's run conditions; plain names mean COMPLETED."""

    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPED = "Stopped"
    ANY = "Any"


@dataclass(frozen=True)
class Dependency:
    step: str
    trigger: Trigger = Trigger.COMPLETED


@dataclass(frozen=True)
class Branch:
    """The side of a Condition step on which a step stands."""

    condition: str
    outcome: bool


@dataclass(frozen=True)
class PropertyFile:
    name: str
    output_name: str
    file_path: str


@dataclass(frozen=True)
class RetryPolicy:
    """After failures of these types: waits of `interval_seconds`, times `backoff_rate` for each further one.

    Until `max_attempts` retries have failed, or `expire_after` has passed since the step began; one of them is set.
    """

    exception_types: frozenset[str]
    interval_seconds: float = 1
    backoff_rate: float = 2
    max_attempts: int | None = 5
    expire_after: timedelta | None = None


@dataclass(frozen=True)
class CachePolicy:
    """Results of earlier runs are taken over while they are younger than `expire_after`; None is for ever."""

    expire_after: timedelta | None = None


@dataclass(frozen=True)
class Step:
    """`arguments` without IfSteps and ElseSteps, which are steps of their own; `body` is the whole step as written."""

    name: str
    type: str
    path: str
    arguments: Shape
    body: Shape
    display_name: str | None = None
    description: str | None = None
    dependencies: tuple[Dependency, ...] = ()
    branch: Branch | None = None
    property_files: Mapping[str, PropertyFile] = field(default_factory=dict)
    cache: CachePolicy | None = None
    retries: tuple[RetryPolicy, ...] = ()


@dataclass(frozen=True)
class Definition:
    """`steps` in an order in which each comes after all that it depends on; `selected` None is all of them."""

    parameters: Mapping[str, Parameter]
    steps: Mapping[str, Step]
    experiment: Shape | None = None
    selected: frozenset[str] | None = None
