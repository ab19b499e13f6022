"""The template's rules send each sample event to its room, and to no other."""

import json
from typing import Any

import pytest

from tests.contract.conftest import client_of
from tests.local.instances import Instance
from tests.sample_events import index, sample_event
from tests.template import parameters, resources

VALUES = parameters() | {"DataBucket": "amzn-s3-demo-bucket"}


def patterns() -> list[tuple[str, dict[str, Any]]]:
    """The rooms of the template, and what their rules match."""
    rules = [("on_data_arrival", resources()["ObjectCreatedRule"]["Properties"]["EventPattern"])]
    for function in (found["Properties"] for found in resources().values() if "Handler" in found.get("Properties", {})):
        events = function.get("Events", {}).values()
        room = function["Handler"].partition(".")[0]
        rules += [(room, event["Properties"]["Pattern"]) for event in events if event["Type"] == "EventBridgeRule"]
    return [(room, resolved(pattern)) for room, pattern in rules]


def resolved(pattern: Any) -> Any:
    match pattern:
        case {"Ref": name}:
            return VALUES[name]
        case dict():
            return {name: resolved(part) for name, part in pattern.items()}
        case list():
            return [resolved(part) for part in pattern]
        case _:
            return pattern


PATTERNS = patterns()


@pytest.mark.parametrize(("name", "room"), index().items())
def test_a_sample_reaches_its_room(aws: Instance, name: str, room: str) -> None:
    events, event = client_of(aws, "events"), sample_event(name)
    if isinstance(event["source"], list):
        event["source"] = event["source"][0]
    reached = {
        receiver
        for receiver, pattern in PATTERNS
        if events.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(event))["Result"]
    }
    assert reached == ({room} & {receiver for receiver, _ in PATTERNS})
