"""What a deployment tells its functions. Nothing else touches the environment, and `wiring.py` reads it once."""

import os
from typing import Self

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Set by `template.yaml` as environment variables of the same names in upper case. `job_subnets` and
    `job_security_groups` are ids with commas between; these and `job_key_arn` are empty where there are none.
    """

    model_config = ConfigDict(frozen=True)

    table_name: str
    artifact_bucket: str
    endpoint_role_arn: str
    topic_arn: str
    job_role_arn: str
    job_subnets: str = ""
    job_security_groups: str = ""
    job_key_arn: str = ""
    patience_seconds: int = Field(ge=1)
    look_after_seconds: int = Field(ge=1)

    @classmethod
    def from_environment(cls) -> Self:
        """Raises pydantic's ValidationError, which names the variable that is missing."""
        given = {name: os.environ.get(name.upper()) for name in cls.model_fields}
        return cls.model_validate({name: value for name, value in given.items() if value is not None})


def is_traced() -> bool:
    """Asked before anything else is: a deployment that isn't traced should load nothing for it."""
    return os.environ.get("TRACING") == "Active"


def metrics_namespace() -> str:
    """The stack's own: those of two stacks in one region must not be added up."""
    return os.environ.get("METRICS_NAMESPACE", "Pointsman")
