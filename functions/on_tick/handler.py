"""Every minute: look at what is due. Two ticks may overlap; the ledger's conditions let one of them act."""

from collections.abc import Iterator
from typing import Any

from control_plane.errors import Superseded
from control_plane.ports import ControlPlane
from control_plane.records import ArrivalWindow, Decision
from control_plane.telemetry import count_due, log_decision, logger, room
from control_plane.wiring import control_plane
from on_tick.looks import look_at


@room
def handler(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry. Returns the decisions by id and outcome, for whoever invokes it by hand."""
    decisions = list(handle(control_plane()))
    return {"decisions": {decision.id: decision.outcome for decision in decisions}}


def handle(plane: ControlPlane) -> Iterator[Decision]:
    """Look at every due item, even when one fails: a single broken model must not stop the fleet."""
    failures: list[Exception] = []
    due = plane.ledger.due(plane.now())
    count_due(due, plane.now())
    for item in due:
        try:
            if not (isinstance(item, ArrivalWindow) and not item.sealed):
                # Before the look: one that takes all of the function's time must not come first again in every tick.
                plane.ledger.look_again(item, plane.now() + plane.patience)
            for decision in look_at(item, plane):
                log_decision(decision)
                yield decision
        except Superseded as beaten:  # most likely a tick beside this one was faster
            logger().warning(str(beaten), extra={"item": item.model_dump(mode="json")})
        except Exception as error:  # noqa: BLE001  all are raised below, together
            logger().exception("a due item could not be looked at", extra={"item": item.model_dump(mode="json")})
            failures.append(error)
    if failures:
        raise ExceptionGroup("some due items could not be looked at", failures)
