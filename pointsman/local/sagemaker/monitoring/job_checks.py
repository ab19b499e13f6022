"""What is refused when a definition or a schedule is made, rather than found out by its runs."""

from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.errors import ValidationError
from pointsman.local.sagemaker.monitoring import windows
from pointsman.local.sagemaker.monitoring.baselines import Baselines
from pointsman.local.sagemaker.monitoring.cadence import Cadence
from pointsman.local.sagemaker.monitoring.job_specs import MODEL_QUALITY, JobSpec
from pointsman.local.sagemaker.monitoring.monitored_endpoints import MonitoredEndpoints
from pointsman.local.sagemaker.shapes import Shape


class JobChecks:
    def __init__(self, account: Account) -> None:
        self._endpoints = MonitoredEndpoints(account)
        self._baselines = Baselines(account)

    def check(self, spec: JobSpec) -> None:
        """Raises ValidationError."""
        for offset in ("StartTimeOffset", "EndTimeOffset"):
            if offset in spec.source:
                windows.seconds_back(spec.source[offset])
        if spec.endpoint is not None:
            self._endpoints.captured(spec.endpoint)
        elif spec.monitoring_type == MODEL_QUALITY:
            raise ValidationError("Model quality of batch transforms is not monitored by the local SageMaker.")
        self._baselines.files(spec.baseline)

    def check_schedule(self, spec: JobSpec, schedule: Shape, cadence: Cadence | None) -> None:
        """`schedule`: a ScheduleConfig. Raises ValidationError."""
        self.check(spec)
        windows.check(schedule, spec.source, cadence)
        longest = longest_run_seconds(spec, cadence)
        if longest is not None and spec.stopping and spec.stopping["MaxRuntimeInSeconds"] > longest:
            raise ValidationError(
                f"MaxRuntimeInSeconds must not be greater than {longest} for a {spec.monitoring_type} job of this"
                " schedule."
            )


def longest_run_seconds(spec: JobSpec, cadence: Cadence | None) -> int | None:
    """A run must end before the next begins; that of a model's quality are two jobs, which share the time.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_MonitoringStoppingCondition.html
    """
    if cadence is None:
        return None
    return int(cadence.shortest_seconds() / (2 if spec.monitoring_type == MODEL_QUALITY else 1))
