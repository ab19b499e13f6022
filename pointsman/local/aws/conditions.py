"""Condition keys of IAM whose value is ours to say: MiniStack doesn't know them, or can't."""

import json
from typing import Any

from pointsman.local.aws.ministack import MiniStack


def install_secure_transport(ministack: MiniStack) -> None:
    """Every request comes over loopback and is seen by nobody, which is what policies that ask for TLS ask for."""
    pin = ministack.app.pin_request_origin
    ministack.app.pin_request_origin = lambda source_ip, _secure: pin(source_ip, secure_transport=True)


class EventConditions:
    """`events:source` and `events:detail-type` of PutEvents: without them a statement that narrows it allows nothing.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
    """

    def __init__(self, ministack: MiniStack) -> None:
        # MiniStack asks here for what a request brings along; its own answer is about tags.
        self._known = ministack.iam_actions.request_tag_context
        ministack.iam_actions.request_tag_context = self._context

    def _context(self, service: str, action: str, body: bytes, params: dict[str, Any]) -> dict[str, Any]:
        known: dict[str, Any] = self._known(service, action, body, params)
        return known | (put_events_context(body) if action == "events:PutEvents" else {})


def put_events_context(body: bytes) -> dict[str, str | list[str]]:
    """The sources and detail types of a request's entries; of several, a condition has to allow each."""
    try:
        entries = json.loads(body).get("Entries", [])
    except (json.JSONDecodeError, UnicodeDecodeError, AttributeError):
        return {}
    context: dict[str, str | list[str]] = {}
    for key, name in (("events:source", "Source"), ("events:detail-type", "DetailType")):
        found = sorted({str(entry.get(name, "")) for entry in entries})
        context[key] = found[0] if len(found) == 1 else found
    return context
