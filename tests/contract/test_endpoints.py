"""`Endpoints` on the fake and on the local SageMaker, which serves; and, by the Stubber, what only AWS answers."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.stub import ANY, Stubber

from control_plane.adapters.sagemaker_endpoints import VARIANT, SageMakerEndpoints
from control_plane.endpoints import Answer, Endpoint, Endpoints
from control_plane.errors import CallRefused, CapacityExceeded, ControlPlaneError, EndpointBusy
from control_plane.records import DeployRequest
from control_plane.serving import Serving
from tests.contract.conftest import client_of
from tests.contract.sagemaker.definitions import IMAGE
from tests.contract.sagemaker.hosted import BROKEN, SCRIPT, Hosted
from tests.contract.sagemaker.serving import ROLE, Served
from tests.fakes.endpoints import FakeEndpoints
from tests.local.instances import Instance, unique
from tests.samples import MORNING, deploy_request


class Fleet(NamedTuple):
    """Endpoints; how a version comes to be that serves, and one that does not; what has come of an update."""

    endpoints: Endpoints
    version: Callable[[str], DeployRequest]
    broken: Callable[[str], DeployRequest]
    settled: Callable[[str], Endpoint]


@pytest.fixture(scope="module")
def hosted(aws: Instance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosted]:
    s3, bucket = client_of(aws, "s3"), unique("bucket")
    s3.create_bucket(Bucket=bucket)
    with Served.started(tmp_path_factory.mktemp("endpoints") / "sagemaker", aws.endpoint_url) as served:
        yield Hosted(served, s3, bucket)


def fake_fleet() -> Fleet:
    fake = FakeEndpoints(lambda: MORNING)
    broken: set[str] = set()

    def request(name: str) -> DeployRequest:
        version = unique("v")
        return deploy_request(
            serving=Serving(endpoint=name), config=f"{version}-config", served_model=version, package=version
        )

    def useless(name: str) -> DeployRequest:
        made = request(name)
        broken.add(made.config)
        return made

    def settled(name: str) -> Endpoint:
        if fake.endpoints[name].coming in broken:
            fake.roll_back(name)
        elif fake.endpoints[name].coming:
            fake.settle(name)
        return fake.endpoints[name]

    return Fleet(fake, request, useless, settled)


def registered(hosted: Hosted, script: str, status: str = "Approved") -> str:
    """The ARN of a version of a group of its own."""
    group = unique("group")
    hosted.sagemaker.create_model_package_group(ModelPackageGroupName=group)
    made = hosted.sagemaker.create_model_package(
        ModelPackageGroupName=group,
        InferenceSpecification={
            "Containers": [{"Image": IMAGE, "ModelDataUrl": hosted.archive(group, script)}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
        ModelApprovalStatus=status,
    )
    return str(made["ModelPackageArn"])


def adapter(sagemaker: Any, alarms: Any = None, runtime: Any = None) -> SageMakerEndpoints:
    return SageMakerEndpoints(
        sagemaker, lambda: alarms, lambda: runtime, role_arn=ROLE, capture_uri="s3://artifacts/capture"
    )


def request_for(package: str, name: str) -> DeployRequest:
    return deploy_request(
        serving=Serving(endpoint=name), package=package, config=unique("config"), served_model=unique("model")
    )


def sagemaker_fleet(hosted: Hosted) -> Fleet:
    endpoints = adapter(hosted.sagemaker, runtime=hosted.served.runtime)

    def settled(name: str) -> Endpoint:
        hosted.settled(name)
        found = endpoints.describe(name)
        assert found is not None
        return found

    return Fleet(
        endpoints,
        version=lambda name: request_for(registered(hosted, SCRIPT), name),
        broken=lambda name: request_for(registered(hosted, BROKEN), name),
        settled=settled,
    )


@pytest.fixture(params=["fake", "sagemaker"])
def fleet(request: pytest.FixtureRequest) -> Fleet:
    return fake_fleet() if request.param == "fake" else sagemaker_fleet(request.getfixturevalue("hosted"))


def described(fleet: Fleet, name: str) -> Endpoint:
    found = fleet.endpoints.describe(name)
    assert found is not None
    return found


def created(fleet: Fleet) -> DeployRequest:
    """What an endpoint that is in service serves."""
    first = fleet.version(unique("Churn"))
    fleet.endpoints.create(first)
    assert fleet.settled(first.endpoint).status == "InService"
    return first


def test_what_nobody_made_is_not_there(fleet: Fleet) -> None:
    name = unique("nobodys")
    assert fleet.endpoints.describe(name) is None
    with pytest.raises(CallRefused):
        fleet.endpoints.update(fleet.version(name))
    assert fleet.endpoints.describe(name) is None


def test_a_new_endpoint_comes_to_serve_what_was_asked_for_5(fleet: Fleet) -> None:
    request = fleet.version(unique("Churn"))
    fleet.endpoints.create(request)
    coming = described(fleet, request.endpoint)
    assert coming.name == request.endpoint
    assert coming.heads_for(request.config)
    found = fleet.settled(request.endpoint)
    assert (found.name, found.status, found.config, found.coming, found.failure) == (
        request.endpoint,
        "InService",
        request.config,
        None,
        None,
    )
    assert found.has_settled
    assert found.heads_for(request.config)
    assert found.modified_at.tzinfo is not None


def test_a_configuration_tells_which_version_it_serves(fleet: Fleet) -> None:
    request = created(fleet)
    (variant,) = fleet.endpoints.variants(described(fleet, request.endpoint).config)
    assert (variant.name, variant.model, variant.packages) == (VARIANT, request.served_model, (request.package,))
    assert list(fleet.endpoints.variants("nobodys")) == []


def test_what_others_serve_tells_as_much_as_they_said(hosted: Hosted) -> None:
    """A variant for each model, whether its containers are of a version or of an archive; a model may be gone."""
    endpoints, version = adapter(hosted.sagemaker), registered(hosted, SCRIPT)
    theirs = unique("theirs")
    hosted.sagemaker.create_model(
        ModelName=theirs, ExecutionRoleArn=ROLE, PrimaryContainer={"ModelPackageName": version}
    )
    archive, gone = hosted.model("archive"), hosted.model("gone")
    config = hosted.config(theirs, archive, gone)
    hosted.sagemaker.delete_model(ModelName=gone)
    found = endpoints.variants(config)
    assert [(variant.model, variant.packages) for variant in found] == [
        (theirs, (version,)),
        (archive, (None,)),
        (gone, ()),
    ]


def test_an_update_serves_the_old_until_the_new_has_come_5(fleet: Fleet) -> None:
    old = created(fleet)
    new = fleet.version(old.endpoint)
    fleet.endpoints.update(new)
    on_its_way = described(fleet, old.endpoint)
    assert (on_its_way.status, on_its_way.config, on_its_way.coming) == ("Updating", old.config, new.config)
    assert not on_its_way.has_settled
    assert on_its_way.heads_for(new.config)
    assert not on_its_way.heads_for(old.config)
    found = fleet.settled(old.endpoint)
    assert (found.status, found.config, found.coming) == ("InService", new.config, None)
    assert found.modified_at >= on_its_way.modified_at


def test_what_is_changing_is_busy_and_goes_on_as_it_was_asked_1(fleet: Fleet) -> None:
    old = created(fleet)
    new, other = fleet.version(old.endpoint), fleet.version(old.endpoint)
    fleet.endpoints.update(new)
    for late in (new, other):
        with pytest.raises(EndpointBusy):
            fleet.endpoints.update(late)
    assert described(fleet, old.endpoint).heads_for(new.config)
    assert fleet.settled(old.endpoint).config == new.config


def test_what_exists_is_not_made_again_1(fleet: Fleet) -> None:
    request = fleet.version(unique("Churn"))
    fleet.endpoints.create(request)
    with pytest.raises(EndpointBusy):
        fleet.endpoints.create(request)
    fleet.settled(request.endpoint)
    with pytest.raises(EndpointBusy):
        fleet.endpoints.create(fleet.version(request.endpoint))
    assert fleet.settled(request.endpoint).config == request.config


def test_going_back_asks_for_what_was_made_before(fleet: Fleet) -> None:
    old = created(fleet)
    fleet.endpoints.update(fleet.version(old.endpoint))
    fleet.settled(old.endpoint)
    fleet.endpoints.update(old)
    assert fleet.settled(old.endpoint).config == old.config


def test_a_version_that_does_not_serve_is_rolled_back_in_silence_5(fleet: Fleet) -> None:
    old = created(fleet)
    broken = fleet.broken(old.endpoint)
    fleet.endpoints.update(broken)
    found = fleet.settled(old.endpoint)
    assert (found.status, found.config, found.coming) == ("InService", old.config, None)
    assert not found.heads_for(broken.config)
    assert found.failure
    assert "ping" in found.failure


def test_a_first_version_that_does_not_serve_fails_the_endpoint(fleet: Fleet) -> None:
    broken = fleet.broken(unique("Churn"))
    fleet.endpoints.create(broken)
    found = fleet.settled(broken.endpoint)
    assert found.status == "Failed"
    assert found.has_settled
    assert not found.heads_for(broken.config)
    assert found.failure


def test_what_is_discarded_is_gone_and_can_be_made_again(fleet: Fleet) -> None:
    old = created(fleet)
    new = fleet.version(old.endpoint)
    fleet.endpoints.update(new)
    fleet.settled(old.endpoint)
    for _ in range(2):
        fleet.endpoints.discard([old.config, unique("config")], [old.served_model, unique("model")])
    assert described(fleet, old.endpoint).heads_for(new.config)
    fleet.endpoints.update(old)
    assert fleet.settled(old.endpoint).config == old.config


def test_only_what_is_named_is_discarded(hosted: Hosted) -> None:
    fleet, sagemaker = sagemaker_fleet(hosted), hosted.sagemaker
    one, other = created(fleet), created(fleet)
    fleet.endpoints.discard([one.config], [])
    with pytest.raises(ClientError, match="Could not find"):
        sagemaker.describe_endpoint_config(EndpointConfigName=one.config)
    assert sagemaker.describe_model(ModelName=one.served_model)["ModelName"] == one.served_model
    fleet.endpoints.discard([], [one.served_model])
    with pytest.raises(ClientError, match="Could not find"):
        sagemaker.describe_model(ModelName=one.served_model)
    assert sagemaker.describe_endpoint_config(EndpointConfigName=other.config)["EndpointConfigName"] == other.config


def test_what_serves_answers_and_what_is_not_there_does_not(fleet: Fleet) -> None:
    request = created(fleet)
    assert fleet.endpoints.invoke(request.endpoint, b"{}", "application/json") == Answer(200)
    missing = fleet.endpoints.invoke(unique("nobodys"), b"{}", "application/json")
    assert (missing.status, missing.is_good) == (400, False)
    assert "not found" in missing.said


def test_what_a_model_could_not_answer_is_its_status_and_words(hosted: Hosted) -> None:
    fleet = sagemaker_fleet(hosted)
    answer = fleet.endpoints.invoke(created(fleet).endpoint, b'{"fail": "division by zero"}', "application/json")
    assert (answer.status, answer.is_good) == (500, False)
    assert answer.said


@pytest.mark.parametrize("status", ["PendingManualApproval", "Rejected"])
def test_sagemaker_makes_no_model_of_what_is_not_approved_5(hosted: Hosted, status: str) -> None:
    request = request_for(registered(hosted, SCRIPT, status), unique("Churn"))
    endpoints = adapter(hosted.sagemaker)
    with pytest.raises(CallRefused, match="SageMaker answered"):
        endpoints.create(request)
    assert endpoints.describe(request.endpoint) is None


# -- what only AWS answers --

type Wired = tuple[SageMakerEndpoints, Stubber]
PREFIX = "arn:aws:sagemaker:eu-west-1:111122223333"
REQUEST = deploy_request()
MADE: dict[str, dict[str, Any]] = {
    "create_model": {"ModelArn": f"{PREFIX}:model/churn-1"},
    "create_endpoint_config": {"EndpointConfigArn": f"{PREFIX}:endpoint-config/churn-1-config"},
    "create_endpoint": {"EndpointArn": f"{PREFIX}:endpoint/churn-prod"},
    "update_endpoint": {"EndpointArn": f"{PREFIX}:endpoint/churn-prod"},
}


@pytest.fixture
def wired() -> Iterator[Wired]:
    client = boto3.client("sagemaker", region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test")
    with Stubber(client) as stubber:
        yield adapter(client), stubber
        stubber.assert_no_pending_responses()


def answer(stubber: Stubber, *operations: str) -> None:
    for operation in operations:
        stubber.add_response(operation, MADE[operation])


def ask(endpoints: Endpoints, operation: str) -> None:
    (endpoints.update if operation == "update_endpoint" else endpoints.create)(REQUEST)


def test_all_that_is_asked_for_is_in_the_request(wired: Wired) -> None:
    endpoints, stubber = wired
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": "churn-1",
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
    }
    stubber.add_response(
        "create_model",
        MADE["create_model"],
        {
            "ModelName": "churn-1",
            "ExecutionRoleArn": ROLE,
            "Containers": [
                {"ModelPackageName": REQUEST.package, "Environment": {"MODEL_PACKAGE_ARN": REQUEST.package}}
            ],
        },
    )
    stubber.add_response(
        "create_endpoint_config",
        MADE["create_endpoint_config"],
        {"EndpointConfigName": "churn-1-config", "ProductionVariants": [variant]},
    )
    stubber.add_response(
        "update_endpoint",
        MADE["update_endpoint"],
        {"EndpointName": "churn-prod", "EndpointConfigName": "churn-1-config"},
    )
    endpoints.update(REQUEST)


ALARMS = {"Alarms": [{"AlarmName": "pointsman-guard-churn-prod-http_5xx"}]}
GUARDS = {"http_5xx": "1%"}


def percent(value: int) -> dict[str, Any]:
    return {"Type": "CAPACITY_PERCENT", "Value": value}


@pytest.mark.parametrize(
    ("rollout", "sent"),
    [
        ({"bake": "10m"}, {}),
        (
            {"bake": "10m", "alarms": GUARDS},
            {
                "BlueGreenUpdatePolicy": {
                    "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0},
                    "TerminationWaitInSeconds": 600,
                },
                "AutoRollbackConfiguration": ALARMS,
            },
        ),
        (
            {"bake": "10m", "canary": "25%", "alarms": GUARDS},
            {
                "BlueGreenUpdatePolicy": {
                    "TrafficRoutingConfiguration": {
                        "Type": "CANARY",
                        "WaitIntervalInSeconds": 600,
                        "CanarySize": percent(25),
                    },
                    "TerminationWaitInSeconds": 600,
                },
                "AutoRollbackConfiguration": ALARMS,
            },
        ),
        (
            {"bake": "1m", "linear": "20%"},
            {
                "BlueGreenUpdatePolicy": {
                    "TrafficRoutingConfiguration": {
                        "Type": "LINEAR",
                        "WaitIntervalInSeconds": 60,
                        "LinearStepSize": percent(20),
                    },
                    "TerminationWaitInSeconds": 0,
                }
            },
        ),
    ],
    ids=["plain", "guarded", "canary", "linear"],
)
@pytest.mark.parametrize("back", [False, True], ids=["forth", "back"])
def test_traffic_goes_over_as_the_spec_says_and_back_at_once(
    wired: Wired, rollout: dict[str, Any], sent: dict[str, Any], *, back: bool
) -> None:
    endpoints, stubber = wired
    answer(stubber, "create_model", "create_endpoint_config")
    config = {"DeploymentConfig": sent} if sent and not back else {}
    expected = {"EndpointName": "churn-prod", "EndpointConfigName": "churn-1-config", **config}
    stubber.add_response("update_endpoint", MADE["update_endpoint"], expected)
    serving = Serving.model_validate({"endpoint": "churn-prod", "rollout": rollout})
    endpoints.update(deploy_request(serving=serving, instead_of=2 if back else None))


def test_what_is_captured_lies_beside_the_artefacts(wired: Wired) -> None:
    endpoints, stubber = wired
    answer(stubber, "create_model")
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 20,
        "DestinationS3Uri": "s3://artifacts/capture",
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]},
    }
    expected = {"EndpointConfigName": "churn-1-config", "ProductionVariants": ANY, "DataCaptureConfig": capture}
    stubber.add_response("create_endpoint_config", MADE["create_endpoint_config"], expected)
    answer(stubber, "create_endpoint")
    endpoints.create(deploy_request(serving=Serving.model_validate({"endpoint": "churn-prod", "capture": "20%"})))


def test_a_serverless_endpoint_has_memory_and_no_instances(wired: Wired) -> None:
    endpoints, stubber = wired
    answer(stubber, "create_model")
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": "churn-1",
        "ServerlessConfig": {"MemorySizeInMB": 4096, "MaxConcurrency": 5},
    }
    expected = {"EndpointConfigName": "churn-1-config", "ProductionVariants": [variant]}
    stubber.add_response("create_endpoint_config", MADE["create_endpoint_config"], expected)
    answer(stubber, "create_endpoint")
    serverless = {"endpoint": "churn-prod", "serverless": {"memory_mb": 4096}}
    endpoints.create(deploy_request(serving=Serving.model_validate(serverless)))


@pytest.mark.parametrize(
    "code", ["ThrottlingException", "ServiceUnavailable", "InternalFailure", "ModelNotReadyException"]
)
def test_what_sagemaker_can_not_do_now_is_no_answer(code: str) -> None:
    runtime = boto3.client(
        "sagemaker-runtime", region_name="eu-west-1", aws_access_key_id="t", aws_secret_access_key="t"
    )
    with Stubber(runtime) as stubber:
        stubber.add_client_error("invoke_endpoint", code, "later")
        with pytest.raises(ClientError, match="later"):
            adapter(None, runtime=runtime).invoke("churn-prod", b"1,2", "text/csv")


def test_a_model_that_never_answers_has_answered_nothing() -> None:
    class Silent:
        def invoke_endpoint(self, **_: object) -> None:
            raise ReadTimeoutError(endpoint_url="https://runtime")

    answer = adapter(None, runtime=Silent()).invoke("churn-prod", b"1,2", "text/csv")
    assert (answer.status, answer.is_good) == (0, False)
    assert "timeout" in answer.said.lower()


def test_alarms_that_do_not_exist_are_missing(aws: Instance) -> None:
    cloudwatch = client_of(aws, "cloudwatch")
    metric, composite, gone = unique("metric"), unique("composite"), unique("gone")
    cloudwatch.put_metric_alarm(
        AlarmName=metric, ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1, MetricName="errors",
        Namespace="tests", Period=60, Statistic="Sum", Threshold=1,
    )  # fmt: skip
    cloudwatch.put_composite_alarm(AlarmName=composite, AlarmRule=f"ALARM({metric})")
    endpoints = adapter(None, cloudwatch)
    assert endpoints.missing_alarms([metric, gone, composite]) == [gone]
    assert adapter(None).missing_alarms([]) == []


@pytest.mark.parametrize("operation", ["create_endpoint", "update_endpoint"])
def test_what_stands_under_a_requests_names_was_made_for_it_3(wired: Wired, operation: str) -> None:
    endpoints, stubber = wired
    for made, what in (("create_model", "model"), ("create_endpoint_config", "endpoint configuration")):
        said = f'Cannot create already existing {what} "{PREFIX}:{what}/churn-1".'
        stubber.add_client_error(made, "ValidationException", said)
    answer(stubber, operation)
    ask(endpoints, operation)


@pytest.mark.parametrize(
    ("operation", "code", "message", "meaning"),
    [
        ("create_endpoint", "ResourceLimitExceeded", "instances: 2 of 2", CapacityExceeded),
        ("update_endpoint", "ResourceLimitExceeded", "instances: 2 of 2", CapacityExceeded),
        ("create_endpoint_config", "ResourceLimitExceeded", "configurations: 100 of 100", CapacityExceeded),
        ("create_model", "ResourceLimitExceeded", "models: 1000 of 1000", CapacityExceeded),
        ("create_model", "ValidationException", "Could not access model data", CallRefused),
        ("create_endpoint_config", "ValidationException", "no such instance type", CallRefused),
        ("create_endpoint", "ResourceNotFound", "no such configuration", CallRefused),
        ("update_endpoint", "ValidationException", f'Cannot update in-progress endpoint "{PREFIX}".', EndpointBusy),
        (
            "create_endpoint",
            "ValidationException",
            f'Cannot create already existing endpoint "{PREFIX}:endpoint/churn-prod".',
            EndpointBusy,
        ),
    ],
)
def test_errors_that_we_understand_get_our_words(
    wired: Wired, operation: str, code: str, message: str, meaning: type[ControlPlaneError]
) -> None:
    endpoints, stubber = wired
    before = ["create_model", "create_endpoint_config"]
    answer(stubber, *(before[: before.index(operation)] if operation in before else before))
    stubber.add_client_error(operation, code, message)
    with pytest.raises(meaning, match="SageMaker answered: "):
        ask(endpoints, operation)


@pytest.mark.parametrize("operation", MADE)
@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException", "InternalFailure"])
def test_other_errors_are_left_as_they_are(wired: Wired, operation: str, code: str) -> None:
    endpoints, stubber = wired
    before = ["create_model", "create_endpoint_config"]
    answer(stubber, *(before[: before.index(operation)] if operation in before else before))
    stubber.add_client_error(operation, code, "Rate exceeded")
    with pytest.raises(ClientError, match=code):
        ask(endpoints, operation)


@pytest.mark.parametrize(
    ("code", "message"),
    [("ThrottlingException", "Rate exceeded"), ("AccessDeniedException", "no"), ("ValidationException", "bad name")],
)
def test_an_endpoint_that_cannot_be_described_just_now_is_not_gone(wired: Wired, code: str, message: str) -> None:
    endpoints, stubber = wired
    stubber.add_client_error("describe_endpoint", code, message)
    with pytest.raises(ClientError, match=code):
        endpoints.describe("churn-prod")


@pytest.mark.parametrize("status", ["Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"])
def test_what_changes_has_not_settled(wired: Wired, status: str) -> None:
    endpoints, stubber = wired
    now = datetime.fromisoformat("2026-11-21T09:00:00+00:00")
    found = {"EndpointName": "churn-prod", "EndpointArn": f"{PREFIX}:endpoint/churn-prod", "EndpointStatus": status}
    stubber.add_response("describe_endpoint", found | {"CreationTime": now, "LastModifiedTime": now})
    endpoint = endpoints.describe("churn-prod")
    assert endpoint is not None
    assert (endpoint.status, endpoint.has_settled, endpoint.config, endpoint.coming) == (status, False, "", None)
