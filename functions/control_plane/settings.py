"""What a deployment tells its functions. Nothing else touches the environment, and `wiring.py` reads it once."""

import os
from typing import Self

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Set by `template.yaml` as environment variables of the same names in upper case."""

    model_config = ConfigDict(frozen=True)

    table_name: str
    artifact_bucket: str
    endpoint_role_arn: str
    topic_arn: str
    job_role_arn: str
    patience_seconds: int = Field(ge=1)
    look_after_seconds: int = Field(ge=1)

    @classmethod
    def from_environment(cls) -> Self:
        """Raises pydantic's ValidationError, which names the variable that is missing."""
        return cls.model_validate({name: os.environ.get(name.upper()) for name in cls.model_fields})


def is_traced() -> bool:
    """Asked before anything else is: a deployment that isn't traced should load nothing for it."""
    return os.environ.get("TRACING") == "Active"


def metrics_namespace() -> str:
    """The stack's own: those of two stacks in one region must not be added up."""
    return os.environ.get("METRICS_NAMESPACE", "Pointsman")
