"""`Registry` on the fake and on the local SageMaker; and, by the Stubber, answers that only AWS gives."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from control_plane.adapters.sagemaker_registry import SageMakerRegistry
from control_plane.errors import UnknownPackage
from control_plane.policies import DriftKind
from control_plane.registry import ApprovalStatus, Baseline, Registry
from tests.contract.sagemaker.serving import Served
from tests.fakes import FakeRegistry
from tests.local.instances import Instance, unique
from tests.samples import MORNING, execution_arn, package_arn

IMAGE, MODEL_DATA = "scikit-learn:1.7", "s3://artifacts/models/churn/{}/model.tar.gz"
SAMPLE = "s3://artifacts/pipelines/{}/{}/sample.tar.gz"
RUN = execution_arn()


class Versions(NamedTuple):
    """A registry, and how a run registers a version in a group and a person decides about it."""

    registry: Registry
    register: Callable[[str, str | None], str]
    set_approval: Callable[[str, ApprovalStatus], object]


@pytest.fixture(scope="module")
def sagemaker(aws: Instance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with Served.started(tmp_path_factory.mktemp("sagemaker"), aws.endpoint_url) as served:
        yield served.boto3


@pytest.fixture(params=["fake", "sagemaker"])
def versions(request: pytest.FixtureRequest) -> Versions:
    if request.param == "fake":
        fake = FakeRegistry(lambda: MORNING)
        return Versions(
            fake, lambda group, run: fake.register(group, run, "d1" if run else None).arn, fake.set_approval
        )
    sagemaker = request.getfixturevalue("sagemaker")

    def listed(group: str) -> list[Any]:
        found = sagemaker.list_model_packages(ModelPackageGroupName=group, MaxResults=100)
        return list(found["ModelPackageSummaryList"])

    for group in sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"]:
        name = group["ModelPackageGroupName"]
        for version in listed(name):
            sagemaker.delete_model_package(ModelPackageName=version["ModelPackageArn"])
        sagemaker.delete_model_package_group(ModelPackageGroupName=name)

    def register(group: str, run: str | None) -> str:
        groups = sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"]
        if group not in {found["ModelPackageGroupName"] for found in groups}:
            sagemaker.create_model_package_group(ModelPackageGroupName=group)
        number = 1 + len(listed(group))
        answer = sagemaker.create_model_package(
            ModelPackageGroupName=group,
            InferenceSpecification={
                "Containers": [{"Image": IMAGE, "ModelDataUrl": MODEL_DATA.format(number)}],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
            SamplePayloadUrl=SAMPLE.format(group, number),
            **(
                {"MetadataProperties": {"GeneratedBy": run}, "CustomerMetadataProperties": {"DecisionKey": "d1"}}
                if run
                else {}
            ),
        )
        return str(answer["ModelPackageArn"])

    def set_approval(arn: str, status: ApprovalStatus) -> None:
        sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus=status)

    return Versions(SageMakerRegistry(sagemaker), register, set_approval)


def test_a_new_version_waits_for_approval_and_says_where_it_is_from(versions: Versions) -> None:
    arn = versions.register("churn", RUN)
    found = versions.registry.describe(arn)
    assert (found.arn, found.group, found.version) == (arn, "churn", 1)
    assert (found.status, found.approval_status) == ("Completed", "PendingManualApproval")
    assert (found.image, found.model_data_url, found.generated_by) == (IMAGE, MODEL_DATA.format(1), RUN)
    assert found.decision == "d1"
    assert (found.sample_uri, found.content_type) == (SAMPLE.format("churn", 1), "text/csv")
    assert found.last_modified.tzinfo is not None


URI = "s3://artifacts/{}.json"
DATA, QUALITY = DriftKind.DATA_QUALITY, DriftKind.MODEL_QUALITY


def metrics(**files: str) -> dict[str, Any]:
    return {name: {"ContentType": "application/json", "S3Uri": URI.format(file)} for name, file in files.items()}


@pytest.mark.parametrize(
    ("registered", "baselines"),
    [
        ({}, {}),
        (
            {"DriftCheckBaselines": {"ModelDataQuality": metrics(Statistics="s", Constraints="c")}},
            {DATA: Baseline(URI.format("c"), URI.format("s"))},
        ),
        (
            {
                "ModelMetrics": {
                    "ModelQuality": metrics(Constraints="then"),
                    "ModelDataQuality": metrics(Constraints="c"),
                },
                "DriftCheckBaselines": {"ModelQuality": metrics(Constraints="now")},
            },
            {DATA: Baseline(URI.format("c")), QUALITY: Baseline(URI.format("now"))},
        ),
        ({"ModelMetrics": {"ModelQuality": metrics(Statistics="report")}}, {}),
    ],
    ids=["none", "to compare with", "measured by", "a report alone"],
)
def test_what_a_version_is_to_be_watched_by_is_told(
    sagemaker: Any, registered: dict[str, Any], baselines: dict[DriftKind, Baseline]
) -> None:
    group = unique("group")
    sagemaker.create_model_package_group(ModelPackageGroupName=group)
    arn = sagemaker.create_model_package(ModelPackageGroupName=group, **registered)["ModelPackageArn"]
    assert SageMakerRegistry(sagemaker).describe(arn).baselines == baselines


def test_a_version_that_no_run_registered_says_so(versions: Versions) -> None:
    assert versions.registry.describe(versions.register("churn", None)).generated_by is None


@pytest.mark.parametrize("status", ["Approved", "Rejected", "PendingManualApproval"])
def test_a_persons_word_is_told(versions: Versions, status: ApprovalStatus) -> None:
    arn = versions.register("churn", RUN)
    before = versions.registry.describe(arn).last_modified
    versions.set_approval(arn, status)
    found = versions.registry.describe(arn)
    assert found.approval_status == status
    assert found.last_modified >= before


def test_approving_approves_that_version_and_may_be_repeated(versions: Versions) -> None:
    first, second = versions.register("churn", RUN), versions.register("churn", execution_arn(2))
    for _ in range(2):
        versions.registry.approve(first, "auc meets the bar")
        assert versions.registry.describe(first).approval_status == "Approved"
    assert versions.registry.describe(second).approval_status == "PendingManualApproval"


@pytest.mark.parametrize("arn", [package_arn(9), package_arn(1, "nobody")])
def test_a_version_that_is_not_there_is_unknown(versions: Versions, arn: str) -> None:
    versions.register("churn", RUN)
    with pytest.raises(UnknownPackage, match=arn):
        versions.registry.describe(arn)


def test_a_runs_version_is_found_among_those_of_its_group(versions: Versions) -> None:
    arns = [versions.register("churn", execution_arn(number)) for number in range(3)]
    other = versions.register("other", execution_arn(7))
    for number, arn in enumerate(arns):
        found = versions.registry.registered_by("churn", execution_arn(number))
        assert found is not None
        assert (found.arn, found) == (arn, versions.registry.describe(arn))
    assert versions.registry.registered_by("churn", execution_arn(7)) is None
    assert versions.registry.registered_by("other", execution_arn(7)) == versions.registry.describe(other)


def test_a_version_is_looked_for_among_the_20_newest(versions: Versions) -> None:
    for number in range(21):
        versions.register("churn", execution_arn(number))
    assert versions.registry.registered_by("churn", execution_arn(0)) is None
    for number in (1, 20):
        found = versions.registry.registered_by("churn", execution_arn(number))
        assert found is not None
        assert found.version == number + 1


def test_approvals_are_told_by_version_and_of_the_group_alone(versions: Versions) -> None:
    arns = [versions.register("churn", execution_arn(number)) for number in range(3)]
    versions.register("other", RUN)
    versions.set_approval(arns[0], "Approved")
    versions.set_approval(arns[1], "Rejected")
    expected = dict(zip(arns, ["Approved", "Rejected", "PendingManualApproval"], strict=True))
    assert dict(versions.registry.approvals("churn")) == expected


def test_approvals_are_told_of_the_20_newest(versions: Versions) -> None:
    arns = [versions.register("churn", execution_arn(number)) for number in range(21)]
    assert set(versions.registry.approvals("churn")) == set(arns[1:])


def test_a_group_that_is_not_there_has_no_approvals(versions: Versions) -> None:
    """The first training makes it: until then a model has none."""
    assert dict(versions.registry.approvals("nobody")) == {}


type Wired = tuple[SageMakerRegistry, Stubber]


@pytest.fixture
def wired() -> Iterator[Wired]:
    client = boto3.client("sagemaker", region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test")
    with Stubber(client) as stubber:
        yield SageMakerRegistry(client), stubber
        stubber.assert_no_pending_responses()


CREATED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
BARE = {
    "ModelPackageName": "somebodys",
    "ModelPackageArn": "arn:aws:sagemaker:eu-west-1:111122223333:model-package/somebodys",
    "CreationTime": CREATED,
    "ModelPackageStatus": "InProgress",
    "ModelPackageStatusDetails": {"ValidationStatuses": []},
}


@pytest.mark.parametrize(
    "serving",
    [{}, {"InferenceSpecification": {"Containers": [{"Image": "", "ModelDataUrl": ""}]}}],
)
def test_a_version_of_somebody_elses_making_may_lack_nearly_everything_2(wired: Wired, serving: dict[str, Any]) -> None:
    registry, stubber = wired
    arn = str(BARE["ModelPackageArn"])
    stubber.add_response("describe_model_package", BARE | serving, {"ModelPackageName": arn})
    found = registry.describe(arn)
    assert (found.group, found.version, found.status) == ("", 0, "InProgress")
    assert (found.approval_status, found.image, found.model_data_url) == ("PendingManualApproval", "", "")
    assert (found.last_modified, found.generated_by) == (CREATED, None)


@pytest.mark.parametrize(
    ("code", "message"),
    [("ThrottlingException", "Rate exceeded"), ("AccessDeniedException", "no"), ("ValidationException", "bad ARN")],
)
def test_other_errors_are_left_as_they_are(wired: Wired, code: str, message: str) -> None:
    registry, stubber = wired
    stubber.add_client_error("describe_model_package", code, message)
    with pytest.raises(ClientError, match=code):
        registry.describe(package_arn())


def test_an_approval_says_why_as_far_as_there_is_room_for_it(wired: Wired) -> None:
    registry, stubber = wired
    expected = {"ModelPackageArn": package_arn(), "ModelApprovalStatus": "Approved", "ApprovalDescription": "x" * 1024}
    stubber.add_response("update_model_package", {"ModelPackageArn": package_arn()}, expected)
    registry.approve(package_arn(), "x" * 2000)


def test_approvals_that_cannot_be_told_just_now_are_not_none(wired: Wired) -> None:
    registry, stubber = wired
    stubber.add_client_error("list_model_packages", "ThrottlingException", "Rate exceeded")
    with pytest.raises(ClientError, match="ThrottlingException"):
        registry.approvals("churn")


def test_a_version_that_lacks_a_status_waits_for_one(wired: Wired) -> None:
    registry, stubber = wired
    found = {"ModelPackageArn": package_arn(), "CreationTime": CREATED, "ModelPackageStatus": "Completed"}
    request = {"ModelPackageGroupName": "churn", "SortBy": "CreationTime", "SortOrder": "Descending", "MaxResults": 20}
    stubber.add_response("list_model_packages", {"ModelPackageSummaryList": [found]}, request)
    assert registry.approvals("churn") == {package_arn(): "PendingManualApproval"}
