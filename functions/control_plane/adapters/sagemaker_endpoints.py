"""`Endpoints` on SageMaker."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from control_plane.endpoints import Endpoint
from control_plane.errors import CallRefused, CapacityExceeded, EndpointBusy
from control_plane.records import DeployRequest

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

_VARIANT = "AllTraffic"


class SageMakerEndpoints:
    """Needs sagemaker:DescribeEndpoint, CreateModel, CreateEndpointConfig, CreateEndpoint and UpdateEndpoint, and
    iam:PassRole of `role_arn`, which the endpoint's containers run under.
    """

    def __init__(self, client: "SageMakerClient", role_arn: str) -> None:
        self._client = client
        self._role_arn = role_arn

    def describe(self, name: str) -> Endpoint | None:
        try:
            answer = self._client.describe_endpoint(EndpointName=name)
        except ClientError as error:
            # SageMaker says ValidationException "Could not find endpoint" for one that isn't there.
            if "could not find" in _message(error).lower():
                return None
            raise
        return Endpoint(
            name=answer["EndpointName"],
            status=answer["EndpointStatus"],
            config=answer.get("EndpointConfigName", ""),
            coming=answer.get("PendingDeploymentSummary", {}).get("EndpointConfigName"),
            modified_at=answer["LastModifiedTime"],
            failure=answer.get("FailureReason"),
        )

    def create(self, request: DeployRequest) -> None:
        self._make_config(request)
        _call(self._client.create_endpoint, EndpointName=request.endpoint, EndpointConfigName=request.config)

    def update(self, request: DeployRequest) -> None:
        self._make_config(request)
        _call(self._client.update_endpoint, EndpointName=request.endpoint, EndpointConfigName=request.config)

    def _make_config(self, request: DeployRequest) -> None:
        """What stands under these names already was made for the same request."""
        _call_once(
            self._client.create_model,
            ModelName=request.served_model,
            ExecutionRoleArn=self._role_arn,
            # SageMaker doesn't tell a container which version it serves; with this it can say so in its answers.
            Containers=[{"ModelPackageName": request.package, "Environment": {"MODEL_PACKAGE_ARN": request.package}}],
        )
        variant = {
            "VariantName": _VARIANT,
            "ModelName": request.served_model,
            "InstanceType": request.instances.type,
            "InitialInstanceCount": request.instances.count,
        }
        _call_once(self._client.create_endpoint_config, EndpointConfigName=request.config, ProductionVariants=[variant])


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


def _message(error: ClientError) -> str:
    return error.response["Error"]["Message"]
