"""All parts of the local SageMaker, put together."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import IO

from pointsman.local.faults import Faults
from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.api import Api, Operation
from pointsman.local.sagemaker.callbacks import Callbacks
from pointsman.local.sagemaker.container import Surroundings
from pointsman.local.sagemaker.event_faults import EventFaults
from pointsman.local.sagemaker.execution_records import ExecutionRecords
from pointsman.local.sagemaker.hosting.hosting import Hosting
from pointsman.local.sagemaker.hosting.models import Models
from pointsman.local.sagemaker.job_contract import JobContract
from pointsman.local.sagemaker.job_logs import LogShipper
from pointsman.local.sagemaker.job_queries import JobQueries
from pointsman.local.sagemaker.job_runs import JobRuns
from pointsman.local.sagemaker.jobs import Jobs
from pointsman.local.sagemaker.monitoring.monitoring import Monitoring
from pointsman.local.sagemaker.outbox import Outbox, Receiver
from pointsman.local.sagemaker.package_groups import PackageGroups
from pointsman.local.sagemaker.pipeline_engine import PipelineEngine
from pointsman.local.sagemaker.pipeline_operations import pipeline_operations
from pointsman.local.sagemaker.pipelines import Pipelines
from pointsman.local.sagemaker.processing_job import ProcessingJob
from pointsman.local.sagemaker.registry import Registry
from pointsman.local.sagemaker.s3_transfer import Transfers
from pointsman.local.sagemaker.step_cache import StepCache
from pointsman.local.sagemaker.step_work import Workshop
from pointsman.local.sagemaker.steps.callback import CallbackStep
from pointsman.local.sagemaker.steps.condition import ConditionStep
from pointsman.local.sagemaker.steps.fail import FailStep
from pointsman.local.sagemaker.steps.job_step import JobStep
from pointsman.local.sagemaker.steps.kind import StepKind
from pointsman.local.sagemaker.steps.lambda_function import LambdaStep
from pointsman.local.sagemaker.steps.model import ModelStep
from pointsman.local.sagemaker.steps.quality_check import QualityCheckStep
from pointsman.local.sagemaker.steps.register_model import RegisterModelStep
from pointsman.local.sagemaker.steps.tuning import TuningStep
from pointsman.local.sagemaker.store import Store
from pointsman.local.sagemaker.tags import Tags
from pointsman.local.sagemaker.training_job import TrainingJob
from pointsman.local.sagemaker.transform_job import TransformJob
from pointsman.local.sagemaker.tuning.operations import TuningOperations
from pointsman.local.sagemaker.tuning.tuning_jobs import TuningJobs


class Running:
    """All that lives between a start and a stop."""

    def __init__(  # noqa: PLR0917 -- made in one place
        self,
        account: Account,
        directory: Path,
        surroundings: Surroundings,
        receiver: Receiver,
        lock: IO[bytes],
        time_scale: float,
        faults: Faults,
    ) -> None:
        self._account = account
        self._lock = lock
        self._outbox = Outbox(account.store, receiver, EventFaults(faults, time_scale))
        self._logs = LogShipper(surroundings)
        transfers = Transfers(surroundings)
        transfer = transfers.acting_as(None)
        jobs = Jobs(account, directory / "jobs", transfers=transfers, logs=self._logs, surroundings=surroundings)
        groups, records = PackageGroups(account), ExecutionRecords(account)
        registry = Registry(account, groups)
        self.hosting = Hosting(
            account,
            directory / "endpoints",
            registry=registry,
            transfers=transfers,
            logs=self._logs,
            surroundings=surroundings,
            time_scale=time_scale,
        )
        self._monitoring = Monitoring(
            account, jobs, transfer=transfer, surroundings=surroundings, time_scale=time_scale
        )
        self._job_runs = JobRuns(account, jobs)
        training = TrainingJob()
        self._job_kinds = (ProcessingJob(), training, TransformJob(self.hosting.models))
        tunings = TuningJobs(account, jobs, training)
        self._tuning = TuningOperations(account, tunings)
        callbacks = Callbacks(account)
        step_kinds = {
            **_job_steps(account.store, jobs, self._job_kinds),
            **_other_steps(account.store, registry, self.hosting.models),
            "Lambda": LambdaStep(surroundings),
            "Tuning": TuningStep(tunings, account.store),
            "QualityCheck": QualityCheckStep(jobs, account.store, registry),
            "Callback": CallbackStep(callbacks, account.store, surroundings),
        }
        shop = Workshop(records, step_kinds, StepCache(account.store), time_scale, faults, surroundings.roles)
        self._engine = PipelineEngine(shop, transfers)
        self.api = Api({
            **pipeline_operations(account, Pipelines(account, transfer), records, self._engine),
            **{
                name: operation
                for kind in self._job_kinds
                for name, operation in _job_operations(account, jobs, self._job_runs, kind).items()
            },
            "SendPipelineExecutionStepSuccess": callbacks.succeed,
            "SendPipelineExecutionStepFailure": callbacks.fail,
            **_registry_operations(groups, registry),
            **self.hosting.operations(),
            **self._tuning.operations(),
            **self._monitoring.operations(),
            **_tag_operations(Tags(account)),
        })  # fmt: skip

    def start(self) -> None:
        self._outbox.start()
        self._logs.start()
        for kind in self._job_kinds:
            self._job_runs.resume(kind)
        self._tuning.start()
        self._engine.start()
        self.hosting.start()
        self._monitoring.start()

    def stop(self) -> None:
        self._monitoring.halt()
        self.hosting.halt()
        self._engine.halt()
        self._tuning.halt()
        self._job_runs.halt()
        self._logs.stop()
        self._outbox.stop()
        self._account.store.close()
        self._lock.close()


# Step types by their name in a definition; what is in neither of these fails its step with a reason.
def _job_steps(store: Store, jobs: Jobs, kinds: Iterable[JobContract]) -> dict[str, StepKind]:
    return {kind.verb: JobStep(kind, jobs, store) for kind in kinds}


def _other_steps(store: Store, registry: Registry, models: Models) -> dict[str, StepKind]:
    return {
        "Condition": ConditionStep(),
        "RegisterModel": RegisterModelStep(registry, store),
        "Model": ModelStep(models, store),
        "Fail": FailStep(),
    }


def _job_operations(account: Account, jobs: Jobs, runs: JobRuns, contract: JobContract) -> dict[str, Operation]:
    queries, noun = JobQueries(account, contract, jobs), contract.noun
    return {
        f"Create{noun}": partial(runs.create, contract),
        f"Describe{noun}": queries.describe,
        f"List{noun}s": queries.list,
        f"Stop{noun}": queries.stop,
    }


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
