"""Objects landed in a data bucket: note them in their windows."""

from collections.abc import Sequence
from typing import Any

from control_plane.actions import Hold, Skip
from control_plane.errors import InvalidEvent
from control_plane.events import ObjectCreated
from control_plane.ports import ControlPlane
from control_plane.records import Decision
from control_plane.telemetry import log_decision, log_outcome, logger, room
from control_plane.wiring import control_plane
from on_data_arrival.decide import decide, merge
from on_data_arrival.tallies import tally


@room
def handler(batch: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry for a batch from SQS. Messages that it names as failed come again, then go to the dead letters.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """
    events: list[ObjectCreated] = []
    failed: list[str] = []
    for record in batch["Records"]:
        try:
            events.append(ObjectCreated.parse(record["body"]))
        except InvalidEvent as error:
            logger().error(str(error), extra={"message_id": record["messageId"]})
            failed.append(record["messageId"])
    handle(events, control_plane())
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def handle(events: Sequence[ObjectCreated], plane: ControlPlane) -> list[Hold | Decision]:
    """One read for the whole batch, then one or two writes per window and one per folder that nobody claims."""
    folders: dict[str, set[str]] = {}
    for event in events:
        folders.setdefault(event.bucket, set()).update(event.folders)
    routes = {bucket: plane.ledger.routes(bucket, names) for bucket, names in folders.items()}
    decided = [(event, decide(event, routes[event.bucket])) for event in events]
    now = plane.now()
    holds = merge(action for _, action in decided if isinstance(action, Hold))
    for hold in holds:
        window = plane.ledger.note_arrivals(
            hold.route, first_event=hold.first_event, arrivals=hold.arrivals, complete=hold.complete, now=now
        )
        log_outcome(hold.first_event, hold, model=hold.route.model, correlation_id=window)
    records = tally([(event, action) for event, action in decided if isinstance(action, Skip)], now)
    for record in records:
        plane.ledger.tally(record)
        log_decision(record)
    return [*holds, *records]
