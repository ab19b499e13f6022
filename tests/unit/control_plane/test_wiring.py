"""The composition root: settings from the environment, clients when they are first asked for."""

import pytest
from botocore.endpoint import Endpoint
from botocore.exceptions import EndpointConnectionError, NoCredentialsError
from pydantic import ValidationError

from control_plane import wiring
from control_plane.adapters.dynamodb import DynamoDBLedger
from control_plane.adapters.eventbridge import EventBridgeEvents
from control_plane.adapters.s3 import S3Objects
from control_plane.adapters.sagemaker import SageMakerPipelines
from control_plane.adapters.sagemaker_registry import SageMakerRegistry
from control_plane.adapters.sns import SnsNotices
from control_plane.errors import AwsUnreachable
from control_plane.settings import Settings
from tests.template import environment


@pytest.fixture(autouse=True)
def _a_deployments_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "ledger")
    monkeypatch.setenv("ARTIFACT_BUCKET", "artifacts")
    monkeypatch.setenv("ENDPOINT_ROLE_ARN", "role")
    monkeypatch.setenv("TOPIC_ARN", "topic")
    monkeypatch.setenv("JOB_ROLE_ARN", "jobs")
    monkeypatch.setenv("LOOK_AFTER_SECONDS", "900")
    monkeypatch.setenv("PATIENCE_SECONDS", "60")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    wiring.control_plane.cache_clear()


def test_settings_come_from_the_environment() -> None:
    expected = Settings(
        table_name="ledger",
        artifact_bucket="artifacts",
        endpoint_role_arn="role",
        topic_arn="topic",
        job_role_arn="jobs",
        look_after_seconds=900,
        patience_seconds=60,
    )
    assert Settings.from_environment() == expected


@pytest.mark.parametrize(
    "missing", ["TABLE_NAME", "ARTIFACT_BUCKET", "ENDPOINT_ROLE_ARN", "TOPIC_ARN", "LOOK_AFTER_SECONDS"]
)
def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.delenv(missing)
    with pytest.raises(ValidationError, match=missing.lower()):
        Settings.from_environment()


def test_the_template_sets_every_setting() -> None:
    assert {name.upper() for name in Settings.model_fields} <= set(environment())


def test_each_client_is_made_when_it_is_first_asked_for() -> None:
    made: list[str] = []
    plane = wiring.AwsControlPlane(Settings.from_environment(), made.append)
    assert made == []
    assert isinstance(plane.ledger, DynamoDBLedger)
    assert made == ["dynamodb"]
    assert isinstance(plane.objects, S3Objects)
    assert isinstance(plane.pipelines, SageMakerPipelines)
    assert isinstance(plane.registry, SageMakerRegistry)
    assert isinstance(plane.events, EventBridgeEvents)
    assert isinstance(plane.notices, SnsNotices)
    assert plane.ledger is plane.ledger
    assert made == ["dynamodb", "s3", "sagemaker", "events", "sns"]
    assert plane.artifact_bucket == "artifacts"


@pytest.mark.parametrize(
    "why", [EndpointConnectionError(endpoint_url="https://dynamodb.eu-west-1.amazonaws.com"), NoCredentialsError()]
)
def test_where_there_is_no_aws_its_first_call_says_so(monkeypatch: pytest.MonkeyPatch, why: Exception) -> None:
    def fail(*_: object) -> None:
        raise why

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):  # else the machine's own service is asked for some
        monkeypatch.setenv(name, "test")
    monkeypatch.setattr(Endpoint, "make_request", fail)
    with pytest.raises(AwsUnreachable, match=rf"^the room finds no AWS: {str(why)[:20]}.*; by hand, `make invoke`"):
        wiring.control_plane().ledger.run("arn:run")


def test_monitors_jobs_get_the_network_and_the_key_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"JOB_SUBNETS": "subnet-1,subnet-2", "JOB_SECURITY_GROUPS": "sg-1", "JOB_KEY_ARN": "key"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    schedules = wiring.AwsControlPlane(Settings.from_environment(), lambda _: object()).schedules
    assert schedules._network == {"Subnets": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]}
    assert schedules._key_arn == "key"


def test_one_control_plane_serves_all_events_of_an_execution_environment() -> None:
    assert wiring.control_plane() is wiring.control_plane()


def test_the_clock_is_utc() -> None:
    assert str(wiring.control_plane().now().tzinfo) == "UTC"
