"""The ledger changed: tell people what they should know."""

from typing import Any

from control_plane.events import RecordChange
from control_plane.notices import Notice
from control_plane.ports import ControlPlane
from control_plane.telemetry import logger, room
from control_plane.wiring import control_plane
from on_record.decide import decide


@room
def handler(batch: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry for one record of the table's stream; what fails is tried again, then goes to the dead letters.

    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
    """
    (record,) = batch["Records"]
    notice = handle(RecordChange.parse(record), control_plane())
    return {"told": notice.title if notice else None}


def handle(change: RecordChange, plane: ControlPlane) -> Notice | None:
    """Told at least once: a function that dies here tells it again."""
    notice = decide(change.before, change.after)
    if notice:
        plane.notices.tell(notice)
        logger().info(f"told: {notice.title}", extra={"model": notice.model, "decision": notice.decision})
    return notice
