"""`Schedules` on SageMaker: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-scheduling.html"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from control_plane.adapters.monitor_images import analyzer_image
from control_plane.errors import CallRefused
from control_plane.monitor_plans import LabelsPlan, MonitorPlan
from control_plane.policies import DriftKind

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

_TYPES = {DriftKind.DATA_QUALITY: "DataQuality", DriftKind.MODEL_QUALITY: "ModelQuality"}
_INPUT, _OUTPUT = "/opt/ml/processing/input/endpoint", "/opt/ml/processing/output"
_VOLUME_GB = 20
# A run ends before the next begins, that of a model's quality in two jobs:
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_MonitoringStoppingCondition.html
_LONGEST_SECONDS = {DriftKind.DATA_QUALITY: 3600, DriftKind.MODEL_QUALITY: 1800}


class SageMakerSchedules:
    """Needs sagemaker:CreateDataQualityJobDefinition, CreateModelQualityJobDefinition, CreateMonitoringSchedule,
    DescribeMonitoringSchedule, UpdateMonitoringSchedule, DeleteMonitoringSchedule, DeleteDataQualityJobDefinition and
    DeleteModelQualityJobDefinition, and iam:PassRole of `role_arn`, which the monitors' jobs run under.

    Reports go below the S3 folder `reports_uri`, to one for each model, endpoint, schedule and hour. The jobs' network,
    and the key of their volumes and reports, may be none. They are no part of a definition's name: what watches a
    champion keeps those that it began with.
    """

    def __init__(
        self,
        client: "SageMakerClient",
        *,
        role_arn: str,
        reports_uri: str,
        subnets: Sequence[str] = (),
        security_groups: Sequence[str] = (),
        key_arn: str = "",
    ) -> None:
        self._client = client
        self._role_arn = role_arn
        self._reports_uri = reports_uri
        self._network = {"Subnets": list(subnets), "SecurityGroupIds": list(security_groups)} if subnets else None
        self._key_arn = key_arn

    def attach(self, plan: MonitorPlan) -> None:
        quality = plan.kind is DriftKind.MODEL_QUALITY
        create = "create_model_quality_job_definition" if quality else "create_data_quality_job_definition"
        _call(getattr(self._client, create), **self._definition(plan))
        config: Any = {
            "ScheduleConfig": {"ScheduleExpression": plan.expression},
            "MonitoringJobDefinitionName": plan.definition,
            "MonitoringType": _TYPES[plan.kind],
        }
        request: Any = {"MonitoringScheduleName": plan.schedule, "MonitoringScheduleConfig": config}
        if not _call(self._client.create_monitoring_schedule, **request):
            known = self._client.describe_monitoring_schedule(MonitoringScheduleName=plan.schedule)
            if known["MonitoringScheduleConfig"] != config:
                _call(self._client.update_monitoring_schedule, **request)

    def detach(self, schedule: str) -> None:
        _gone(self._client.delete_monitoring_schedule, MonitoringScheduleName=schedule)

    def discard(self, kind: DriftKind, definition: str) -> None:
        quality = kind is DriftKind.MODEL_QUALITY
        delete = "delete_model_quality_job_definition" if quality else "delete_data_quality_job_definition"
        _gone(getattr(self._client, delete), JobDefinitionName=definition)

    def _definition(self, plan: MonitorPlan) -> dict[str, Any]:
        named, labels = _TYPES[plan.kind], plan.labels
        cluster: dict[str, Any] = {"InstanceCount": 1, "InstanceType": plan.instance_type, "VolumeSizeInGB": _VOLUME_GB}
        cluster |= self._key("VolumeKmsKeyId")
        network = {"NetworkConfig": {"VpcConfig": self._network}} if self._network else {}
        output = {"S3Uri": f"{self._reports_uri}/{plan.model}", "LocalPath": _OUTPUT, "S3UploadMode": "EndOfJob"}
        image = {"ImageUri": analyzer_image(self._client.meta.region_name)}
        source = {"EndpointName": plan.endpoint, "LocalPath": _INPUT}
        return {
            "JobDefinitionName": plan.definition,
            f"{named}BaselineConfig": _baseline(plan),
            f"{named}AppSpecification": image | ({"ProblemType": labels.problem_type} if labels else {}),
            f"{named}JobInput": _judged(source, labels) if labels else {"EndpointInput": source},
            f"{named}JobOutputConfig": {"MonitoringOutputs": [{"S3Output": output}], **self._key("KmsKeyId")},
            "JobResources": {"ClusterConfig": cluster},
            **network,
            "RoleArn": self._role_arn,
            "StoppingCondition": {"MaxRuntimeInSeconds": _LONGEST_SECONDS[plan.kind]},
        }

    def _key(self, name: str) -> dict[str, str]:
        return {name: self._key_arn} if self._key_arn else {}


def _baseline(plan: MonitorPlan) -> dict[str, Any]:
    statistics = {"StatisticsResource": {"S3Uri": plan.statistics}} if plan.statistics else {}
    return {"ConstraintsResource": {"S3Uri": plan.constraints}, **statistics}


def _judged(source: dict[str, str], labels: LabelsPlan) -> dict[str, Any]:
    probability = {"ProbabilityAttribute": labels.probability} if labels.probability else {}
    offsets = {"StartTimeOffset": f"-PT{labels.since}H", "EndTimeOffset": f"-PT{labels.until}H"}
    return {
        "EndpointInput": {**source, "InferenceAttribute": labels.prediction, **probability, **offsets},
        "GroundTruthS3Input": {"S3Uri": labels.uri},
    }


def _call(operation: Callable[..., object], **request: Any) -> bool:
    """Whether it was done; not, where its name is taken. Raises CallRefused."""
    try:
        operation(**request)
    except ClientError as error:
        said = error.response["Error"]["Message"]
        match error.response["Error"]["Code"]:
            case "ResourceInUse":
                return False
            case "ValidationException" | "ResourceNotFound" if "Pending" not in said:
                raise CallRefused(f"SageMaker answered: {said}") from error
            case _:
                raise
    return True


def _gone(operation: Callable[..., object], **named: str) -> None:
    try:
        operation(**named)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFound":
            raise
