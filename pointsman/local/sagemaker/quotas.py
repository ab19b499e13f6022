"""Account quotas of pipelines and their executions."""

from pointsman.local.sagemaker.account import Limits
from pointsman.local.sagemaker.definition import Definition
from pointsman.local.sagemaker.errors import ResourceLimitExceededError, ValidationError


def check_concurrency(running: int, limits: Limits) -> None:
    """Raises ResourceLimitExceededError where one more execution would be too many."""
    most = limits.concurrent_executions
    if running >= most:
        raise executions_exceeded(most, running)


def executions_exceeded(most: int, running: int) -> ResourceLimitExceededError:
    return exceeded("Total number of concurrent pipeline executions", "executions", most, running)


def exceeded(quota: str, unit: str, most: int, used: int) -> ResourceLimitExceededError:
    return ResourceLimitExceededError(
        f"The account-level service limit '{quota}' is {most} {unit}, with current utilization of {used} {unit} and a"
        f" request delta of 1 {unit}. Please use AWS Service Quotas to request an increase for this quota."
    )


def check_size(definition: Definition, limits: Limits) -> None:
    """Raises ValidationError."""
    if len(definition.parameters) > limits.pipeline_parameters:
        raise ValidationError(f"A pipeline has at most {limits.pipeline_parameters} parameters.")
    if limits.pipeline_steps is not None and len(definition.steps) > limits.pipeline_steps:
        raise ValidationError(f"A pipeline has at most {limits.pipeline_steps} steps.")
