"""What SageMaker says of a run: its steps, and the version that came of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pointsman.environment import Environment


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


@dataclass(frozen=True)
class Package:
    """A version in the registry, with the metrics that its run wrote."""

    arn: str
    approval_status: str
    metrics: dict[str, float]


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


def package_of(environment: Environment, execution: Execution) -> Package | None:
    """The version that an execution registered, if it did."""
    arn = next((step.resource for step in execution.steps if step.kind == "RegisterModel" and step.resource), None)
    if arn is None:
        return None
    described = environment.sagemaker.describe_model_package(ModelPackageName=arn)
    return Package(arn, described["ModelApprovalStatus"], _metrics(environment, described))


def _metrics(environment: Environment, package: Any) -> dict[str, float]:
    """From the report in Model Monitor's model quality shape that the package points to."""
    uri = package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"]
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    report = json.loads(environment.s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    groups = [group for name, group in report.items() if name.endswith("_metrics")]
    return {name: metric["value"] for group in groups for name, metric in group.items()}
