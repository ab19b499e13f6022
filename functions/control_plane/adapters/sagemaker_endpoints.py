"""`Endpoints` on SageMaker."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ReadTimeoutError

from control_plane.endpoints import Answer, Endpoint, Variant
from control_plane.errors import CallRefused, CapacityExceeded, EndpointBusy
from control_plane.records import DeployRequest
from control_plane.serving import Serving

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_sagemaker import SageMakerClient

VARIANT = "AllTraffic"
_MOST_NAMES = 100
_SHOWN = 300


class SageMakerEndpoints:
    """Needs sagemaker:DescribeEndpoint, CreateModel, CreateEndpointConfig, CreateEndpoint and UpdateEndpoint, to adopt
    one DescribeEndpointConfig and DescribeModel, too; cloudwatch:DescribeAlarms on all alarms; and iam:PassRole of
    `role_arn`, which the endpoint's containers run under. For `invoke` also InvokeEndpoint, by the client of
    `sagemaker-runtime` that `runtime` makes; for `discard` DeleteEndpointConfig and DeleteModel.

    `capture_uri` is the S3 folder for captured data, to which SageMaker adds endpoint, variant and hour.
    """

    def __init__(
        self,
        client: "SageMakerClient",
        alarms: "Callable[[], CloudWatchClient]",
        runtime: Callable[[], Any],
        *,
        role_arn: str,
        capture_uri: str,
    ) -> None:
        self._client = client
        self._alarms = alarms
        self._runtime = runtime
        self._role_arn = role_arn
        self._capture_uri = capture_uri

    def describe(self, name: str) -> Endpoint | None:
        answer = _found(self._client.describe_endpoint, EndpointName=name)
        if answer is None:
            return None
        return Endpoint(
            name=answer["EndpointName"],
            status=answer["EndpointStatus"],
            config=answer.get("EndpointConfigName", ""),
            coming=answer.get("PendingDeploymentSummary", {}).get("EndpointConfigName"),
            modified_at=answer["LastModifiedTime"],
            failure=answer.get("FailureReason"),
        )

    def variants(self, config: str) -> list[Variant]:
        found = _found(self._client.describe_endpoint_config, EndpointConfigName=config) or {}
        return [
            self._variant(item["VariantName"], item.get("ModelName")) for item in found.get("ProductionVariants", ())
        ]

    def _variant(self, name: str, model: str | None) -> Variant:
        """A variant of inference components has no model."""
        found = (_found(self._client.describe_model, ModelName=model) if model else None) or {}
        containers = found.get("Containers") or [found["PrimaryContainer"]] if found else []
        return Variant(name, model, tuple(container.get("ModelPackageName") for container in containers))

    def missing_alarms(self, names: Sequence[str]) -> list[str]:
        if not names:
            return []
        types: list[Any] = ["MetricAlarm", "CompositeAlarm"]  # unless asked for, composite ones are left out
        answer = self._alarms().describe_alarms(AlarmNames=list(names), AlarmTypes=types, MaxRecords=_MOST_NAMES)
        known = {alarm["AlarmName"] for alarm in (*answer["MetricAlarms"], *answer.get("CompositeAlarms", ()))}
        return [name for name in names if name not in known]

    def create(self, request: DeployRequest) -> None:
        self._make_config(request)
        _call(self._client.create_endpoint, EndpointName=request.endpoint, EndpointConfigName=request.config)

    def update(self, request: DeployRequest) -> None:
        self._make_config(request)
        _call(
            self._client.update_endpoint,
            EndpointName=request.endpoint,
            EndpointConfigName=request.config,
            **_rollout(request),
        )

    def discard(self, configs: Sequence[str], models: Sequence[str]) -> None:
        for name in configs:
            _gone(self._client.delete_endpoint_config, EndpointConfigName=name)
        for name in models:
            _gone(self._client.delete_model, ModelName=name)

    def invoke(self, name: str, body: bytes, content_type: str) -> Answer:
        """A model that needs longer than the client waits has given no answer."""
        try:
            given = self._runtime().invoke_endpoint(EndpointName=name, Body=body, ContentType=content_type)
        except ReadTimeoutError as error:
            return Answer(0, str(error)[:_SHOWN])
        except ClientError as error:
            answer: Any = error.response
            match error.response["Error"]["Code"]:
                case "ModelError":
                    return Answer(answer.get("OriginalStatusCode", 0), answer.get("OriginalMessage", "")[:_SHOWN])
                case "ValidationError":
                    return Answer(answer["ResponseMetadata"]["HTTPStatusCode"], _message(error)[:_SHOWN])
                case _:
                    raise
        return Answer(given["ResponseMetadata"]["HTTPStatusCode"])

    def _make_config(self, request: DeployRequest) -> None:
        """What stands under these names already was made for the same request."""
        _call_once(
            self._client.create_model,
            ModelName=request.served_model,
            ExecutionRoleArn=self._role_arn,
            # SageMaker doesn't tell a container which version it serves; with this it can say so in its answers.
            Containers=[{"ModelPackageName": request.package, "Environment": {"MODEL_PACKAGE_ARN": request.package}}],
        )
        _call_once(
            self._client.create_endpoint_config,
            EndpointConfigName=request.config,
            ProductionVariants=[_variant(request)],
            **self._capture(request.serving),
        )

    def _capture(self, serving: Serving) -> dict[str, Any]:
        if serving.capture is None:
            return {}
        return {
            "DataCaptureConfig": {
                "EnableCapture": True,
                "InitialSamplingPercentage": serving.capture,
                "DestinationS3Uri": self._capture_uri,
                "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
                "CaptureContentTypeHeader": {
                    "CsvContentTypes": ["text/csv"],
                    "JsonContentTypes": ["application/json"],
                },
            }
        }


def _variant(request: DeployRequest) -> dict[str, Any]:
    variant: dict[str, Any] = {"VariantName": VARIANT, "ModelName": request.served_model}
    if serverless := request.serving.serverless:
        own = {"MemorySizeInMB": serverless.memory_mb, "MaxConcurrency": serverless.concurrency}
        return variant | {"ServerlessConfig": own}
    instances = request.serving.instances
    return variant | {"InstanceType": instances.type, "InitialInstanceCount": instances.count}


def _rollout(request: DeployRequest) -> dict[str, Any]:
    """Nothing where it has no steps and no guards: SageMaker's own way then is all at once, and over.

    A rollback goes so, too: what it goes back to was in use.
    """
    rollout, alarms = request.serving.rollout, request.serving.alarm_names
    bake = int(rollout.bake.total_seconds())
    if rollout.canary:
        routing = {"Type": "CANARY", "WaitIntervalInSeconds": bake, "CanarySize": _percent(rollout.canary)}
    elif rollout.linear:
        routing = {"Type": "LINEAR", "WaitIntervalInSeconds": bake, "LinearStepSize": _percent(rollout.linear)}
    else:
        routing = {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}
    if request.is_rollback or (routing["Type"] == "ALL_AT_ONCE" and not alarms):
        return {}
    update = {"TrafficRoutingConfiguration": routing, "TerminationWaitInSeconds": bake if alarms else 0}
    guards = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": name} for name in alarms]}} if alarms else {}
    return {"DeploymentConfig": {"BlueGreenUpdatePolicy": update, **guards}}


def _percent(percent: int) -> dict[str, Any]:
    return {"Type": "CAPACITY_PERCENT", "Value": percent}


def _found(describe: Callable[..., Any], **named: str) -> Any | None:
    """SageMaker says ValidationException "Could not find …" for what isn't there."""
    try:
        return describe(**named)
    except ClientError as error:
        if "could not find" in _message(error).lower():
            return None
        raise


def _call_once(operation: Callable[..., object], **request: Any) -> None:
    try:
        _call(operation, **request)
    except CallRefused as refusal:
        if "already existing" not in str(refusal):
            raise


def _call(operation: Callable[..., object], **request: Any) -> None:
    """Raises EndpointBusy, CapacityExceeded, CallRefused; leaves what may pass by itself, such as throttling."""
    try:
        operation(**request)
    except ClientError as error:
        said = f"SageMaker answered: {_message(error)}"
        match error.response["Error"]["Code"]:
            case "ResourceLimitExceeded":
                raise CapacityExceeded(said) from error
            case "ValidationException" if "in-progress" in said or 'already existing endpoint "' in said:
                raise EndpointBusy(said) from error
            case "ValidationException" | "ResourceNotFound":
                raise CallRefused(said) from error
            case _:
                raise


def _gone(operation: Callable[..., object], **named: str) -> None:
    try:
        operation(**named)
    except ClientError as error:
        if "could not find" not in _message(error).lower():
            raise


def _message(error: ClientError) -> str:
    return error.response["Error"]["Message"]
