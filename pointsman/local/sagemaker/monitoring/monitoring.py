"""Monitoring put together, started and stopped."""

from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.api import Operation
from pointsman.local.sagemaker.container import Surroundings
from pointsman.local.sagemaker.jobs import Jobs
from pointsman.local.sagemaker.monitoring.data_sources import DataSources
from pointsman.local.sagemaker.monitoring.job_checks import JobChecks
from pointsman.local.sagemaker.monitoring.job_definitions import MONITORING_TYPES, JobDefinitions
from pointsman.local.sagemaker.monitoring.monitor_job import MonitorJob
from pointsman.local.sagemaker.monitoring.plans import Plans
from pointsman.local.sagemaker.monitoring.runs import Runs
from pointsman.local.sagemaker.monitoring.schedules import Schedules
from pointsman.local.sagemaker.monitoring.timetable import Timetable
from pointsman.local.sagemaker.s3_transfer import Transfer


class Monitoring:
    def __init__(
        self, account: Account, jobs: Jobs, *, transfer: Transfer, surroundings: Surroundings, time_scale: float
    ) -> None:
        checks = JobChecks(account)
        self._definitions = {kind: JobDefinitions(account, checks, kind) for kind in MONITORING_TYPES}
        plans = Plans(account, self._definitions, checks, time_scale)
        self._runs = Runs(account, jobs, DataSources(account, transfer), plans, MonitorJob(surroundings))
        self._timetable = Timetable(account, plans, self._runs)
        self._schedules = Schedules(account, plans, self._timetable.changed)

    def operations(self) -> dict[str, Operation]:
        """By the API's name for them."""
        found = self._schedules.operations()
        for definitions in self._definitions.values():
            found |= definitions.operations()
        return found

    def start(self) -> None:
        self._runs.resume()
        self._timetable.start()

    def halt(self) -> None:
        self._timetable.halt()
        self._runs.halt()
