"""The local SageMaker put together, started and stopped."""

import fcntl
import os
from pathlib import Path
from typing import IO

from pointsman.local.sagemaker.account import Account, Limits
from pointsman.local.sagemaker.api import UNAVAILABLE, Answer, Api, Operation
from pointsman.local.sagemaker.container import Surroundings
from pointsman.local.sagemaker.execution_records import ExecutionRecords
from pointsman.local.sagemaker.executions import Executions
from pointsman.local.sagemaker.job_contract import JobContract
from pointsman.local.sagemaker.job_logs import LogShipper
from pointsman.local.sagemaker.job_process import end_leftovers
from pointsman.local.sagemaker.job_queries import JobQueries
from pointsman.local.sagemaker.jobs import Jobs
from pointsman.local.sagemaker.naming import Arns
from pointsman.local.sagemaker.outbox import Emit, Outbox
from pointsman.local.sagemaker.package_groups import PackageGroups
from pointsman.local.sagemaker.pipeline_engine import PipelineEngine
from pointsman.local.sagemaker.pipelines import Pipelines
from pointsman.local.sagemaker.processing_job import ProcessingJob
from pointsman.local.sagemaker.registry import Registry
from pointsman.local.sagemaker.s3_transfer import Transfer, s3_client
from pointsman.local.sagemaker.steps.condition import ConditionStep
from pointsman.local.sagemaker.steps.fail import FailStep
from pointsman.local.sagemaker.steps.job_step import JobStep
from pointsman.local.sagemaker.steps.kind import StepKind
from pointsman.local.sagemaker.steps.register_model import RegisterModelStep
from pointsman.local.sagemaker.store import Store
from pointsman.local.sagemaker.tags import Tags
from pointsman.local.sagemaker.training_job import TrainingJob


class LocalSageMaker:
    """SageMaker for one account and region, kept in `directory`.

    `endpoint_url` serves S3 and CloudWatch Logs to us and to the jobs; `emit(detail_type, detail, resources)` receives
    the events, whose source is `aws.sagemaker`, one at a time and in order, from a thread of ours.
    """

    def __init__(
        self,
        directory: Path,
        *,
        endpoint_url: str,
        emit: Emit,
        region: str = "us-east-1",
        account: str = "000000000000",
        limits: Limits | None = None,
    ) -> None:
        self._directory = directory.resolve()
        self._surroundings = Surroundings(endpoint_url, region)
        self._emit = emit
        self._arns = Arns(region, account)
        self._limits = limits or Limits()
        self._running: _Running | None = None

    def start(self) -> None:
        """Resumes what was running when the process ended, however it ended. S3 must answer by now.

        Raises BlockingIOError where another process has the directory.
        """
        self._directory.mkdir(parents=True, exist_ok=True)
        lock = _locked(self._directory / "lock")
        try:
            end_leftovers(self._directory / "jobs")
            store = Store(self._directory / "sagemaker.db")
            account = Account(store, self._arns, self._limits)
            running = _Running(account, self._directory / "jobs", self._surroundings, self._emit, lock)
            running.start()
            self._running = running
        except BaseException:
            lock.close()
            raise

    def stop(self) -> None:
        """Ends threads and job processes, hands over the last events; running executions resume at the next start."""
        running, self._running = self._running, None
        if running is not None:
            running.stop()

    def handle(self, operation: str, body: bytes) -> Answer:
        """One request: `operation` as in the header `X-Amz-Target: SageMaker.<operation>`. Thread-safe."""
        running = self._running
        # Retried by every SDK: whoever asks while we start or stop gets an answer a moment later.
        return UNAVAILABLE if running is None else running.api.handle(operation, body)


class _Running:
    """All that lives between a start and a stop."""

    def __init__(
        self, account: Account, jobs_root: Path, surroundings: Surroundings, emit: Emit, lock: IO[bytes]
    ) -> None:
        self._account = account
        self._lock = lock
        self._outbox = Outbox(account.store, emit)
        self._logs = LogShipper(surroundings.endpoint_url, surroundings.region)
        transfer = Transfer(s3_client(surroundings.endpoint_url, surroundings.region))
        jobs = Jobs(account, jobs_root, transfer=transfer, logs=self._logs, surroundings=surroundings)
        groups, records = PackageGroups(account), ExecutionRecords(account)
        registry = Registry(account, groups)
        processing, training = ProcessingJob(), TrainingJob()
        self._engine = PipelineEngine(
            records, _step_kinds(account.store, jobs, registry, processing, training), transfer
        )
        pipelines = Pipelines(account, transfer)
        self.api = Api({
            **_pipeline_operations(pipelines, Executions(account, pipelines, records, self._engine)),
            **_job_operations(JobQueries(account, processing, jobs), "ProcessingJob"),
            **_job_operations(JobQueries(account, training, jobs), "TrainingJob"),
            **_registry_operations(groups, registry),
            **_tag_operations(Tags(account)),
        })  # fmt: skip

    def start(self) -> None:
        self._outbox.start()
        self._logs.start()
        self._engine.start()

    def stop(self) -> None:
        self._engine.halt()
        self._logs.stop()
        self._outbox.stop()
        self._account.store.close()
        self._lock.close()


def _step_kinds(
    store: Store, jobs: Jobs, registry: Registry, processing: JobContract, training: JobContract
) -> dict[str, StepKind]:
    """Step types by their name in a definition; what is not here fails its step with a reason."""
    return {
        "Processing": JobStep(processing, jobs, store),
        "Training": JobStep(training, jobs, store),
        "Condition": ConditionStep(),
        "RegisterModel": RegisterModelStep(registry, store),
        "Fail": FailStep(),
    }


def _pipeline_operations(pipelines: Pipelines, executions: Executions) -> dict[str, Operation]:
    return {
        "CreatePipeline": pipelines.create,
        "UpdatePipeline": pipelines.update,
        "DescribePipeline": pipelines.describe,
        "ListPipelines": pipelines.list,
        "DeletePipeline": pipelines.delete,
        "StartPipelineExecution": executions.start,
        "StopPipelineExecution": executions.stop,
        "UpdatePipelineExecution": executions.update,
        "DescribePipelineExecution": executions.describe,
        "DescribePipelineDefinitionForExecution": executions.describe_definition,
        "ListPipelineExecutions": executions.list,
        "ListPipelineExecutionSteps": executions.list_steps,
        "ListPipelineParametersForExecution": executions.list_parameters,
    }


def _job_operations(queries: JobQueries, noun: str) -> dict[str, Operation]:
    return {f"Describe{noun}": queries.describe, f"List{noun}s": queries.list, f"Stop{noun}": queries.stop}


def _registry_operations(groups: PackageGroups, registry: Registry) -> dict[str, Operation]:
    return {
        "CreateModelPackageGroup": groups.create,
        "DescribeModelPackageGroup": groups.describe,
        "ListModelPackageGroups": groups.list_page,
        "DeleteModelPackageGroup": groups.delete,
        "CreateModelPackage": registry.create_package,
        "DescribeModelPackage": registry.describe_package,
        "ListModelPackages": registry.list_packages,
        "UpdateModelPackage": registry.update_package,
        "DeleteModelPackage": registry.delete_package,
    }


def _tag_operations(tags: Tags) -> dict[str, Operation]:
    return {"AddTags": tags.add, "ListTags": tags.list_page, "DeleteTags": tags.delete}


def _locked(path: Path) -> IO[bytes]:
    """Two services on one directory would run every step twice."""
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise BlockingIOError(
            error.errno, f"{os.strerror(error.errno or 0)}: in use by another process", str(path)
        ) from error
    return file
