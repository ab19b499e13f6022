"""`Schedules` on the fake and on the local SageMaker; and, by the Stubber, what is asked for to the letter."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber

from control_plane.adapters.monitor_images import analyzer_image
from control_plane.adapters.sagemaker_schedules import SageMakerSchedules
from control_plane.errors import CallRefused
from control_plane.monitor_plans import LabelsPlan, MonitorPlan
from control_plane.policies import DriftKind
from control_plane.schedules import Schedules
from tests.contract.conftest import client_of
from tests.contract.sagemaker.hosted import SCRIPT, Hosted
from tests.contract.sagemaker.serving import ROLE, Served
from tests.contract.sagemaker.test_captures import capture
from tests.fakes.schedules import FakeSchedules
from tests.local.instances import Instance, eventually, unique

REPORTS = "s3://artifacts/monitoring"
LABELS = LabelsPlan("s3://landing/churn/labels", 28, 26, "BinaryClassification", "0", "1")


class Monitored(NamedTuple):
    """The port, a plan for an endpoint that captures, and which definition a schedule runs, if there is one."""

    schedules: Schedules
    plan: Callable[[], MonitorPlan]
    running: Callable[[str], str | None]
    definitions: Callable[[], set[str]]


def plan_for(endpoint: str) -> MonitorPlan:
    return MonitorPlan(
        model="churn",
        kind=DriftKind.DATA_QUALITY,
        schedule=unique("pointsman-churn"),
        definition=unique("pointsman-churn-1"),
        endpoint=endpoint,
        expression="cron(0 0/2 ? * * *)",
        instance_type="ml.m5.xlarge",
        constraints="s3://artifacts/pipelines/1/constraints.json",
        statistics="s3://artifacts/pipelines/1/statistics.json",
    )


@pytest.fixture(scope="module")
def capturing(aws: Instance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, str]]:
    """A client of a local SageMaker, and an endpoint there that captures what it is asked."""
    s3, bucket = client_of(aws, "s3"), unique("bucket")
    s3.create_bucket(Bucket=bucket)
    with Served.started(tmp_path_factory.mktemp("schedules") / "sagemaker", aws.endpoint_url) as served:
        hosted = Hosted(served, s3, bucket)
        config = hosted.config(hosted.model("captured", SCRIPT), DataCaptureConfig=capture(hosted, "Input", "Output"))
        yield served.boto3, hosted.endpoint(config)


@pytest.fixture(params=["fake", "sagemaker"])
def monitored(request: pytest.FixtureRequest) -> Monitored:
    if request.param == "fake":
        fake = FakeSchedules()
        return Monitored(fake, lambda: plan_for("churn-prod"), fake.running.get, lambda: set(fake.plans))
    sagemaker, endpoint = request.getfixturevalue("capturing")

    def running(schedule: str) -> str | None:
        """Once it isn't pending."""

        def look() -> dict[str, Any] | None:
            found: dict[str, Any] = sagemaker.describe_monitoring_schedule(MonitoringScheduleName=schedule)
            return None if found["MonitoringScheduleStatus"] == "Pending" else found

        try:
            found = eventually(look)
        except ClientError:
            return None
        return str(found["MonitoringScheduleConfig"]["MonitoringJobDefinitionName"]) if found else None

    def definitions() -> set[str]:
        listed = [
            *sagemaker.list_data_quality_job_definitions(MaxResults=100)["JobDefinitionSummaries"],
            *sagemaker.list_model_quality_job_definitions(MaxResults=100)["JobDefinitionSummaries"],
        ]
        return {each["MonitoringJobDefinitionName"] for each in listed}

    schedules = SageMakerSchedules(sagemaker, role_arn=ROLE, reports_uri=REPORTS)
    return Monitored(schedules, lambda: plan_for(endpoint), running, definitions)


@pytest.mark.parametrize("labels", [None, LABELS], ids=["data", "predictions"])
def test_a_schedule_runs_what_it_was_planned_to_run_however_often_that_is_asked(
    monitored: Monitored, labels: LabelsPlan | None
) -> None:
    kind = DriftKind.MODEL_QUALITY if labels else DriftKind.DATA_QUALITY
    plan = replace(monitored.plan(), kind=kind, labels=labels, statistics=None)
    for _ in range(2):
        monitored.schedules.attach(plan)
        assert monitored.running(plan.schedule) == plan.definition
    monitored.schedules.detach(plan.schedule)
    monitored.schedules.discard(kind, plan.definition)
    assert plan.definition not in monitored.definitions()


def test_a_schedule_goes_over_to_another_definition_and_the_old_one_can_go(monitored: Monitored) -> None:
    old = monitored.plan()
    new = replace(old, definition=unique("pointsman-churn-2"), expression="cron(0 * ? * * *)")
    monitored.schedules.attach(old)
    assert monitored.running(old.schedule) == old.definition
    monitored.schedules.attach(new)
    assert monitored.running(old.schedule) == new.definition
    monitored.schedules.discard(old.kind, old.definition)
    assert {new.definition} == monitored.definitions() & {old.definition, new.definition}


def test_what_is_gone_can_go_again_3(monitored: Monitored) -> None:
    plan = monitored.plan()
    monitored.schedules.attach(plan)
    assert monitored.running(plan.schedule) == plan.definition
    for _ in range(2):
        monitored.schedules.detach(plan.schedule)
        monitored.schedules.discard(plan.kind, plan.definition)
    assert monitored.running(plan.schedule) is None
    monitored.schedules.discard(DriftKind.MODEL_QUALITY, plan.definition)


def test_an_endpoint_that_captures_nothing_can_not_be_watched(capturing: tuple[Any, str]) -> None:
    schedules = SageMakerSchedules(capturing[0], role_arn=ROLE, reports_uri=REPORTS)
    with pytest.raises(CallRefused, match="SageMaker answered"):
        schedules.attach(plan_for(unique("nobodys")))


# -- what only AWS answers --

type Wired = tuple[SageMakerSchedules, Stubber]
PLAN = plan_for("churn-prod")
QUALITY = replace(PLAN, kind=DriftKind.MODEL_QUALITY, statistics=None, labels=LABELS)
ARN = "arn:aws:sagemaker:eu-west-1:111122223333:monitoring-schedule/churn"
IMAGE = "468650794304.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-model-monitor-analyzer"
COMMON: dict[str, Any] = {
    "JobDefinitionName": PLAN.definition,
    "JobResources": {"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 20}},
    "RoleArn": ROLE,
}
REPORT = {"S3Uri": f"{REPORTS}/churn", "LocalPath": "/opt/ml/processing/output", "S3UploadMode": "EndOfJob"}
SOURCE = {"EndpointName": "churn-prod", "LocalPath": "/opt/ml/processing/input/endpoint"}


@pytest.fixture
def wired() -> Iterator[Wired]:
    client = boto3.client("sagemaker", region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test")
    with Stubber(client) as stubber:
        yield SageMakerSchedules(client, role_arn=ROLE, reports_uri=REPORTS), stubber
        stubber.assert_no_pending_responses()


def scheduled(stubber: Stubber, monitoring_type: str) -> None:
    config = {
        "ScheduleConfig": {"ScheduleExpression": "cron(0 0/2 ? * * *)"},
        "MonitoringJobDefinitionName": PLAN.definition,
        "MonitoringType": monitoring_type,
    }
    request = {"MonitoringScheduleName": PLAN.schedule, "MonitoringScheduleConfig": config}
    stubber.add_response("create_monitoring_schedule", {"MonitoringScheduleArn": ARN}, request)


def test_all_that_is_asked_for_of_data_is_in_the_request(wired: Wired) -> None:
    schedules, stubber = wired
    expected = {
        **COMMON,
        "DataQualityBaselineConfig": {
            "ConstraintsResource": {"S3Uri": PLAN.constraints},
            "StatisticsResource": {"S3Uri": PLAN.statistics},
        },
        "DataQualityAppSpecification": {"ImageUri": IMAGE},
        "DataQualityJobInput": {"EndpointInput": SOURCE},
        "DataQualityJobOutputConfig": {"MonitoringOutputs": [{"S3Output": REPORT}]},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    }
    stubber.add_response("create_data_quality_job_definition", {"JobDefinitionArn": ARN}, expected)
    scheduled(stubber, "DataQuality")
    schedules.attach(PLAN)


def test_jobs_have_the_network_and_the_key_that_the_stack_gives_them(wired: Wired) -> None:
    """By the same parameters as the pipelines' jobs."""
    client, stubber = wired[0]._client, wired[1]
    network, key = {"Subnets": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]}, f"{ARN}:key/1"
    schedules = SageMakerSchedules(
        client,
        role_arn=ROLE,
        reports_uri=REPORTS,
        subnets=["subnet-1", "subnet-2"],
        security_groups=["sg-1"],
        key_arn=key,
    )
    cluster = {**COMMON["JobResources"]["ClusterConfig"], "VolumeKmsKeyId": key}
    expected = ANY_REQUEST | {
        "JobResources": {"ClusterConfig": cluster},
        "NetworkConfig": {"VpcConfig": network},
        "DataQualityJobOutputConfig": {"MonitoringOutputs": [{"S3Output": REPORT}], "KmsKeyId": key},
    }
    stubber.add_response("create_data_quality_job_definition", {"JobDefinitionArn": ARN}, expected)
    scheduled(stubber, "DataQuality")
    schedules.attach(PLAN)


def test_all_that_is_asked_for_of_predictions_is_in_the_request(wired: Wired) -> None:
    schedules, stubber = wired
    judged = {"InferenceAttribute": "0", "ProbabilityAttribute": "1"}
    expected = {
        **COMMON,
        "ModelQualityBaselineConfig": {"ConstraintsResource": {"S3Uri": PLAN.constraints}},
        "ModelQualityAppSpecification": {"ImageUri": IMAGE, "ProblemType": "BinaryClassification"},
        "ModelQualityJobInput": {
            "EndpointInput": {**SOURCE, **judged, "StartTimeOffset": "-PT28H", "EndTimeOffset": "-PT26H"},
            "GroundTruthS3Input": {"S3Uri": "s3://landing/churn/labels"},
        },
        "ModelQualityJobOutputConfig": {"MonitoringOutputs": [{"S3Output": REPORT}]},
        "StoppingCondition": {"MaxRuntimeInSeconds": 1800},
    }
    stubber.add_response("create_model_quality_job_definition", {"JobDefinitionArn": ARN}, expected)
    scheduled(stubber, "ModelQuality")
    schedules.attach(QUALITY)


@pytest.mark.parametrize(
    ("code", "message", "meaning"),
    [
        ("ValidationException", "no such instance type", CallRefused),
        ("ValidationException", "Monitoring schedule in status Pending", ClientError),
        ("ThrottlingException", "slow down", ClientError),
        ("ResourceLimitExceeded", "schedules: 100 of 100", ClientError),
    ],
)
def test_what_may_pass_by_itself_is_raised_as_it_is(
    wired: Wired, code: str, message: str, meaning: type[Exception]
) -> None:
    schedules, stubber = wired
    stubber.add_response("create_data_quality_job_definition", {"JobDefinitionArn": ARN}, ANY_REQUEST)
    stubber.add_client_error("create_monitoring_schedule", code, message)
    with pytest.raises(meaning, match=message):
        schedules.attach(PLAN)


ANY_REQUEST = dict.fromkeys(
    [
        *COMMON,
        *("DataQualityBaselineConfig", "DataQualityAppSpecification", "DataQualityJobInput"),
        *("DataQualityJobOutputConfig", "StoppingCondition"),
    ],
    ANY,
)


def test_the_image_is_its_regions() -> None:
    assert analyzer_image("cn-north-1") == (
        "453000072557.dkr.ecr.cn-north-1.amazonaws.com.cn/sagemaker-model-monitor-analyzer"
    )
    with pytest.raises(CallRefused, match="no image in mars-1"):
        analyzer_image("mars-1")
