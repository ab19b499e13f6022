"""What an event would have started, asked for by name: past the model's policies, on record with who and why."""

import getpass
import hashlib
from collections.abc import Mapping
from typing import Any

from control_plane.events import ModelPackageStateChange, ObjectCreated, parse_request
from control_plane.ledger import Ledger
from control_plane.records import Route
from pointsman.errors import BadRequest
from pointsman.event_kinds import envelope
from pointsman.plan import Planned, Planner


def forced(event: Mapping[str, Any], planner: Planner, ledger: Ledger, why: str) -> Mapping[str, Any]:
    """The request in the event's place. The same event and words make the same one, so it is carried out once.

    Raises BadRequest for an event that starts nothing.
    """
    for planned in planner.plan(event):
        detail = _detail(planned, planner.as_it_comes(event), ledger)
        if detail:
            return _request(event, detail, why)
    raise BadRequest(f"event {event.get('id')} starts nothing that could be forced; `pointsman plan` tells more")


def _detail(planned: Planned, event: Mapping[str, Any], ledger: Ledger) -> dict[str, Any] | None:
    """Of the request, but for who asks and why."""
    match planned.rule.room:
        case "on_data_arrival":
            return _of_route(ObjectCreated.parse(event), ledger)
        case "on_model_package":
            version = ModelPackageStateChange.parse(event).detail
            return {"package_arn": version.package_arn, "model": version.package_arn.split("/")[-2]}
        case "on_request":
            asked = parse_request(event).detail
            told = asked.model_dump(mode="json") if "force" in type(asked).model_fields else None
            return told and {name: value for name, value in told.items() if name in {"model", "purpose", "package_arn"}}
        case "on_drift":
            return _of_decision(planned)
    return None


def _of_route(arrived: ObjectCreated, ledger: Ledger) -> dict[str, Any] | None:
    routes: Mapping[str, Route] = ledger.routes(arrived.bucket, arrived.folders)
    route = next((routes[folder] for folder in arrived.folders if folder in routes), None)
    return {"model": route.model, "purpose": route.purpose} if route else None


def _of_decision(planned: Planned) -> dict[str, Any] | None:
    decided = [result.decision for result in planned.results if result.decision]
    return next(({"model": each.model, "purpose": each.purpose} for each in decided if each.purpose), None)


def _request(event: Mapping[str, Any], detail: Mapping[str, Any], why: str) -> Mapping[str, Any]:
    name = hashlib.sha256(f"{event.get('id')} {why}".encode()).hexdigest()[:24]
    told = {**detail, "id": f"forced-{name}", "force": True, "actor": getpass.getuser(), "why": why}
    return envelope("Run Requested" if "purpose" in detail else "Deployment Requested", told)
