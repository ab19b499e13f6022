"""The history of schedules: what ran when and how it ended. It outlives its schedules, as in SageMaker."""

import secrets
from typing import Any

from pointsman.local.sagemaker import pages, times
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.monitoring.job_specs import JobSpec
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Kind

TERMINAL = frozenset({"Completed", "CompletedWithViolations", "Failed", "Stopped"})
_SORT = {"CreationTime": "CreationTime", "ScheduledTime": "ScheduledTime", "Status": "MonitoringExecutionStatus"}
_FILTERS = {
    "MonitoringScheduleName": "MonitoringScheduleName",
    "EndpointName": "EndpointName",
    "StatusEquals": "MonitoringExecutionStatus",
    "MonitoringJobDefinitionName": "MonitoringJobDefinitionName",
    "MonitoringTypeEquals": "MonitoringType",
}


class Executions:
    """In the form of a MonitoringExecutionSummary; `id` is also the end of the names of its jobs."""

    def __init__(self, account: Account) -> None:
        self._store = account.store

    def add(self, schedule: Shape, spec: JobSpec, due: float) -> Shape:
        """A pending one. To be called in a transaction."""
        at, identity = times.now(), secrets.token_hex(12)
        body = {
            "id": identity,
            "MonitoringScheduleName": schedule["MonitoringScheduleName"],
            "ScheduledTime": due,
            "CreationTime": at,
            "LastModifiedTime": at,
            "MonitoringExecutionStatus": "Pending",
            "EndpointName": spec.endpoint,
            "MonitoringJobDefinitionName": spec.definition_name,
            "MonitoringType": spec.monitoring_type,
            "schedule": schedule,
        }
        present = {member: value for member, value in body.items() if value is not None}
        self._store.put(Kind.MONITORING_EXECUTION, identity, present, parent=schedule["MonitoringScheduleName"].lower())
        return present

    def get(self, identity: str) -> Shape:
        found = self._store.get(Kind.MONITORING_EXECUTION, identity)
        if found is None:
            raise LookupError(f"no monitoring execution {identity}")
        return found

    def change(self, identity: str, **members: Any) -> Shape:
        return self._store.change(Kind.MONITORING_EXECUTION, identity, LastModifiedTime=times.now(), **members)

    def unfinished(self) -> list[Shape]:
        found = self._store.items(Kind.MONITORING_EXECUTION)
        return [execution for execution in found if execution["MonitoringExecutionStatus"] not in TERMINAL]

    def last(self, schedule: str) -> Shape | None:
        found = self._store.items(Kind.MONITORING_EXECUTION, parent=schedule.lower())
        return found[-1] if found else None

    def list_page(self, request: Shape) -> Shape:
        found = self._store.items(Kind.MONITORING_EXECUTION)
        for member in ("ScheduledTime", "CreationTime", "LastModifiedTime"):
            found = pages.within(found, request, member, f"{member}After", f"{member}Before")
        wanted = {member: request[name] for name, member in _FILTERS.items() if name in request}
        kept = [execution for execution in found if _matches(execution, wanted)]
        ordered = pages.sort(kept, request, _SORT, by="CreationTime", order="Descending")
        return pages.page(
            ordered, request, into="MonitoringExecutionSummaries", identity=lambda execution: str(execution["id"])
        )


def _matches(execution: Shape, wanted: Shape) -> bool:
    """Names are told apart without regard to case, as their ARNs are in lower case."""
    return all(str(execution.get(member, "")).lower() == str(value).lower() for member, value in wanted.items())
