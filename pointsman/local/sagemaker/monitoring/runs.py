"""A schedule's runs, each on a thread of its own: its jobs one after the other, resumed after whatever ended us."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.errors import InterruptedRunError, JobFailedError, ServiceError
from pointsman.local.sagemaker.job_contract import Ending
from pointsman.local.sagemaker.jobs import Jobs
from pointsman.local.sagemaker.monitoring import processing_requests
from pointsman.local.sagemaker.monitoring.baselines import Baselines
from pointsman.local.sagemaker.monitoring.data_sources import DataSources
from pointsman.local.sagemaker.monitoring.executions import Executions
from pointsman.local.sagemaker.monitoring.job_specs import MODEL_QUALITY
from pointsman.local.sagemaker.monitoring.monitor_job import MonitorJob
from pointsman.local.sagemaker.monitoring.plans import Plans
from pointsman.local.sagemaker.monitoring.processing_requests import RunOf, Source
from pointsman.local.sagemaker.shapes import Shape
from pointsman.local.sagemaker.signals import Signal
from pointsman.local.sagemaker.work_threads import WorkThreads

logger = logging.getLogger(__name__)
# SageMaker's words, which others look for: an hour without traffic is no fault of anybody's.
_NO_DATA = Ending("Failed", "Job inputs had no data")
_INTERNAL = "InternalServerError: We encountered an internal error. Please try again."
_REASON_LENGTH = 1024


class Runs:
    def __init__(self, account: Account, jobs: Jobs, sources: DataSources, plans: Plans, contract: MonitorJob) -> None:
        self._account = account
        self._jobs = jobs
        self._sources = sources
        self._plans = plans
        self._contract = contract
        self._baselines = Baselines(account)
        self._executions = Executions(account)
        self._threads = WorkThreads()

    def resume(self) -> None:
        for execution in self._executions.unfinished():
            self.begin(execution["id"])

    def halt(self) -> None:
        self._threads.halt()

    def begin(self, identity: str) -> None:
        """Carries an execution out; after a halt, the next start does."""
        self._threads.begin(f"monitor-{identity}", partial(self._run, identity))

    def _run(self, identity: str, signal: Signal) -> None:
        try:
            self._end(identity, self._carry_out(identity, signal))
        except InterruptedRunError:
            logger.debug("monitoring execution %s goes on at the next start", identity)
        except (JobFailedError, ServiceError) as error:
            self._end(identity, Ending("Failed", str(error)))
        except Exception:
            logger.exception("monitoring execution %s ends by an internal error", identity)
            self._end(identity, Ending("Failed", _INTERNAL))

    def _carry_out(self, identity: str, signal: Signal) -> Ending:
        run = self._plans.run_of(self._executions.get(identity))
        data = self._sources.captured(run)
        if run.spec.monitoring_type == MODEL_QUALITY:
            labels = self._sources.labels(run)
            if not data or not labels:
                return _NO_DATA
            merge = self._job(identity, "merge", lambda: self._plans.merge(run, data, labels), signal)
            if merge["ProcessingJobStatus"] != "Completed":
                return _ending(merge)
            data = self._sources.merged(run, data)
        if not data:
            return _NO_DATA
        return _ending(self._job(identity, "analysis", lambda: self._analysis(run, data), signal))

    def _analysis(self, run: RunOf, data: list[Source]) -> Shape:
        return processing_requests.analysis(run, data, self._baselines.files(run.spec.baseline))

    def _job(self, identity: str, part: str, request: Callable[[], Shape], signal: Signal) -> Shape:
        """The run's job for this part, ended. Made once, whatever ended us meanwhile."""
        name = self._executions.get(identity).get(part)
        if name is None:
            made = request()
            name = made["ProcessingJobName"]
            with self._account.store.transaction():
                arn = self._jobs.create(self._contract, made)
                changes: dict[str, Any] = {part: name}
                self._executions.change(
                    identity, MonitoringExecutionStatus="InProgress", ProcessingJobArn=arn, **changes
                )
        return self._jobs.run(self._contract, name, signal)

    def _end(self, identity: str, ending: Ending) -> None:
        reason = ending.failure_reason[:_REASON_LENGTH] if ending.failure_reason else None
        self._executions.change(identity, MonitoringExecutionStatus=ending.status, FailureReason=reason)


def _ending(job: Shape) -> Ending:
    """What a job says when it leaves tells whether it found violations."""
    status = job["ProcessingJobStatus"]
    if status == "Completed" and job.get("ExitMessage", "").startswith("CompletedWithViolations"):
        status = "CompletedWithViolations"
    return Ending(status, job.get("FailureReason"))
