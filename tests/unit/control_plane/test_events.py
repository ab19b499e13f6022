"""Events as AWS sends them, and as it might."""

import json
from typing import Any

import pytest

from control_plane.errors import InvalidEvent
from control_plane.events import ObjectCreated, PipelineExecutionStatusChange
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
