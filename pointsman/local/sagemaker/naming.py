"""Names and ARNs as SageMaker makes them."""

import re
import secrets
import string
from dataclasses import dataclass

_ALPHANUMERIC = string.ascii_lowercase + string.digits
_JOB_NAME_LENGTH = 63


@dataclass(frozen=True)
class Arns:
    region: str
    account: str

    def pipeline(self, name: str) -> str:
        # Lower-case whatever the name's case, as those of models, endpoint configurations and endpoints.
        return self._of(f"pipeline/{name.lower()}")

    def execution(self, pipeline_arn: str, execution_id: str) -> str:
        return f"{pipeline_arn}/execution/{execution_id}"

    def processing_job(self, name: str) -> str:
        return self._of(f"processing-job/{name}")

    def training_job(self, name: str) -> str:
        return self._of(f"training-job/{name}")

    def transform_job(self, name: str) -> str:
        return self._of(f"transform-job/{name}")

    def tuning_job(self, name: str) -> str:
        return self._of(f"hyper-parameter-tuning-job/{name}")

    def model_package_group(self, name: str) -> str:
        return self._of(f"model-package-group/{name}")

    def model_package(self, name: str, version: int | None = None) -> str:
        return self._of(f"model-package/{name}" if version is None else f"model-package/{name}/{version}")

    def model(self, name: str) -> str:
        return self._of(f"model/{name.lower()}")

    def endpoint_config(self, name: str) -> str:
        return self._of(f"endpoint-config/{name.lower()}")

    def endpoint(self, name: str) -> str:
        return self._of(f"endpoint/{name.lower()}")

    def monitoring_schedule(self, name: str) -> str:
        return self._of(f"monitoring-schedule/{name.lower()}")

    def job_definition(self, monitoring_type: str, name: str) -> str:
        kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", monitoring_type).lower()
        return self._of(f"{kind}-job-definition/{name.lower()}")

    def _of(self, resource: str) -> str:
        return f"arn:aws:sagemaker:{self.region}:{self.account}:{resource}"


def resource_name(name_or_arn: str) -> str:
    """`churn/3` of `arn:aws:sagemaker:…:model-package/churn/3`; a plain name is returned as it is."""
    if not name_or_arn.startswith("arn:"):
        return name_or_arn
    return name_or_arn.split(":", 5)[5].partition("/")[2]


def execution_id(execution_arn: str) -> str:
    return execution_arn.rpartition("/")[2]


def new_execution_id() -> str:
    return _random(12)


def new_job_name(execution_identity: str, step_name: str) -> str:
    """`pipelines-<execution id>-<step name>-<10 random characters>`; the step's name gives way to the length limit."""
    prefix, suffix = f"pipelines-{execution_identity}-", f"-{_random(10)}"
    legal = re.sub(r"[^a-zA-Z0-9]+", "-", step_name)[: _JOB_NAME_LENGTH - len(prefix) - len(suffix)].strip("-")
    return f"{prefix}{legal}{suffix}" if legal else f"{prefix}{suffix[1:]}"


def new_tuning_job_name(execution_identity: str, step_name: str) -> str:
    """`<execution id>-<the step's name, shortened>-<10 random characters>`: 32 characters are all that there may be."""
    legal = re.sub(r"[^a-zA-Z0-9]+", "-", step_name)[:8].strip("-")
    return "-".join(part for part in (execution_identity, legal, _random(10)) if part)


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHANUMERIC) for _ in range(length))
