"""A due item that another version wrote, or a hand: it is told of, and hides none of the others."""

import json
from typing import Any

import pytest

from control_plane.adapters.dynamodb import DynamoDBLedger, keys
from control_plane.records import Unreadable
from tests.contract.spoiled import spoil
from tests.samples import MORNING, TRAINING, after, begun, deployed_spec, model_spec, route_of

WINDOW = keys.open_window_key("walnut", TRAINING)
BODY = {"S": json.dumps({"kind": "retired"})}


def put(dynamodb: Any, ledger: DynamoDBLedger, place: str, **attributes: Any) -> None:
    due = {"due_shard": {"S": keys.due_shard(place)}, "due_at": {"S": MORNING.isoformat(timespec="microseconds")}}
    dynamodb.put_item(TableName=ledger._table.name, Item={"pk": {"S": place}, **due, **attributes})


@pytest.fixture
def ledger(dynamodb: Any, dynamodb_ledger: DynamoDBLedger) -> DynamoDBLedger:
    """With one of everything that can't be read, and a decision and a model that can."""
    for spec in (model_spec("hazel"), deployed_spec("walnut")):
        dynamodb_ledger.apply(spec, MORNING)
    dynamodb_ledger.begin(begun("good", model="walnut"), None)
    dynamodb_ledger.note_arrivals(
        route_of(model_spec("walnut")), first_event="e", arrivals=1, complete=True, now=MORNING
    )
    spoil(dynamodb, dynamodb_ledger, "hazel")
    dynamodb.update_item(
        TableName=dynamodb_ledger._table.name, Key={"pk": {"S": WINDOW}}, UpdateExpression="REMOVE closes_by"
    )
    for place in ("DECISION#d1", "RUN#r1", "DEPLOYMENT#d1"):
        put(dynamodb, dynamodb_ledger, place, body=BODY)
    put(dynamodb, dynamodb_ledger, "RETIRED#x")
    return dynamodb_ledger


def test_what_cannot_be_read_is_told_by_its_place_and_hides_nothing_2(ledger: DynamoDBLedger) -> None:
    due = ledger.due(after(minutes=1))
    broken = {item.place: item.why for item in due if isinstance(item, Unreadable)}
    assert set(broken) == {"MODEL#hazel", WINDOW, "DECISION#d1", "RUN#r1", "DEPLOYMENT#d1", "RETIRED#x"}
    assert "retired" in broken["MODEL#hazel"]
    assert "closes_by" in broken[WINDOW]
    assert "RETIRED" in broken["RETIRED#x"]
    assert {item.kind for item in due if not isinstance(item, Unreadable)} == {"decision", "model"}


def test_it_can_be_looked_at_later_so_that_it_does_not_stand_first_for_ever(ledger: DynamoDBLedger) -> None:
    for item in ledger.due(MORNING):
        ledger.look_again(item, after(minutes=5))
    assert not [item for item in ledger.due(after(minutes=4)) if isinstance(item, Unreadable)]
    assert len([item for item in ledger.due(after(minutes=5)) if isinstance(item, Unreadable)]) == 6
