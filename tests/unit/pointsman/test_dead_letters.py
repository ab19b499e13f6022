"""What lies in the queue of dead letters, by whoever put it there."""

import json
from typing import Any

import pytest

from pointsman.dead_letters import letter_of
from tests.sample_events import sample_event

EVENT = sample_event("run_requested")
GAVE_UP = {
    "version": "1.0",
    "requestContext": {"condition": "RetriesExhausted", "approximateInvokeCount": 3},
    "requestPayload": EVENT,
    "responsePayload": {"errorType": "InvalidEvent", "errorMessage": "not a request event"},
}


def message(body: Any, **attributes: str) -> Any:
    told = {name: {"StringValue": value, "DataType": "String"} for name, value in attributes.items()}
    return {
        "ReceiptHandle": "r1",
        "Body": body if isinstance(body, str) else json.dumps(body),
        "MessageAttributes": told,
    }


@pytest.mark.parametrize(
    ("received", "why"),
    [
        (message(EVENT, ERROR_CODE="NO_PERMISSIONS", ERROR_MESSAGE="not authorised"), "not authorised"),
        (message(GAVE_UP), "InvalidEvent: not a request event"),
        (message(GAVE_UP | {"responsePayload": None}), "RetriesExhausted"),
        (message(EVENT), "its room gave up"),
    ],
)
def test_the_event_and_why_it_is_there(received: Any, why: str) -> None:
    letter = letter_of(received)
    assert letter.event == EVENT
    assert why in letter.why


@pytest.mark.parametrize("body", ["nonsense", "[]", "{}", GAVE_UP | {"requestPayload": "nonsense"}])
def test_what_is_no_event_has_none(body: Any) -> None:
    assert letter_of(message(body)).event is None
