"""Model steps: CreateModel under a name of the execution's own."""

from pointsman.local.sagemaker.errors import ServiceError, StepFailedError
from pointsman.local.sagemaker.hosting.models import Models
from pointsman.local.sagemaker.naming import execution_id, new_job_name, resource_name
from pointsman.local.sagemaker.shapes import Shape, coerce, input_shape
from pointsman.local.sagemaker.steps.kind import StepEnd, StepRun
from pointsman.local.sagemaker.store import Store
from pointsman.local.sagemaker.validation import check_request


class ModelStep:
    def __init__(self, models: Models, store: Store) -> None:
        self._models = models
        self._store = store

    def run(self, run: StepRun) -> StepEnd:
        if "Model" in run.metadata:
            return StepEnd()
        name = new_job_name(execution_id(run.execution["PipelineExecutionArn"]), run.step.name)
        shape = input_shape("CreateModel")
        request = coerce(shape, {**run.resolve(run.step.arguments), "ModelName": name})
        try:
            check_request(shape, request)
            run.check_allowed("CreateModel", request)
            given = {member: value for member, value in request.items() if value is not None}
            with self._store.transaction():
                # Together, so that a crash leaves either no model or one that the resumed step finds.
                run.record({"Model": {"Arn": self._models.create(given)["ModelArn"]}})
        except ServiceError as error:
            raise StepFailedError(
                f"ClientError: Failed to invoke sagemaker:CreateModel. Error Details: {error}"
            ) from error
        return StepEnd()

    def properties(self, metadata: Shape) -> Shape:
        return self._models.find(resource_name(metadata["Model"]["Arn"]))
