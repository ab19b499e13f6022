"""Processing, Training and Transform steps: a job created, run, and its end taken over."""

from pointsman.local.sagemaker.errors import ServiceError, StepFailedError
from pointsman.local.sagemaker.job_contract import JobContract
from pointsman.local.sagemaker.jobs import Jobs
from pointsman.local.sagemaker.naming import execution_id, new_job_name, resource_name
from pointsman.local.sagemaker.shapes import Shape, coerce, input_shape
from pointsman.local.sagemaker.steps.kind import StepEnd, StepRun
from pointsman.local.sagemaker.store import Store
from pointsman.local.sagemaker.validation import check_request


class JobStep:
    def __init__(self, contract: JobContract, jobs: Jobs, store: Store) -> None:
        self._contract = contract
        self._jobs = jobs
        self._store = store

    def run(self, run: StepRun) -> StepEnd:
        recorded = run.metadata.get(self._contract.noun)
        name = resource_name(recorded["Arn"]) if recorded else self._create(run)
        job = self._jobs.run(self._contract, name, run.signal)
        status = job[f"{self._contract.noun}Status"]
        if status == "Failed" or job.get("timedOut"):
            raise StepFailedError(_step_reason(job["FailureReason"]))
        return StepEnd("Stopped" if status == "Stopped" else "Succeeded")

    def properties(self, metadata: Shape) -> Shape:
        return self._store.get(self._contract.kind, resource_name(metadata[self._contract.noun]["Arn"])) or {}

    def _create(self, run: StepRun) -> str:
        noun = self._contract.noun
        name = new_job_name(execution_id(run.execution["PipelineExecutionArn"]), run.step.name)
        arguments = run.resolve(run.step.arguments, **{f"{noun}Name": name})
        shape = input_shape(f"Create{noun}")
        role = {"RoleArn": run.execution["roleArn"]} if "RoleArn" in shape.members else {}
        request = coerce(shape, {**role, **arguments, f"{noun}Name": name})
        try:
            check_request(shape, request)
            with self._store.transaction():
                # Together, so that a step never begins a second job: a crash leaves both known or neither.
                run.record({noun: {"Arn": self._jobs.create(self._contract, request)}})
        except ServiceError as error:
            raise StepFailedError(
                f"ClientError: Failed to invoke sagemaker:Create{noun}. Error Details: {error}"
            ) from error
        return name


def _step_reason(job_reason: str) -> str:
    """A step shows its job's reason as a client's error, once."""
    return job_reason if job_reason.startswith("ClientError:") else f"ClientError: {job_reason}"
