"""What arrived and what was decided, as the rooms' own log has it."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from control_plane.errors import InvalidEvent
from control_plane.events import ObjectCreated
from control_plane.telemetry import ARRIVED
from on_data_arrival.decide import decide as decide_arrival
from pointsman.environment import Environment
from pointsman.functions import function_name
from pointsman.rules import room_functions

# CloudWatch's, for lines of JSON.
_OURS = '{ $.service = "pointsman" }'
# Nothing that arrives on the bus reaches these.
_OF_NO_EVENT = frozenset({"on_record", "on_tick"})


@dataclass(frozen=True)
class Line:
    """A line of a room's log: `told` is its JSON. Lines of one `request` are of one invocation."""

    at: datetime
    room: str
    request: str
    told: Mapping[str, Any]

    @property
    def event(self) -> Mapping[str, Any] | None:
        """What arrived; None for a line about something else, or about what is no event."""
        arrived = self.told.get("arrived")
        if self.told.get("message") != ARRIVED:
            return None
        if isinstance(arrived, str):  # of a batch
            with suppress(ValueError):
                arrived = json.loads(arrived)
        return arrived if isinstance(arrived, dict) else None


@dataclass(frozen=True)
class Recorded:
    """An event that reached a room, and what its invocation came to. Without outcomes, the room failed."""

    at: datetime
    room: str
    event: Mapping[str, Any]
    outcomes: tuple[str, ...]
    models: tuple[str, ...]

    @property
    def id(self) -> str:
        return str(self.event.get("id"))


@dataclass(frozen=True)
class Choice:
    """Which of the recorded events; None is any."""

    since: datetime
    until: datetime | None = None
    ids: Collection[str] | None = None
    model: str | None = None
    outcome: str | None = None

    def of(self, environment: Environment) -> list[Recorded]:
        """Oldest first. Raises NotDeployed."""
        return [each for each in recorded(environment, self.since, self.until) if self.takes(each)]

    def takes(self, each: Recorded) -> bool:
        wanted = not self.ids or each.id in self.ids
        return wanted and self.model in {None, *each.models} and self.outcome in {None, *each.outcomes}


def lines(environment: Environment, since: datetime, until: datetime | None = None) -> list[Line]:
    """Oldest first, of the rooms that events reach. Raises NotDeployed."""
    rooms = {room: function for room, function in room_functions().items() if room not in _OF_NO_EVENT}
    found = [
        line
        for room, function in rooms.items()
        for line in _of_group(environment, room, f"/aws/lambda/{function_name(environment, function)}", since, until)
    ]
    return sorted(found, key=lambda line: line.at)


def recorded(environment: Environment, since: datetime, until: datetime | None = None) -> list[Recorded]:
    """Events as they came first, oldest first: deliveries that were repeated, by whomever, are the first one's."""
    invocations: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines(environment, since, until):
        invocations[line.room, line.request].append(line)
    events: dict[tuple[str, str], Recorded] = {}
    for of_one in invocations.values():
        for each in _events(environment, of_one):
            known = events.setdefault((each.room, each.id), each)
            if not known.outcomes:  # it failed, and was tried again
                events[each.room, each.id] = Recorded(known.at, each.room, known.event, each.outcomes, each.models)
    return sorted(events.values(), key=lambda each: each.at)


def _events(environment: Environment, of_one: Sequence[Line]) -> Iterator[Recorded]:
    told = [line.told for line in of_one if "outcome" in line.told]
    for line in of_one:
        event = line.event
        if event is None:
            continue
        own = _of_arrival(environment, event) if line.room == "on_data_arrival" else told
        outcomes, models = ({each[name]: None for each in own if each.get(name)} for name in ("outcome", "model"))
        yield Recorded(line.at, line.room, event, tuple(outcomes), tuple(models))


def _of_arrival(environment: Environment, event: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A batch's outcomes are of all its objects; whose this one is, its folders say."""
    try:
        arrived = ObjectCreated.parse(event)
    except InvalidEvent:
        return []
    action = decide_arrival(arrived, environment.ledger.routes(arrived.bucket, arrived.folders))
    model = action.model if hasattr(action, "model") else action.route.model
    return [{"outcome": str(action.outcome), "model": model}]


def _of_group(
    environment: Environment, room: str, group: str, since: datetime, until: datetime | None
) -> Iterator[Line]:
    times = {"startTime": _milliseconds(since), **({"endTime": _milliseconds(until)} if until else {})}
    pages = environment.client("logs").get_paginator("filter_log_events")
    try:
        for page in pages.paginate(logGroupName=group, filterPattern=_OURS, **times):
            yield from _lines(room, page["events"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":  # it has never run
            raise


def _lines(room: str, events: Sequence[Mapping[str, Any]]) -> Iterator[Line]:
    for each in events:
        with suppress(ValueError):
            told = json.loads(each["message"])
            if isinstance(told, dict) and "function_request_id" in told:
                at = datetime.strptime(told["timestamp"], "%Y-%m-%d %H:%M:%S,%f%z")
                yield Line(at, room, told["function_request_id"], told)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
