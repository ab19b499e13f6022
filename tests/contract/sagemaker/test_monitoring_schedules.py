"""Monitoring schedules: their configuration, their statuses, and what is no schedule."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.sagemaker.accounts import Account
from tests.contract.sagemaker.monitored import HOURLY, LAST_HOUR, Monitored
from tests.contract.sagemaker.test_wire import refused
from tests.local.instances import unique


@pytest.fixture
def monitored(account: Account) -> Iterator[Monitored]:
    with Monitored(account, account.s3, account.bucket, account.role).tidied() as monitored:
        yield monitored


def status(monitored: Monitored, schedule: str) -> str:
    return str(monitored.settled(schedule)["MonitoringScheduleStatus"])


def test_a_schedule_of_a_definition(monitored: Monitored) -> None:
    config = monitored.config()
    name = monitored.scheduled(config)
    found = monitored.settled(name)
    assert found["MonitoringScheduleStatus"] == "Scheduled"
    assert found["MonitoringScheduleArn"].endswith(f":monitoring-schedule/{name.lower()}")
    assert (found["MonitoringScheduleConfig"], found["MonitoringType"]) == (config, "DataQuality")
    assert "LastMonitoringExecutionSummary" not in found


def test_a_schedule_that_says_itself_what_its_job_is(monitored: Monitored) -> None:
    config = monitored.config(MonitoringJobDefinition=monitored.inline())
    found = monitored.settled(monitored.scheduled(config))
    assert found["MonitoringScheduleConfig"] == config
    assert "MonitoringJobDefinitionName" not in found


def test_a_schedule_may_leave_the_time_to_sagemaker(monitored: Monitored) -> None:
    config = monitored.config()
    del config["ScheduleConfig"]
    assert status(monitored, monitored.scheduled(config)) == "Scheduled"


def test_a_name_is_taken_once(monitored: Monitored) -> None:
    config = monitored.config()
    given = {"MonitoringScheduleName": monitored.scheduled(config), "MonitoringScheduleConfig": config}
    assert refused(monitored.sagemaker.create_monitoring_schedule, **given)[0] == "ResourceInUse"


def test_a_schedule_stops_and_starts(monitored: Monitored) -> None:
    name = monitored.scheduled(monitored.config())
    monitored.sagemaker.stop_monitoring_schedule(MonitoringScheduleName=name)
    assert status(monitored, name) == "Stopped"
    monitored.sagemaker.start_monitoring_schedule(MonitoringScheduleName=name)
    assert status(monitored, name) == "Scheduled"


def test_an_update_replaces_the_configuration_and_schedules_what_was_stopped(monitored: Monitored) -> None:
    name = monitored.scheduled(monitored.config())
    monitored.sagemaker.stop_monitoring_schedule(MonitoringScheduleName=name)
    monitored.settled(name)
    config = monitored.config({"ScheduleExpression": "cron(0 6 ? * * *)"})
    monitored.sagemaker.update_monitoring_schedule(MonitoringScheduleName=name, MonitoringScheduleConfig=config)
    found = monitored.settled(name)
    assert (found["MonitoringScheduleStatus"], found["MonitoringScheduleConfig"]) == ("Scheduled", config)


@pytest.mark.parametrize("operation", ["describe", "start", "stop", "delete"])
def test_a_schedule_that_is_not_there_is_not_found(account: Account, operation: str) -> None:
    call = getattr(account.boto3, f"{operation}_monitoring_schedule")
    assert refused(call, MonitoringScheduleName=unique("nobody"))[0] == "ResourceNotFound"


def test_a_deleted_schedule_is_gone(monitored: Monitored) -> None:
    name = monitored.scheduled(monitored.config())
    monitored.sagemaker.delete_monitoring_schedule(MonitoringScheduleName=name)
    code, _ = refused(monitored.sagemaker.describe_monitoring_schedule, MonitoringScheduleName=name)
    assert code == "ResourceNotFound"


def test_schedules_are_listed_by_what_they_are(monitored: Monitored) -> None:
    config = monitored.config()
    name, other = monitored.scheduled(config), monitored.scheduled(monitored.config())
    monitored.sagemaker.stop_monitoring_schedule(MonitoringScheduleName=other)
    monitored.settled(other)

    def listed(**by: Any) -> list[str]:
        found = monitored.sagemaker.list_monitoring_schedules(**by, MaxResults=100)["MonitoringScheduleSummaries"]
        return [each["MonitoringScheduleName"] for each in found if each["MonitoringScheduleName"] in {name, other}]

    assert listed() == [other, name]
    assert listed(SortBy="CreationTime", SortOrder="Ascending") == [name, other]
    assert listed(NameContains=name) == [name]
    assert listed(StatusEquals="Stopped") == [other]
    assert listed(MonitoringJobDefinitionName=config["MonitoringJobDefinitionName"]) == [name]
    assert listed(MonitoringTypeEquals="ModelQuality") == []
    assert listed(EndpointName=unique("nobody")) == []


@pytest.mark.parametrize("expression", ["cron(30 * ? * * *)", "rate(1 hour)", "cron(0 0/25 ? * * *)", "hourly"])
def test_a_schedule_is_hourly_or_daily(monitored: Monitored, expression: str) -> None:
    assert refused_config(monitored, monitored.config({"ScheduleExpression": expression}))[0] == "ValidationException"


@pytest.mark.parametrize(
    "schedule",
    [
        {"ScheduleExpression": "NOW"},
        {**LAST_HOUR, "DataAnalysisStartTime": "-PT25H"},
        {**LAST_HOUR, "DataAnalysisEndTime": "-PT1H"},
    ],
    ids=["no window", "over 24 hours", "none between start and end"],
)
def test_a_run_at_once_needs_a_window(monitored: Monitored, schedule: dict[str, str]) -> None:
    assert refused_config(monitored, monitored.config(schedule))[0] == "ValidationException"


def test_a_schedule_has_one_job(monitored: Monitored) -> None:
    named = {"MonitoringJobDefinitionName": monitored.defined(), "MonitoringType": "DataQuality"}
    both = monitored.config(**named, MonitoringJobDefinition=monitored.inline())
    for config in (both, {"ScheduleConfig": {"ScheduleExpression": HOURLY}}):
        assert refused_config(monitored, config)[0] == "ValidationException"


def test_a_definition_must_be_there(monitored: Monitored) -> None:
    config = monitored.config(MonitoringJobDefinitionName=unique("nobody"), MonitoringType="DataQuality")
    assert refused_config(monitored, config)[0] in {"ResourceNotFound", "ValidationException"}


def test_a_run_must_end_before_the_next(monitored: Monitored) -> None:
    job = monitored.inline(StoppingCondition={"MaxRuntimeInSeconds": 3601})
    code, message = refused_config(monitored, monitored.config(MonitoringJobDefinition=job))
    assert (code, "MaxRuntimeInSeconds" in message) == ("ValidationException", True)


def refused_config(monitored: Monitored, config: dict[str, Any]) -> tuple[str, str]:
    call = monitored.sagemaker.create_monitoring_schedule
    return refused(call, MonitoringScheduleName=unique("schedule"), MonitoringScheduleConfig=config)
