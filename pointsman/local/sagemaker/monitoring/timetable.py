"""Starts each schedule's runs when they are due."""

import logging
import threading

from pointsman.local.sagemaker import times
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.monitoring.executions import Executions
from pointsman.local.sagemaker.monitoring.plans import Plans
from pointsman.local.sagemaker.monitoring.runs import Runs
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.store import Kind

logger = logging.getLogger(__name__)
# However far away the next run is: the machine may sleep meanwhile, and its clock may be set.
_LOOK_SECONDS = 30.0


class Timetable:
    """`since` of a schedule: what was due until then has run, or came before the schedule did."""

    def __init__(self, account: Account, plans: Plans, runs: Runs) -> None:
        self._store = account.store
        self._plans = plans
        self._runs = runs
        self._executions = Executions(account)
        self._wake = threading.Event()
        self._halting = False
        self._thread = threading.Thread(target=self._keep, name="sagemaker-monitors", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def halt(self) -> None:
        self._halting = True
        self._wake.set()
        self._thread.join(timeout=10)

    def changed(self) -> None:
        """Some schedule is not what it was."""
        self._wake.set()

    def _keep(self) -> None:
        while True:
            self._wake.clear()
            if self._halting:
                return
            waits = [self._look(schedule) for schedule in self._store.items(Kind.MONITORING_SCHEDULE)]
            self._wake.wait(min([_LOOK_SECONDS, *waits]))

    def _look(self, schedule: Shape) -> float:
        """Begins what is due, and returns the seconds until this schedule's next run."""
        try:
            with self._store.transaction():
                execution = self._due(schedule["MonitoringScheduleName"])
        except Exception:
            logger.exception("the monitoring schedule %s can't be kept", schedule["MonitoringScheduleName"])
            return _LOOK_SECONDS
        if execution is not None:
            self._runs.begin(execution["id"])
        cadence = self._plans.cadence(schedule["MonitoringScheduleConfig"])
        now = times.now()
        return max(0.0, cadence.next(now) - now) if cadence else _LOOK_SECONDS

    def _due(self, name: str) -> Shape | None:
        """The execution that is to begin. However many were due while we slept, it is the last that runs."""
        schedule, now = self._store.get(Kind.MONITORING_SCHEDULE, name.lower()), times.now()
        if schedule is None:
            return None
        cadence = self._plans.cadence(schedule["MonitoringScheduleConfig"])
        match schedule["MonitoringScheduleStatus"]:
            case "Pending":
                schedule = self._change(name, MonitoringScheduleStatus="Scheduled", since=now)
                due = None if cadence else now
            case "Scheduled" if cadence and cadence.latest(now) > schedule["since"]:
                due = cadence.latest(now)
            case _:
                due = None
        if due is None:
            return None
        self._change(name, since=due)
        return self._executions.add(schedule, self._plans.spec(schedule["MonitoringScheduleConfig"]), due)

    def _change(self, name: str, **members: object) -> Shape:
        return self._store.change(Kind.MONITORING_SCHEDULE, name.lower(), **members)
