"""Groups, versions, approval; the events that the control plane lives on."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.contract.sagemaker.definitions import IMAGE, definition, register
from tests.contract.sagemaker.serving import Served
from tests.contract.sagemaker.test_wire import refused
from tests.local.instances import eventually

INFERENCE = {
    "Containers": [{"Image": IMAGE, "ModelDataUrl": "s3://bucket/model.tar.gz"}],
    "SupportedContentTypes": ["text/csv"],
    "SupportedResponseMIMETypes": ["text/csv"],
}
type Create = Callable[..., str]


@pytest.fixture
def create(sagemaker: Any) -> Create:
    sagemaker.create_model_package_group(ModelPackageGroupName="churn", ModelPackageGroupDescription="who leaves")

    def create(**arguments: Any) -> str:
        given = {"ModelPackageGroupName": "churn", "InferenceSpecification": INFERENCE, **arguments}
        return str(sagemaker.create_model_package(**given)["ModelPackageArn"])

    return create


def test_versions_are_numbered_and_wait_for_approval(sagemaker: Any, create: Create) -> None:
    arns = [create(), create(ModelApprovalStatus="Approved")]
    head = "arn:aws:sagemaker:us-east-1:000000000000:model-package/churn/"
    assert arns == [f"{head}1", f"{head}2"]
    first = sagemaker.describe_model_package(ModelPackageName=arns[0])
    assert first["ModelApprovalStatus"] == "PendingManualApproval"
    assert (first["ModelPackageGroupName"], first["ModelPackageVersion"]) == ("churn", 1)
    assert "ModelPackageName" not in first
    assert first["ModelPackageStatus"] == "Completed"
    assert first["InferenceSpecification"]["Containers"][0]["ModelDataUrl"] == "s3://bucket/model.tar.gz"
    group = sagemaker.describe_model_package_group(ModelPackageGroupName="churn")
    assert group["ModelPackageGroupDescription"] == "who leaves"


def test_a_deleted_versions_number_is_not_given_again(sagemaker: Any, create: Create) -> None:
    sagemaker.delete_model_package(ModelPackageName=create())
    assert create().endswith("/2")


def test_many_at_once_get_different_numbers(create: Create) -> None:
    with ThreadPoolExecutor(8) as pool:
        arns = list(pool.map(lambda _: create(), range(24)))
    assert sorted(int(arn.rpartition("/")[2]) for arn in arns) == list(range(1, 25))


def test_updates_tell_which_fields(served: Served, sagemaker: Any, create: Create) -> None:
    arn = create()
    sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved", ApprovalDescription="good")
    sagemaker.update_model_package(ModelPackageArn=arn, CustomerMetadataProperties={"a": "1", "b": "2"})
    sagemaker.update_model_package(ModelPackageArn=arn, CustomerMetadataPropertiesToRemove=["b"])

    described = sagemaker.describe_model_package(ModelPackageName=arn)
    assert described["ModelApprovalStatus"] == "Approved"
    assert described["ApprovalDescription"] == "good"
    assert described["CustomerMetadataProperties"] == {"a": "1"}
    events = eventually(lambda: found if len(found := served.details("Model Package")) == 4 else None) or []
    assert [(event["ModelApprovalStatus"], event.get("UpdatedModelPackageFields")) for event in events] == [
        ("PendingManualApproval", None),
        ("Approved", ["ModelApprovalStatus", "ApprovalDescription"]),
        # The trap: nothing of the approval changed, and yet the event says Approved.
        ("Approved", ["CustomerMetadataProperties"]),
        ("Approved", ["CustomerMetadataProperties"]),
    ]


def test_packages_are_listed_by_group_status_and_order(sagemaker: Any, create: Create) -> None:
    create()
    create(ModelApprovalStatus="Approved")
    create(ModelApprovalStatus="Rejected")
    sagemaker.create_model_package(ModelPackageName="alone", InferenceSpecification=INFERENCE)

    def versions(**arguments: Any) -> list[Any]:
        found = sagemaker.list_model_packages(**arguments)["ModelPackageSummaryList"]
        return [package.get("ModelPackageVersion", package.get("ModelPackageName")) for package in found]

    assert versions(ModelPackageGroupName="churn") == [1, 2, 3]
    assert versions(ModelPackageGroupName="churn", SortOrder="Descending") == [3, 2, 1]
    assert versions(ModelPackageGroupName="churn", ModelApprovalStatus="Approved") == [2]
    assert versions() == ["alone"]
    assert versions(ModelPackageType="Versioned") == [1, 2, 3]


def test_what_is_not_there_is_said_so(sagemaker: Any) -> None:
    missing = "arn:aws:sagemaker:us-east-1:000000000000:model-package/none/1"
    assert refused(sagemaker.describe_model_package, ModelPackageName=missing)[0] == "ValidationException"
    code, message = refused(
        sagemaker.create_model_package, ModelPackageGroupName="none", InferenceSpecification=INFERENCE
    )
    assert (code, "does not exist" in message) == ("ValidationException", True)


def test_a_group_is_unique_and_deleted_only_empty(sagemaker: Any, create: Create) -> None:
    assert refused(sagemaker.create_model_package_group, ModelPackageGroupName="churn")[0] == "ValidationException"
    arn = create()
    assert refused(sagemaker.delete_model_package_group, ModelPackageGroupName="churn")[0] == "ConflictException"
    sagemaker.delete_model_package(ModelPackageName=arn)
    sagemaker.delete_model_package_group(ModelPackageGroupName="churn")
    assert sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"] == []


def test_a_client_token_gives_the_same_package(create: Create) -> None:
    assert create(ClientToken="once") == create(ClientToken="once")


def test_a_step_registers_into_a_group_that_it_makes(served: Served, sagemaker: Any) -> None:
    properties = {"fingerprint": "abc"}
    step = register("Register", "new-group", "s3://bucket/m.tar.gz", CustomerMetadataProperties=properties)
    steps = served.run(definition([step]))
    arn = steps["Register"]["Metadata"]["RegisterModel"]["Arn"]
    assert arn.endswith(":model-package/new-group/1")
    assert sagemaker.describe_model_package(ModelPackageName=arn)["CustomerMetadataProperties"] == properties


def test_a_registration_that_the_service_refuses_fails_its_step(served: Served) -> None:
    step = register("Register", "group", "s3://bucket/m.tar.gz", ModelApprovalStatus="Perhaps")
    reason = served.run_to_failure(definition([step]))["Register"]
    assert reason.startswith("ClientError: Failed to invoke sagemaker:CreateModelPackage. Error Details: ")
    assert "satisfy enum value set: [Approved, Rejected, PendingManualApproval]" in reason
