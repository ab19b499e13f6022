"""What the stream of the ledger says, and what is told of it."""

from typing import Any

import pytest

from control_plane.adapters.dynamodb.items import decision_item, run_item
from control_plane.errors import InvalidEvent
from control_plane.events import RecordChange
from control_plane.outcomes import Outcome
from control_plane.records import Decision, Run
from on_record.handler import handle
from tests.fakes import FakeControlPlane
from tests.samples import begun, ended, run_of, skipped

RUN = run_of(begun())
FAILED = skipped("d2", outcome=Outcome.DEPLOYMENT_FAILED)


def image(record: Decision | Run) -> dict[str, Any]:
    item = decision_item(record) if isinstance(record, Decision) else run_item(record)
    return {name: {"S" if isinstance(value, str) else "N": str(value)} for name, value in item.items()}


def change(after: Decision | Run, before: Decision | Run | None = None) -> RecordChange:
    images = {"NewImage": image(after)} | ({"OldImage": image(before)} if before else {})
    return RecordChange.parse({"eventName": "MODIFY" if before else "INSERT", "dynamodb": images})


def test_news_are_told_and_what_is_none_is_not() -> None:
    plane = FakeControlPlane()
    told = [handle(each, plane) for each in (change(FAILED), change(ended(RUN, "Failed"), RUN), change(RUN))]
    assert [notice and notice.title for notice in told] == [
        "churn: a deployment failed",
        "churn: a run for training failed",
        None,
    ]
    assert plane.notices.told == told[:2]


@pytest.mark.parametrize(("record", "news"), [(FAILED, "DEPLOYMENT_FAILED"), (ended(RUN, "Failed"), "RUN_FAILED")])
def test_what_is_news_is_marked_for_the_streams_filter(record: Decision | Run, news: str) -> None:
    assert image(record)["news"] == {"S": news}
    assert "news" not in image(RUN)


@pytest.mark.parametrize("wrong", [{}, {"dynamodb": {}}, {"dynamodb": {"NewImage": {"body": {"S": "{}"}}}}])
def test_what_is_no_record_is_said_to_be_none(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidEvent, match="dynamodb"):
        RecordChange.parse(wrong)
