"""Events as AWS sends them, and as it might."""

import json
from typing import Any

import pytest

from control_plane.errors import InvalidEvent
from control_plane.events import (
    DeploymentRequested,
    ModelPackageStateChange,
    ObjectCreated,
    PipelineExecutionStatusChange,
    RollbackRequested,
    RunRequested,
    parse_request,
)
from tests.sample_events import index, sample_event
from tests.samples import execution_arn, execution_ended, object_created


def test_an_arrival_says_where_and_what() -> None:
    event = ObjectCreated.parse(object_created("churn/training/a.csv"))
    assert (event.bucket, event.key) == ("landing", "churn/training/a.csv")
    assert event.identity == "s3://landing/churn/training/a.csv@v1"


def test_text_bytes_and_mappings_are_the_same() -> None:
    payload = object_created("a/ü+%20.csv")
    text = json.dumps(payload, ensure_ascii=False)
    assert ObjectCreated.parse(text) == ObjectCreated.parse(text.encode()) == ObjectCreated.parse(payload)


def test_every_delivery_of_one_write_has_one_identity_1() -> None:
    first, second = object_created("a.csv"), object_created("a.csv") | {"id": "another delivery", "time": "later"}
    assert ObjectCreated.parse(first).identity == ObjectCreated.parse(second).identity


@pytest.mark.parametrize(
    ("changes", "identity"),
    [
        ({}, "s3://landing/a.csv@v1"),
        ({"version-id": "v2"}, "s3://landing/a.csv@v2"),
        ({"version-id": None}, "s3://landing/a.csv@61"),
        ({"version-id": None, "sequencer": None}, "s3://landing/a.csv@17793124-05d4-b198-2fde-7ededc63b103"),
    ],
)
def test_every_write_of_one_key_has_its_own_identity(changes: dict[str, Any], identity: str) -> None:
    payload = object_created("a.csv")
    payload["detail"]["object"] |= changes
    assert ObjectCreated.parse(payload).identity == identity


@pytest.mark.parametrize(
    ("key", "folders"),
    [
        ("a.csv", ()),
        ("a/b.csv", ("a/",)),
        ("a/b/c.csv", ("a/b/", "a/")),
        ("a/b/", ("a/b/", "a/")),
        ("a//b.csv", ("a//", "a/")),
        ("/a.csv", ("/",)),
    ],
)
def test_the_folders_above_a_key_deepest_first(key: str, folders: tuple[str, ...]) -> None:
    assert ObjectCreated.parse(object_created(key)).folders == folders


def test_fields_that_nobody_knows_are_ignored() -> None:
    payload = object_created("a.csv")
    payload["detail"]["bucket"]["aws-generated-tags"] = {"new": "field"}
    assert ObjectCreated.parse(payload | {"trace-header": "r"}) == ObjectCreated.parse(object_created("a.csv"))


@pytest.mark.parametrize("missing", ["id", "source", "detail-type", "detail"])
def test_what_is_missing_is_named(missing: str) -> None:
    payload = object_created("a.csv")
    del payload[missing]
    with pytest.raises(InvalidEvent, match=rf"not a ObjectCreated event: {missing}: Field required"):
        ObjectCreated.parse(payload)


@pytest.mark.parametrize("name", ["pipelineExecutionArn", "PipelineExecutionArn"])
def test_both_casings_of_an_execution_are_read(name: str) -> None:
    payload = execution_ended(execution_arn())
    payload["detail"] = {name: execution_arn()}
    assert PipelineExecutionStatusChange.parse(payload).detail.execution_arn == execution_arn()


@pytest.mark.parametrize(
    ("name", "key", "version"),
    [
        ("object_created", "churn/training/2026-11-21.csv", "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e"),
        ("object_created_replayed", "churn/training/2026-11-21.csv", "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e"),
        ("object_created_multipart_unversioned", "churn/training/2026-11-21.parquet", "00617F0837B476E463"),
        ("object_created_odd_key", "churn/training/2026 november+ü%20(1).csv", "9Xq1"),
        ("object_created_folder_marker", "churn/training/", "7Ta0"),
        ("object_created_manifest", "churn/training/_SUCCESS", "8Ub1"),
    ],
)
def test_an_object_is_known_by_its_raw_key_and_its_version(name: str, key: str, version: str) -> None:
    event = ObjectCreated.parse(sample_event(name))
    assert (event.key, event.identity) == (key, f"s3://amzn-s3-demo-bucket/{key}@{version}")


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("execution_started", "Executing"),
        ("execution_succeeded", "Succeeded"),
        ("execution_failed", "Failed"),
        ("execution_stopped", "Stopped"),
        ("execution_observed", "observed"),
    ],
)
def test_the_end_of_a_run_is_known_by_its_execution_and_status(name: str, status: str) -> None:
    arn = "arn:aws:sagemaker:us-east-1:111122223333:pipeline/pointsman-training/execution/k9c2e1v0x4ab"
    assert PipelineExecutionStatusChange.parse(sample_event(name)).identity == f"{arn} {status}"


@pytest.mark.parametrize(
    ("name", "status", "updated"),
    [
        ("model_package_registered", "PendingManualApproval", None),
        ("model_package_approved", "Approved", ("ModelApprovalStatus",)),
        ("model_package_approved_and_described", "Approved", ("ModelApprovalStatus", "ApprovalDescription")),
        ("model_package_approved_untold", "Approved", None),
        ("model_package_edited", "Approved", ("ModelLifeCycle",)),
        ("model_package_rejected", "Rejected", ("ModelApprovalStatus",)),
    ],
)
def test_every_change_of_a_version_is_another(name: str, status: str, updated: tuple[str, ...] | None) -> None:
    event = ModelPackageStateChange.parse(sample_event(name))
    detail = event.detail
    assert (detail.approval_status, detail.updated_fields, event.source) == (status, updated, "aws.sagemaker")
    again = ModelPackageStateChange.parse(sample_event(name) | {"id": "another", "replay-name": "r"})
    assert again.identity == event.identity
    others = [other for other in sample_names("model_package_") if other != name]
    assert event.identity not in {ModelPackageStateChange.parse(sample_event(other)).identity for other in others}


def test_an_observed_version_says_which_and_no_more() -> None:
    event = ModelPackageStateChange.parse(sample_event("model_package_observed"))
    assert (event.detail.approval_status, event.detail.updated_fields, event.source) == (None, None, "pointsman")
    assert event.identity == f"{event.detail.package_arn} None {event.time}"


@pytest.mark.parametrize(
    ("name", "kind", "identity"),
    [
        ("run_requested", RunRequested, "ticket-42-"),
        ("deployment_requested", DeploymentRequested, "ticket-43-"),
        ("rollback_requested", RollbackRequested, "b8a9e4c5-31d7-4f6a-9c02-6d7e8f901a2b"),
        ("rollback_requested_to_version", RollbackRequested, "ticket-44-"),
    ],
)
def test_a_request_is_told_by_its_detail_type_and_known_by_its_name(name: str, kind: type, identity: str) -> None:
    event = parse_request(sample_event(name))
    assert type(event) is kind
    assert event.identity.startswith(identity)
    assert parse_request(sample_event(name) | {"time": "later"}).identity == event.identity


def sample_names(prefix: str) -> list[str]:
    return [name for name in index() if name.startswith(prefix)]


def test_the_time_of_a_change_is_the_same_in_every_form() -> None:
    event = sample_event("model_package_approved")
    forms = ("2026-11-21T09:12:44Z", "2026-11-21T10:12:44+01:00", 1795252364000, 1795252364000.0, "1795252364000")
    told = [event | {"detail": event["detail"] | {"LastModifiedTime": form}} for form in forms]
    assert len({ModelPackageStateChange.parse(each).identity for each in told}) == 1
