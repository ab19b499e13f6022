"""Account quotas of pipelines and their executions."""

from pointsman.local.sagemaker.account import Limits
from pointsman.local.sagemaker.definition import Definition
from pointsman.local.sagemaker.errors import ResourceLimitExceededError, ValidationError


def check_concurrency(running: int, limits: Limits) -> None:
    """Raises ResourceLimitExceededError where one more execution would be too many."""
    most = limits.concurrent_executions
    if running >= most:
        raise ResourceLimitExceededError(
            f"The account-level service limit 'Total number of concurrent pipeline executions' is {most}"
            f" executions, with current utilization of {running} executions and a request delta of 1 executions."
            " Please use AWS Service Quotas to request an increase for this quota."
        )


def check_size(definition: Definition, limits: Limits) -> None:
    """Raises ValidationError."""
    if len(definition.parameters) > limits.pipeline_parameters:
        raise ValidationError(f"A pipeline has at most {limits.pipeline_parameters} parameters.")
    if limits.pipeline_steps is not None and len(definition.steps) > limits.pipeline_steps:
        raise ValidationError(f"A pipeline has at most {limits.pipeline_steps} steps.")
