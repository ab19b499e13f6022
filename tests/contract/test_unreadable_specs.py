"""A spec that this version doesn't accept: in the way of its own model alone, and mended by applying another."""

from typing import Any

import pytest

from control_plane.adapters.dynamodb import DynamoDBLedger
from control_plane.errors import UnreadableSpec
from tests.contract.spoiled import spoil
from tests.samples import BUCKET, MORNING, begun, model_spec


@pytest.fixture
def ledger(dynamodb: Any, dynamodb_ledger: DynamoDBLedger) -> DynamoDBLedger:
    """With a model that is under way and can't be read, and another."""
    for name in ("hazel", "walnut"):
        dynamodb_ledger.apply(model_spec(name), MORNING)
    dynamodb_ledger.begin(begun("d1", model="hazel"), None)
    spoil(dynamodb, dynamodb_ledger, "hazel")
    return dynamodb_ledger


def test_it_says_which_model_what_is_wrong_and_what_to_do(ledger: DynamoDBLedger) -> None:
    with pytest.raises(UnreadableSpec, match=r"model hazel: data.training.close.retired: .*apply its spec again"):
        ledger.model("hazel")


def test_other_models_go_on(ledger: DynamoDBLedger) -> None:
    assert ledger.model("walnut").spec == model_spec("walnut")
    ledger.begin(begun("d2", model="walnut"), None)


def test_its_data_is_noted_meanwhile(ledger: DynamoDBLedger) -> None:
    assert set(ledger.routes(BUCKET, {"hazel/training/"})) == {"hazel/training/"}


def test_a_good_spec_takes_its_place_and_the_state_stays(ledger: DynamoDBLedger) -> None:
    moved = model_spec("hazel", changes={"data.training.prefix": "nuts/"})
    ledger.apply(moved, MORNING)
    found = ledger.model("hazel")
    assert found.spec == moved
    assert found.slot
    assert found.slot.decision == "d1"
    assert set(ledger.routes(BUCKET, {"hazel/training/", "nuts/"})) == {"nuts/"}
    ledger.apply(model_spec("other", changes={"data.training.prefix": "hazel/training/"}), MORNING)
