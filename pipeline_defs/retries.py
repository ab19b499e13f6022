"""What SageMaker tries again by itself. A script that fails is in none of these classes: it is never retried."""

from sagemaker.mlops.workflow.retry import (
    RetryPolicy,
    SageMakerJobExceptionTypeEnum,
    SageMakerJobStepRetryPolicy,
    StepExceptionTypeEnum,
    StepRetryPolicy,
)


def throttled() -> RetryPolicy:
    """What SageMaker's own side gets wrong: 10 s, 20 s, … about 20 minutes in all."""
    return StepRetryPolicy(
        exception_types=[StepExceptionTypeEnum.SERVICE_FAULT, StepExceptionTypeEnum.THROTTLING],
        interval_seconds=10,
        backoff_rate=2.0,
        max_attempts=7,
    )


def out_of_capacity() -> RetryPolicy:
    """No instance of the type, or the account's limit is reached: others finish, so wait for hours rather than fail."""
    return SageMakerJobStepRetryPolicy(
        exception_types=[SageMakerJobExceptionTypeEnum.INTERNAL_ERROR, SageMakerJobExceptionTypeEnum.CAPACITY_ERROR],
        failure_reason_types=[SageMakerJobExceptionTypeEnum.RESOURCE_LIMIT],
        interval_seconds=60,
        backoff_rate=1.5,
        expire_after_mins=360,
    )
