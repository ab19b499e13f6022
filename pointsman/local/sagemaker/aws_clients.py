"""boto3 clients of the embedded AWS around us."""

from typing import Any

import boto3
from botocore.config import Config

from pointsman.local.sagemaker.container import Surroundings


def client(service: str, surroundings: Surroundings, **config: Any) -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=surroundings.endpoint_url,
        region_name=surroundings.region,
        aws_access_key_id=surroundings.credentials.access_key,
        aws_secret_access_key=surroundings.credentials.secret_key,
        aws_session_token=surroundings.credentials.token,
        config=Config(**config),
    )


def impatient_client(service: str, surroundings: Surroundings) -> Any:
    """For what must not hold up a job or a deployment."""
    return client(service, surroundings, retries={"max_attempts": 1}, connect_timeout=2, read_timeout=5)
