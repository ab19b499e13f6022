"""What an endpoint runs, and what watches it, as SageMaker says now."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from botocore.exceptions import ClientError

from control_plane.endpoints import Endpoint
from pointsman.environment import Environment


@dataclass(frozen=True)
class RunningVariant:
    """`version` is what it is made of, None where that is none or several; `instances` is None on serverless."""

    name: str
    version: str | None
    weight: float
    instances: int | None


@dataclass(frozen=True)
class Schedule:
    """A monitoring schedule. `status` is None where there is no such schedule, `last` the status of its last run."""

    name: str
    status: str | None
    last: str | None = None
    last_at: datetime | None = None


def running_variants(environment: Environment, endpoint: Endpoint) -> Iterator[RunningVariant]:
    answer = environment.sagemaker.describe_endpoint(EndpointName=endpoint.name)
    made = {variant.name: variant.packages for variant in environment.endpoints.variants(endpoint.config)}
    for variant in answer.get("ProductionVariants", ()):
        packages = made.get(variant["VariantName"], ())
        yield RunningVariant(
            name=variant["VariantName"],
            version=packages[0] if len(packages) == 1 else None,
            weight=variant.get("CurrentWeight", 0.0),
            instances=None if "CurrentServerlessConfig" in variant else variant.get("CurrentInstanceCount", 0),
        )


def schedules(environment: Environment, endpoint: str | None, named: Iterable[str]) -> Iterator[Schedule]:
    """Those of the endpoint, and those that the model's spec names."""
    listed = environment.sagemaker.list_monitoring_schedules(EndpointName=endpoint) if endpoint else None
    own = [item["MonitoringScheduleName"] for item in listed["MonitoringScheduleSummaries"]] if listed else []
    for name in dict.fromkeys([*own, *named]):
        yield _schedule(environment, name)


def _schedule(environment: Environment, name: str) -> Schedule:
    try:
        found = environment.sagemaker.describe_monitoring_schedule(MonitoringScheduleName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFound":
            raise
        return Schedule(name, None)
    status, last = found["MonitoringScheduleStatus"], found.get("LastMonitoringExecutionSummary")
    if not last:
        return Schedule(name, status)
    return Schedule(name, status, last["MonitoringExecutionStatus"], last["LastModifiedTime"])
