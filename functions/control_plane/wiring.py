"""The composition root: which adapter stands behind which port."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, NoCredentialsError
from botocore.session import Session

from control_plane.adapters.dynamodb import DynamoDBLedger
from control_plane.adapters.eventbridge import EventBridgeEvents
from control_plane.adapters.s3 import S3Objects
from control_plane.adapters.sagemaker import SageMakerPipelines
from control_plane.adapters.sagemaker_endpoints import SageMakerEndpoints
from control_plane.adapters.sagemaker_monitor import SageMakerMonitors
from control_plane.adapters.sagemaker_registry import SageMakerRegistry
from control_plane.adapters.sagemaker_schedules import SageMakerSchedules
from control_plane.adapters.sns import SnsNotices
from control_plane.clock import utc_now
from control_plane.errors import AwsUnreachable
from control_plane.settings import Settings

# Within the time that a function has. A second attempt would be another request to somebody's model.
_ONE_ATTEMPT = Config(read_timeout=40, retries={"total_max_attempts": 1})

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient


class AwsControlPlane:
    """Each client is made when a room first asks for it: loading a service model a room never calls costs its start.

    `client` makes another than botocore's of a service, by its name and perhaps with a `config`.
    """

    def __init__(self, settings: Settings, client: Callable[..., Any] | None = None) -> None:
        self._settings = settings
        self._client: Callable[..., Any] = client or _session().create_client

    @cached_property
    def ledger(self) -> DynamoDBLedger:
        return DynamoDBLedger(self._client("dynamodb"), self._settings.table_name)

    @cached_property
    def objects(self) -> S3Objects:
        return S3Objects(self._client("s3"))

    @cached_property
    def pipelines(self) -> SageMakerPipelines:
        return SageMakerPipelines(self._sagemaker)

    @cached_property
    def registry(self) -> SageMakerRegistry:
        return SageMakerRegistry(self._sagemaker)

    @cached_property
    def monitors(self) -> SageMakerMonitors:
        return SageMakerMonitors(self._sagemaker)

    @cached_property
    def schedules(self) -> SageMakerSchedules:
        return SageMakerSchedules(
            self._sagemaker,
            role_arn=self._settings.job_role_arn,
            reports_uri=f"s3://{self._settings.artifact_bucket}/monitoring",
            subnets=_ids(self._settings.job_subnets),
            security_groups=_ids(self._settings.job_security_groups),
            key_arn=self._settings.job_key_arn,
        )

    @cached_property
    def endpoints(self) -> SageMakerEndpoints:
        return SageMakerEndpoints(
            self._sagemaker,
            lambda: self._client("cloudwatch"),
            lambda: self._client("sagemaker-runtime", config=_ONE_ATTEMPT),
            role_arn=self._settings.endpoint_role_arn,
            capture_uri=f"s3://{self._settings.artifact_bucket}/capture",
        )

    @cached_property
    def events(self) -> EventBridgeEvents:
        return EventBridgeEvents(self._client("events"))

    @cached_property
    def notices(self) -> SnsNotices:
        return SnsNotices(self._client("sns"), self._settings.topic_arn, self._settings.table_name)

    @cached_property
    def _sagemaker(self) -> "SageMakerClient":
        client: SageMakerClient = self._client("sagemaker")
        return client

    @property
    def artifact_bucket(self) -> str:
        return self._settings.artifact_bucket

    @property
    def look_after_every(self) -> timedelta:
        return timedelta(seconds=self._settings.look_after_seconds)

    @property
    def patience(self) -> timedelta:
        return timedelta(seconds=self._settings.patience_seconds)

    def now(self) -> datetime:
        return utc_now()


def _session() -> Session:
    session = Session()
    session.register("after-call-error", _tell_what_is_missing)
    return session


def _tell_what_is_missing(**happened: Any) -> None:
    """Raises AwsUnreachable in botocore's place where there is no AWS to ask."""
    exception = happened["exception"]
    if isinstance(exception, ConnectTimeoutError | EndpointConnectionError | NoCredentialsError):
        where = "in a network, docs/deploy.md lists the endpoints that it takes; by hand, `make invoke` gives it one"
        raise AwsUnreachable(f"the room finds no AWS: {str(exception).rstrip('.')}; {where}") from None


@cache
def control_plane() -> AwsControlPlane:
    """Made once per execution environment, at the first event."""
    return AwsControlPlane(Settings.from_environment())


def _ids(text: str) -> list[str]:
    return text.split(",") if text else []
