"""What happened, as values for people and programs: decisions, runs with their steps, packages."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from control_plane.records import Decision, Run
from pointsman.environment import Environment
from pointsman.errors import NotFound


@dataclass(frozen=True)
class Step:
    """A step of an execution. `seconds` runs on while the step does; None before it starts."""

    name: str
    kind: str
    status: str
    seconds: float | None
    failure: str | None


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


def decisions(environment: Environment, model: str | None = None) -> list[Decision]:
    """Newest first: a model's, or without one everybody's, those about no model included."""
    ledger = environment.ledger
    names = [model] if model else [None, *(known.spec.model for known in ledger.models())]
    found = [decision for name in names for decision in ledger.decisions(name)]
    return sorted(found, key=lambda decision: decision.decided_at, reverse=True)


def decision(environment: Environment, decision_id: str) -> Decision:
    """Raises NotFound."""
    found = environment.ledger.decision(decision_id)
    if found is None:
        raise NotFound(f"no decision {decision_id!r}; `pointsman decisions` shows what there is")
    return found


def runs(environment: Environment, model: str | None = None) -> list[Run]:
    """Newest first."""
    ledger = environment.ledger
    names = [model] if model else [known.spec.model for known in ledger.models()]
    found = [run for name in names for run in ledger.runs(name)]
    return sorted(found, key=lambda run: run.started_at, reverse=True)


def run(environment: Environment, some_id: str) -> Run:
    """By execution ARN, by the id at its end, or by the decision that started it. Raises NotFound."""
    for candidate in runs(environment):
        if some_id in {candidate.arn, candidate.arn.rpartition("/")[2], candidate.decision}:
            return candidate
    raise NotFound(f"no run {some_id!r}; `pointsman runs` shows what there is")


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
            yield Step(
                name=step["StepName"],
                kind=next(iter(step.get("Metadata", {})), ""),
                status=step["StepStatus"],
                seconds=(ended - started).total_seconds() if started and ended else None,
                failure=step.get("FailureReason"),
            )


def package_of(environment: Environment, group: str, execution_arn: str) -> Package | None:
    """The version that an execution registered, if it did."""
    pages = environment.sagemaker.get_paginator("list_model_packages").paginate(ModelPackageGroupName=group)
    for summary in (item for page in pages for item in page["ModelPackageSummaryList"]):
        arn = summary["ModelPackageArn"]
        described = environment.sagemaker.describe_model_package(ModelPackageName=arn)
        if described.get("MetadataProperties", {}).get("GeneratedBy") == execution_arn:
            return Package(arn, described["ModelApprovalStatus"], _metrics(environment, described))
    return None


def _metrics(environment: Environment, package: Any) -> dict[str, float]:
    """From the report in Model Monitor's model quality shape that the package points to."""
    uri = package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"]
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    report = json.loads(environment.s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    groups = [group for name, group in report.items() if name.endswith("_metrics")]
    return {name: metric["value"] for group in groups for name, metric in group.items()}
