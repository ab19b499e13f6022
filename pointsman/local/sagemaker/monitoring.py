"""Monitoring schedules and their runs: nothing here makes any, and whoever lists them learns just that."""

from pointsman.local.sagemaker import pages
from pointsman.local.sagemaker.api import Operation
from pointsman.local.sagemaker.shapes import Shape


def monitoring_operations() -> dict[str, Operation]:
    return {"ListMonitoringExecutions": _executions, "ListMonitoringSchedules": _schedules}


def _executions(request: Shape) -> Shape:
    return pages.page([], request, into="MonitoringExecutionSummaries", identity=str)


def _schedules(request: Shape) -> Shape:
    return pages.page([], request, into="MonitoringScheduleSummaries", identity=str)
