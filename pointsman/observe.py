"""What happened, as values for people and programs: decisions, runs with their steps, packages."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from control_plane.outcomes import Outcome
from control_plane.records import ArrivalWindow, Decision, DecisionStatus, Model, Run
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
    """Newest first: a model's, or without one everybody's, those about no model included.

    A window that hasn't closed is shown as the decision to hold what landed in it. Raises NotFound.
    """
    ledger, models = environment.ledger, _models(environment, model)
    names = [*(known.spec.model for known in models), *([] if model else [None])]
    found = [decision for name in names for decision in ledger.decisions(name)]
    sources = [(known.spec.model, purpose) for known in models for purpose in known.spec.data.sources]
    found += [_held(window) for name, purpose in sources if (window := ledger.window(name, purpose))]
    return sorted(found, key=lambda decision: decision.decided_at, reverse=True)


def _models(environment: Environment, name: str | None) -> list[Model]:
    """That one, or all."""
    found = [model for model in environment.ledger.models() if name in {None, model.spec.model}]
    if name and not found:
        raise NotFound(f"no model {name!r}; `pointsman models` shows what there is")
    return found


def _held(window: ArrivalWindow) -> Decision:
    objects = "1 object" if window.arrivals == 1 else f"{window.arrivals} objects"
    latest = f"at {window.closes_by:%Y-%m-%d %H:%M:%S} UTC at the latest"
    return Decision(
        id=window.id,
        model=window.model,
        purpose=window.purpose,
        event=window.first_event,
        outcome=Outcome.HELD,
        status=DecisionStatus.DEFERRED,
        because=f"{objects} landed; the window closes {latest}",
        decided_at=window.opened_at,
        events=window.arrivals,
    )


def decision(environment: Environment, decision_id: str) -> Decision:
    """Raises NotFound."""
    found = environment.ledger.decision(decision_id)
    if found is None:
        raise NotFound(f"no decision {decision_id!r}; `pointsman decisions` shows what there is")
    return found


def runs(environment: Environment, model: str | None = None) -> list[Run]:
    """Newest first. Raises NotFound."""
    ledger = environment.ledger
    found = [run for known in _models(environment, model) for run in ledger.runs(known.spec.model)]
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
