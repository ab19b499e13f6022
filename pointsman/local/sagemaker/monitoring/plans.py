"""What a schedule's configuration comes to: the job it means, when it is due, and each of its runs."""

from collections.abc import Mapping, Sequence

from pointsman.local.sagemaker.account import Account
from pointsman.local.sagemaker.errors import ValidationError
from pointsman.local.sagemaker.monitoring import cadence, job_specs, processing_requests, windows
from pointsman.local.sagemaker.monitoring.cadence import Cadence
from pointsman.local.sagemaker.monitoring.job_checks import JobChecks, longest_run_seconds
from pointsman.local.sagemaker.monitoring.job_definitions import JobDefinitions, check_supported
from pointsman.local.sagemaker.monitoring.job_specs import DATA_QUALITY, JobSpec
from pointsman.local.sagemaker.monitoring.processing_requests import RunOf, Source
from pointsman.local.sagemaker.shapes import Shape

_NAMED, _INLINE = "MonitoringJobDefinitionName", "MonitoringJobDefinition"
# Of us-east-1; which account's it is makes no difference here.
_MERGER = "156813124566.dkr.ecr.{region}.amazonaws.com/sagemaker-model-monitor-groundtruth-merger"


class Plans:
    """`config`: a MonitoringScheduleConfig."""

    def __init__(
        self, account: Account, definitions: Mapping[str, JobDefinitions], checks: JobChecks, time_scale: float
    ) -> None:
        self._account = account
        self._definitions = definitions
        self._checks = checks
        self._time_scale = time_scale

    def checked(self, config: Shape) -> JobSpec:
        """Raises ValidationError, ResourceNotFoundError."""
        spec = self.spec(config)
        self._checks.check_schedule(spec, config.get("ScheduleConfig", {}), self.cadence(config))
        return spec

    def spec(self, config: Shape) -> JobSpec:
        monitoring_type = config.get("MonitoringType", DATA_QUALITY)
        check_supported(monitoring_type)
        if (_NAMED in config) == (_INLINE in config):
            raise ValidationError(f"Exactly one of {_NAMED} and {_INLINE} must be specified.")
        if _NAMED in config:
            if "MonitoringType" not in config:
                raise ValidationError(f"MonitoringType must be specified with {_NAMED}.")
            return job_specs.of_definition(monitoring_type, self._definitions[monitoring_type].find(config[_NAMED]))
        if monitoring_type != DATA_QUALITY:
            raise ValidationError(f"A {monitoring_type} schedule must name its job definition as {_NAMED}.")
        return job_specs.of_schedule(config[_INLINE])

    def cadence(self, config: Shape) -> Cadence | None:
        """None for one run, immediately."""
        return cadence.parsed(config.get("ScheduleConfig", {}).get("ScheduleExpression"), self._time_scale)

    def run_of(self, execution: Shape) -> RunOf:
        schedule = execution["schedule"]
        config, due = schedule["MonitoringScheduleConfig"], execution["ScheduledTime"]
        spec, when = self.spec(config), self.cadence(config)
        return RunOf(
            spec=spec,
            schedule=schedule["MonitoringScheduleName"],
            schedule_arn=schedule["MonitoringScheduleArn"],
            due=due,
            window=windows.of_run(due, when, config.get("ScheduleConfig", {}), spec.source),
            report_folder=windows.report_folder(due, when),
            longest_seconds=longest_run_seconds(spec, when),
            suffix=execution["id"],
        )

    def merge(self, run: RunOf, data: Sequence[Source], labels: Sequence[Source]) -> Shape:
        return processing_requests.merge(run, data, labels, _MERGER.format(region=self._account.arns.region))
