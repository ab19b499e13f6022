"""What only DynamoDB's adapter can get wrong: what it reads before a transaction, and the names in its expressions."""

import re
from pathlib import Path

import pytest
from ministack.services._dynamodb_keywords import AWS_KEYWORDS

from control_plane.adapters import dynamodb as adapter
from control_plane.adapters.dynamodb import DynamoDBLedger
from control_plane.errors import Superseded
from control_plane.outcomes import Outcome
from control_plane.records import DecisionStatus
from tests.samples import MORNING, TRAINING, begun, deferred, model_spec, revised

# An identifier in a string that isn't the name of a value, a function or a clause.
NAME = re.compile(r"(?<![:\w{])[a-z][a-z_]+(?![\w(])")


@pytest.fixture
def reading_too_early(dynamodb_ledger: DynamoDBLedger, monkeypatch: pytest.MonkeyPatch) -> DynamoDBLedger:
    """A decision d0 is begun and d1 waits, but the ledger's look at what waits came before d1."""
    dynamodb_ledger.apply(model_spec(), MORNING)
    dynamodb_ledger.begin(begun("d0", "f0"), None)
    dynamodb_ledger.defer(deferred("d1", "f1"), None)
    monkeypatch.setattr(dynamodb_ledger, "_pending", lambda _decision: None)
    return dynamodb_ledger


def test_deferring_cannot_overwrite_what_it_did_not_see(reading_too_early: DynamoDBLedger) -> None:
    with pytest.raises(Superseded):
        reading_too_early.defer(deferred("d2", "f2"), None)
    assert reading_too_early.model("churn").pending[TRAINING] == "d1"


def test_beginning_cannot_leave_behind_what_it_did_not_see(
    dynamodb_ledger: DynamoDBLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    dynamodb_ledger.apply(model_spec(), MORNING)
    dynamodb_ledger.defer(deferred("d1", "f1"), None)
    monkeypatch.setattr(dynamodb_ledger, "_pending", lambda _decision: None)
    with pytest.raises(Superseded):
        dynamodb_ledger.begin(begun("d2", "f2"), None)
    assert dynamodb_ledger.model("churn").pending[TRAINING] == "d1"
    assert dynamodb_ledger.decision("d2") is None


def test_postponing_cannot_overwrite_what_it_did_not_see(reading_too_early: DynamoDBLedger) -> None:
    with pytest.raises(Superseded):
        reading_too_early.postpone(revised(begun("d0", "f0"), DecisionStatus.DEFERRED, Outcome.DEFERRED_CAPACITY))
    assert reading_too_early.model("churn").pending[TRAINING] == "d1"


def test_no_attribute_has_a_reserved_name() -> None:
    """The embedded AWS lets them pass in most expressions; DynamoDB doesn't."""
    sources = "".join(path.read_text() for path in Path(str(adapter.__file__)).parent.glob("*.py"))
    expressions = re.findall(r'"((?:SET|REMOVE|ADD|attribute_)[^"]*|[^"]* (?:=|<|<=|>=) :[^"]*)"', sources)
    names = {name for expression in expressions for name in NAME.findall(expression)}
    assert {"due_at", "slot_decision", "model", "spec"} <= names
    assert {name for name in names if name.upper() in AWS_KEYWORDS} == set()
