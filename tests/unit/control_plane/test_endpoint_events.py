"""What SageMaker says about endpoints, in all the forms in which it says it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from control_plane.errors import InvalidEvent
from control_plane.events import EndpointStateChange
from tests.sample_events import sample_event

ARN = "arn:aws:sagemaker:us-east-1:111122223333:endpoint/churn-prod"


def endpoint(name: str = "endpoint_in_service", **detail: Any) -> EndpointStateChange:
    event = sample_event(name)
    return EndpointStateChange.parse(event | {"detail": event["detail"] | detail})


def test_an_endpoint_is_told_by_its_own_spelling_and_its_arn() -> None:
    detail = endpoint().detail
    assert (detail.name, detail.arn, detail.status, detail.config) == ("Churn-Prod", ARN, "InService", "churn-7")
    assert detail.last_modified == datetime(2026, 11, 21, 9, 8, 14, 287000, UTC)


def test_one_change_in_every_form_has_one_identity_1() -> None:
    told = endpoint("endpoint_in_service_listed_tags")
    assert told.detail.tags == {"model": "churn"}
    assert told.identity == endpoint().identity == f"{ARN} InService 2026-11-21T09:08:14.287000+00:00"
    assert endpoint(LastModifiedTime="2026-11-21T09:08:14.287Z").identity == told.identity
    assert endpoint(LastModifiedTime=1795252094288).identity != told.identity


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("IN_SERVICE", "InService"),
        ("InService", "InService"),
        ("OUT_OF_SERVICE", "OutOfService"),
        ("SYSTEM_UPDATING", "SystemUpdating"),
        ("ROLLING_BACK", "RollingBack"),
        ("UPDATE_ROLLBACK_FAILED", "UpdateRollbackFailed"),
        ("FAILED", "Failed"),
        ("SOMETHING_NEW", "SOMETHING_NEW"),
    ],
)
def test_a_status_is_spelt_as_the_api_spells_it(sent: str, status: str) -> None:
    assert endpoint(EndpointStatus=sent).detail.status == status


@pytest.mark.parametrize("tags", [None, {}, []])
def test_what_is_null_is_as_if_it_was_not_there(tags: object) -> None:
    detail = endpoint(Tags=tags, FailureReason=None, EndpointConfigName=None, LastModifiedTime=None).detail
    assert (detail.tags, detail.failure, detail.config, detail.last_modified) == ({}, None, None, None)


def test_tags_without_a_key_are_none() -> None:
    tags = [{"Key": "model", "Value": "churn"}, {"Value": "nobody's"}, {"Key": 7}, "text"]
    assert endpoint(Tags=tags).detail.tags == {"model": "churn"}


def test_a_status_that_is_no_text_is_refused() -> None:
    with pytest.raises(InvalidEvent, match="EndpointStatus"):
        endpoint(EndpointStatus=7)


def test_a_failure_has_its_reason() -> None:
    detail = endpoint("endpoint_failed").detail
    assert detail.status == "Failed"
    assert detail.failure == (
        "The primary container for production variant AllTraffic did not pass the ping health check."
    )


def test_without_a_modification_a_replay_is_still_the_same_change_1() -> None:
    event = sample_event("endpoint_creating")
    replayed = event | {"id": "another", "replay-name": "after-the-outage"}
    first, again = EndpointStateChange.parse(event), EndpointStateChange.parse(replayed)
    assert first.identity == again.identity == f"{ARN} Creating 2026-11-21T09:00:00Z"
    assert EndpointStateChange.parse(event | {"time": "2026-11-22T09:00:00Z"}).identity != first.identity


def test_an_observed_endpoint_says_whose_it_is_and_no_more() -> None:
    detail = endpoint("endpoint_observed").detail
    assert (detail.name, detail.model, detail.status, detail.arn) == ("Churn-Prod", "churn", "observed", None)


def test_both_casings_of_members_are_read() -> None:
    event = sample_event("endpoint_in_service")
    lower = {name[0].lower() + name[1:]: value for name, value in event["detail"].items()}
    assert EndpointStateChange.parse(event | {"detail": lower}) == endpoint()


@pytest.mark.parametrize(
    "detail",
    [{"EndpointName": None}, {"EndpointName": "a b"}, {"EndpointArn": "churn-prod"}],
)
def test_what_we_act_on_must_be_there(detail: dict[str, Any]) -> None:
    with pytest.raises(InvalidEvent, match="not a EndpointStateChange event: detail"):
        endpoint(**detail)
