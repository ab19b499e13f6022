"""Monitoring schedules, of which the local SageMaker has none, as lists tell of them."""

from datetime import UTC, datetime
from typing import Any

from control_plane.adapters.sagemaker_monitor import SageMakerMonitors
from tests.contract.sagemaker.test_wire import refused

SINCE, UNTIL = datetime(2026, 11, 21, 9, tzinfo=UTC), datetime(2026, 11, 21, 10, tzinfo=UTC)


def test_there_are_no_schedules_and_no_runs_of_any(sagemaker: Any) -> None:
    of = {"EndpointName": "churn-prod", "SortBy": "CreationTime", "SortOrder": "Ascending", "CreationTimeAfter": SINCE}
    runs = sagemaker.list_monitoring_executions(**of, StatusEquals="Failed", MonitoringScheduleName="churn")
    schedules = sagemaker.list_monitoring_schedules(**of, StatusEquals="Scheduled", NameContains="churn")
    assert (runs["MonitoringExecutionSummaries"], schedules["MonitoringScheduleSummaries"]) == ([], [])
    assert {"NextToken"} & {*runs, *schedules} == set()


def test_what_the_control_plane_asks_of_them_is_answered(sagemaker: Any) -> None:
    monitors = SageMakerMonitors(sagemaker)
    assert monitors.ended_of_schedule("churn-data-quality", SINCE, UNTIL) == []
    assert monitors.ended_of_endpoint("Churn-Prod", SINCE, UNTIL) == []


def test_questions_are_checked_all_the_same(sagemaker: Any) -> None:
    code, message = refused(sagemaker.list_monitoring_executions, MonitoringScheduleName="no_underscores")
    assert (code, "'monitoringScheduleName'" in message) == ("ValidationException", True)
    code, message = refused(sagemaker.list_monitoring_executions, StatusEquals="Done")
    assert (code, "'statusEquals'" in message) == ("ValidationException", True)
    for call in (sagemaker.list_monitoring_executions, sagemaker.list_monitoring_schedules):
        assert refused(call, SortBy="Size")[0] == "ValidationException"
        assert refused(call, NextToken="nonsense")[0] == "ValidationException"
