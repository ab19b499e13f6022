"""What SageMaker says of a run: its steps, and the version that came of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pointsman.environment import Environment
from pointsman.versions import Version, version_of


@dataclass(frozen=True)
class Step:
    """A step of an execution. `seconds` runs on while the step does; None before it starts.

    `resource` is the ARN of the job or the version that the step made.
    """

    name: str
    kind: str
    status: str
    seconds: float | None
    failure: str | None
    resource: str | None = None


@dataclass(frozen=True)
class Execution:
    """A pipeline execution; `status` is SageMaker's."""

    arn: str
    status: str
    failure: str | None
    steps: tuple[Step, ...]


def execution(environment: Environment, arn: str) -> Execution:
    described = environment.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
    return Execution(
        arn=arn,
        status=described["PipelineExecutionStatus"],
        failure=described.get("FailureReason"),
        steps=tuple(_steps(environment, arn)),
    )


def _steps(environment: Environment, arn: str) -> Iterator[Step]:
    pages = environment.sagemaker.get_paginator("list_pipeline_execution_steps")
    for page in pages.paginate(PipelineExecutionArn=arn, SortOrder="Ascending"):
        for step in page["PipelineExecutionSteps"]:
            started: datetime | None = step.get("StartTime")
            ended = step.get("EndTime") or (datetime.now(started.tzinfo) if started else None)
            metadata: dict[str, Any] = dict(step.get("Metadata", {}))
            kind = next(iter(metadata), "")
            yield Step(
                name=step["StepName"],
                kind=kind,
                status=step["StepStatus"],
                seconds=(ended - started).total_seconds() if started and ended else None,
                failure=step.get("FailureReason"),
                resource=metadata.get(kind, {}).get("Arn"),
            )


def package_of(environment: Environment, execution: Execution) -> Version | None:
    """The version that an execution registered, if it did."""
    arn = next((step.resource for step in execution.steps if step.kind == "RegisterModel" and step.resource), None)
    return version_of(environment, arn) if arn else None
