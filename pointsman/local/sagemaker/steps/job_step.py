"""Processing, Training and Transform steps: a job created, run, and its end taken over."""

from collections.abc import Callable

from pointsman.local.sagemaker.errors import ServiceError, StepFailedError
from pointsman.local.sagemaker.job_contract import JobContract
from pointsman.local.sagemaker.jobs import Jobs
from pointsman.local.sagemaker.naming import execution_id, new_job_name, resource_name
from pointsman.local.sagemaker.shapes import Shape, coerce, input_shape
from pointsman.local.sagemaker.signals import Interruption
from pointsman.local.sagemaker.steps.kind import StepEnd, StepRun
from pointsman.local.sagemaker.store import Store
from pointsman.local.sagemaker.validation import check_request


class JobStep:
    def __init__(self, contract: JobContract, jobs: Jobs, store: Store) -> None:
        self._contract = contract
        self._jobs = jobs
        self._store = store

    def run(self, run: StepRun) -> StepEnd:
        noun = self._contract.noun
        recorded = run.metadata.get(noun) or self._create(run)[noun]
        name = resource_name(recorded["Arn"])
        run.check_allowed(f"Describe{noun}", {f"{noun}Name": name})
        job = self._jobs.run(self._contract, name, run.signal)
        status = job[f"{noun}Status"]
        if status == "Stopped" and run.signal.raised is Interruption.STOP:
            run.check_allowed(f"Stop{noun}", {f"{noun}Name": name})
        if status == "Failed" or job.get("timedOut"):
            raise StepFailedError(step_reason(job["FailureReason"]))
        return StepEnd("Stopped" if status == "Stopped" else "Succeeded")

    def properties(self, metadata: Shape) -> Shape:
        return self._store.get(self._contract.kind, resource_name(metadata[self._contract.noun]["Arn"])) or {}

    def _create(self, run: StepRun) -> Shape:
        return create_job(
            run,
            self._contract,
            self._jobs,
            self._store,
            recorded=lambda arn, _: {self._contract.noun: {"Arn": arn}},
        )


def create_job(
    run: StepRun,
    contract: JobContract,
    jobs: Jobs,
    store: Store,
    *,
    recorded: Callable[[str, Shape], Shape],
    change: Callable[[Shape], Shape] = lambda arguments: arguments,
) -> Shape:
    """The metadata that `recorded` makes of the job's ARN and request. `change`: of the step's arguments.

    Raises StepFailedError where the Create* operation would refuse the arguments.
    """
    noun = contract.noun
    name = new_job_name(execution_id(run.execution["PipelineExecutionArn"]), run.step.name)
    arguments = change(run.resolve(run.step.arguments, **{f"{noun}Name": name}))
    shape = input_shape(f"Create{noun}")
    role = {"RoleArn": run.execution["roleArn"]} if "RoleArn" in shape.members else {}
    request = coerce(shape, {**role, **arguments, f"{noun}Name": name})
    try:
        check_request(shape, request)
        run.check_allowed(f"Create{noun}", request)
        with store.transaction():
            # Together, so that a step never begins a second job: a crash leaves both known or neither.
            metadata = recorded(jobs.create(contract, request), request)
            run.record(metadata)
    except ServiceError as error:
        raise StepFailedError(
            f"ClientError: Failed to invoke sagemaker:Create{noun}. Error Details: {error}"
        ) from error
    return metadata


def step_reason(job_reason: str) -> str:
    """A step shows its job's reason as a client's error, once."""
    return job_reason if job_reason.startswith("ClientError:") else f"ClientError: {job_reason}"
