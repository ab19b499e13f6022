"""Operations on monitoring schedules. What they begin, `timetable` carries on.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-scheduling.html
"""

from collections.abc import Callable

from pointsman.local.sagemaker import pages, times
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.api import Operation
from pointsman.local.sagemaker.errors import ResourceInUseError, ResourceNotFoundError, ValidationError
from pointsman.local.sagemaker.monitoring.executions import Executions
from pointsman.local.sagemaker.monitoring.job_specs import JobSpec
from pointsman.local.sagemaker.monitoring.plans import Plans
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Kind

_SORT = {"Name": "MonitoringScheduleName", "CreationTime": "CreationTime", "Status": "MonitoringScheduleStatus"}
_FILTERS = {
    "EndpointName": "EndpointName",
    "StatusEquals": "MonitoringScheduleStatus",
    "MonitoringJobDefinitionName": "MonitoringJobDefinitionName",
    "MonitoringTypeEquals": "MonitoringType",
}


class Schedules:
    """In the form of DescribeMonitoringSchedule. `changed` is called after whatever may change what is due."""

    def __init__(self, account: Account, plans: Plans, changed: Callable[[], None]) -> None:
        self._account = account
        self._store = account.store
        self._plans = plans
        self._changed = changed
        self._executions = Executions(account)

    def operations(self) -> dict[str, Operation]:
        """By the API's name for them."""
        return {
            "CreateMonitoringSchedule": self.create,
            "DescribeMonitoringSchedule": self.describe,
            "UpdateMonitoringSchedule": self.update,
            "StartMonitoringSchedule": self.start,
            "StopMonitoringSchedule": self.stop,
            "DeleteMonitoringSchedule": self.delete,
            "ListMonitoringSchedules": self.list_page,
            "ListMonitoringExecutions": self._executions.list_page,
        }

    def create(self, request: Shape) -> Shape:
        name, at = request["MonitoringScheduleName"], times.now()
        arn = self._account.arns.monitoring_schedule(name)
        with self._store.transaction():
            spec = self._plans.checked(request["MonitoringScheduleConfig"])
            if self._store.get(Kind.MONITORING_SCHEDULE, name.lower()) is not None:
                raise ResourceInUseError(f"Monitoring schedule already exists: {arn}")
            body = {
                "MonitoringScheduleName": name,
                "MonitoringScheduleArn": arn,
                "CreationTime": at,
                **_configured(request["MonitoringScheduleConfig"], spec, at),
            }
            self._store.put(Kind.MONITORING_SCHEDULE, name.lower(), body)
            self._store.set_tags(arn, {tag["Key"]: tag["Value"] for tag in request.get("Tags") or ()})
        self._changed()
        return {"MonitoringScheduleArn": arn}

    def update(self, request: Shape) -> Shape:
        """A stopped schedule runs again once it is updated."""
        name, config = request["MonitoringScheduleName"], request["MonitoringScheduleConfig"]
        with self._store.transaction():
            self._settled(name)
            spec = self._plans.checked(config)
            members = {"MonitoringJobDefinitionName": None, "EndpointName": None}
            configured = {**members, **_configured(config, spec, times.now())}
            schedule = self._store.change(Kind.MONITORING_SCHEDULE, name.lower(), **configured)
        self._changed()
        return {"MonitoringScheduleArn": schedule["MonitoringScheduleArn"]}

    def describe(self, request: Shape) -> Shape:
        schedule = self._find(request["MonitoringScheduleName"])
        last = self._executions.last(schedule["MonitoringScheduleName"])
        return {**schedule, "LastMonitoringExecutionSummary": last}

    def start(self, request: Shape) -> Shape:
        return self._turn(request["MonitoringScheduleName"], "Pending")

    def stop(self, request: Shape) -> Shape:
        """A run under way goes on to its end."""
        return self._turn(request["MonitoringScheduleName"], "Stopped")

    def delete(self, request: Shape) -> Shape:
        """Its history stays; a run under way goes on to its end."""
        name = request["MonitoringScheduleName"]
        with self._store.transaction():
            schedule = self._settled(name)
            self._store.delete(Kind.MONITORING_SCHEDULE, name.lower())
            self._store.delete_tags(schedule["MonitoringScheduleArn"])
        return {}

    def list_page(self, request: Shape) -> Shape:
        found = self._store.items(Kind.MONITORING_SCHEDULE)
        for member in ("CreationTime", "LastModifiedTime"):
            found = pages.within(found, request, member, f"{member}After", f"{member}Before")
        wanted = {member: request[name] for name, member in _FILTERS.items() if name in request}
        kept = [
            schedule
            for schedule in found
            if request.get("NameContains", "") in schedule["MonitoringScheduleName"]
            and all(schedule.get(member) == value for member, value in wanted.items())
        ]
        ordered = pages.sort(kept, request, _SORT, by="CreationTime", order="Descending")
        return pages.page(
            ordered,
            request,
            into="MonitoringScheduleSummaries",
            identity=lambda schedule: str(schedule["MonitoringScheduleArn"]),
        )

    def _turn(self, name: str, status: str) -> Shape:
        with self._store.transaction():
            self._settled(name)
            members = {"MonitoringScheduleStatus": status, "LastModifiedTime": times.now()}
            self._store.change(Kind.MONITORING_SCHEDULE, name.lower(), **members)
        self._changed()
        return {}

    def _settled(self, name: str) -> Shape:
        schedule = self._find(name)
        if schedule["MonitoringScheduleStatus"] == "Pending":
            raise ValidationError("Monitoring schedule in status Pending")
        return schedule

    def _find(self, name: str) -> Shape:
        found = self._store.get(Kind.MONITORING_SCHEDULE, name.lower())
        if found is None:
            arn = self._account.arns.monitoring_schedule(name)
            raise ResourceNotFoundError(f"Could not find monitoring schedule {arn}.")
        return found


def _configured(config: Shape, spec: JobSpec, at: float) -> Shape:
    """The members that a configuration decides."""
    members = {
        "MonitoringScheduleStatus": "Pending",
        "LastModifiedTime": at,
        "MonitoringScheduleConfig": config,
        "MonitoringType": spec.monitoring_type,
        "MonitoringJobDefinitionName": spec.definition_name,
        "EndpointName": spec.endpoint,
    }
    return {member: value for member, value in members.items() if value is not None}
