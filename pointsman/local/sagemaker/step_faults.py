"""Steps that fail on demand, for the reasons that retry policies tell apart."""

from pointsman.local.faults import AtStep, Faults
from pointsman.local.sagemaker.api import INTERNAL_ERROR
from pointsman.local.sagemaker.definition import Step
from pointsman.local.sagemaker.errors import ServiceError, ServiceUnavailableError, StepFailedError, ThrottlingError
from pointsman.local.sagemaker.operation_faults import limit_exceeded
from pointsman.local.sagemaker.shapes import Shape

# What a job that began fails with, by the exception type.
_JOB_REASONS = {
    AtStep.JOB_INTERNAL_ERROR: f"InternalServerError: {INTERNAL_ERROR}",
    AtStep.CAPACITY_ERROR: "CapacityError: Unable to provision requested ML compute capacity."
    " Please retry using a different ML instance type.",
    AtStep.ALGORITHM_ERROR: "AlgorithmError: a fault on demand, exit code: 1",
}


def strike(faults: Faults, step: Step, execution: Shape) -> None:
    """Raises StepFailedError where a fault strikes this attempt: no job is made, whatever the reason says."""
    names = [execution["pipelineName"], execution["PipelineArn"], execution["PipelineExecutionArn"]]
    fault = faults.strike(f"step:{step.name}", lambda: names)
    if fault is None:
        return
    kind = AtStep(fault.what)
    if kind in _JOB_REASONS:
        raise StepFailedError(f"ClientError: {_JOB_REASONS[kind]}")
    operation = "CreateHyperParameterTuningJob" if step.type == "Tuning" else f"Create{step.type}Job"
    error = _call_error(kind, operation)
    raise StepFailedError(f"ClientError: Failed to invoke sagemaker:{operation}. Error Details: {error}") from error


def _call_error(kind: AtStep, operation: str) -> ServiceError:
    if kind is AtStep.THROTTLING:
        return ThrottlingError("Rate exceeded")
    if kind is AtStep.RESOURCE_LIMIT:
        return limit_exceeded(operation)
    return ServiceUnavailableError("The service is temporarily unavailable. Please try again.")
