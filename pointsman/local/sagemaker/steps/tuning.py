"""Tuning steps: a tuning job created, run, and its end taken over."""

from pointsman.local.sagemaker.errors import ServiceError, StepFailedError
from pointsman.local.sagemaker.naming import execution_id, new_tuning_job_name, resource_name
from pointsman.local.sagemaker.shapes import Shape, coerce, input_shape
from pointsman.local.sagemaker.steps.kind import StepEnd, StepRun
from pointsman.local.sagemaker.store import Store
from pointsman.local.sagemaker.tuning import trials
from pointsman.local.sagemaker.tuning.tuning_jobs import TuningJobs
from pointsman.local.sagemaker.validation import check_request


class TuningStep:
    def __init__(self, tunings: TuningJobs, store: Store) -> None:
        self._tunings = tunings
        self._store = store

    def run(self, run: StepRun) -> StepEnd:
        recorded = run.metadata.get("TuningJob")
        name = resource_name(recorded["Arn"]) if recorded else self._create(run)
        job = self._tunings.run(name, run.signal)
        status = job["HyperParameterTuningJobStatus"]
        if status == "Failed":
            raise StepFailedError(f"ClientError: {job['FailureReason']}")
        return StepEnd("Stopped" if status == "Stopped" else "Succeeded")

    def properties(self, metadata: Shape) -> Shape:
        """Beside Describe*, the trials, best first: `get_top_model_s3_uri` of the SDK counts on it."""
        job = self._tunings.find(resource_name(metadata["TuningJob"]["Arn"]))
        return {**job, "TrainingJobSummaries": trials.best_first(job, self._tunings.trained(job))}

    def _create(self, run: StepRun) -> str:
        name = new_tuning_job_name(execution_id(run.execution["PipelineExecutionArn"]), run.step.name)
        shape = input_shape("CreateHyperParameterTuningJob")
        request = coerce(shape, {**run.resolve(run.step.arguments), "HyperParameterTuningJobName": name})
        try:
            check_request(shape, request)
            given = {member: value for member, value in request.items() if value is not None}
            with self._store.transaction():
                # Together, so that a step never begins a second one: a crash leaves both known or neither.
                run.record({"TuningJob": {"Arn": self._tunings.create(given)}})
        except ServiceError as error:
            raise StepFailedError(
                f"ClientError: Failed to invoke sagemaker:CreateHyperParameterTuningJob. Error Details: {error}"
            ) from error
        return name
