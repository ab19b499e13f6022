"""Ask the control plane for something, as anybody may who may put events on the bus, and see what it decides."""

import json
import time
from datetime import timedelta

from pydantic import ValidationError

from control_plane.events.ours import RunRequestedDetail
from control_plane.events.requests import (
    AdoptionRequestedDetail,
    DeploymentRequestedDetail,
    RollbackRequestedDetail,
)
from control_plane.records import Decision, DecisionStatus
from pointsman.environment import Environment
from pointsman.errors import BadRequest, NotFound

# `detail-type` of each kind of request.
_DETAIL_TYPES: dict[type, str] = {
    RunRequestedDetail: "Run Requested",
    DeploymentRequestedDetail: "Deployment Requested",
    RollbackRequestedDetail: "Rollback Requested",
    AdoptionRequestedDetail: "Adoption Requested",
}
_PATIENCE = timedelta(seconds=60)


type Detail = RunRequestedDetail | DeploymentRequestedDetail | RollbackRequestedDetail | AdoptionRequestedDetail


def ask(environment: Environment, kind: type[Detail], **asked: object) -> Decision:
    """Send the request and wait until SageMaker has been asked for what was decided, or nothing is to be asked.

    Raises BadRequest for a request that would be no event, NotFound where nothing is decided in time.
    """
    try:
        detail = kind.model_validate(asked)
    except ValidationError as error:
        raise BadRequest("; ".join(f"{item['loc'][-1]}: {item['msg']}" for item in error.errors())) from error
    decision_id = f"request-{_send(environment, _DETAIL_TYPES[kind], detail.model_dump(mode='json'))}"
    return _decided(environment, decision_id)


def _send(environment: Environment, detail_type: str, detail: dict[str, object]) -> str:
    """The id that EventBridge gave it."""
    answer = environment.client("events").put_events(
        Entries=[{"Source": "pointsman", "DetailType": detail_type, "Detail": json.dumps(detail)}]
    )
    entry = answer["Entries"][0]
    if "EventId" not in entry:
        raise BadRequest(f"EventBridge took no request: {entry.get('ErrorMessage')}")
    return str(entry["EventId"])


def _decided(environment: Environment, decision_id: str) -> Decision:
    """What is begun may still be refused by SageMaker, so its end is waited for, if only for as long."""
    deadline = time.monotonic() + _PATIENCE.total_seconds()
    while (decision := environment.ledger.decision(decision_id)) is None or decision.status is DecisionStatus.BEGUN:
        if time.monotonic() > deadline:
            if decision:
                return decision
            waited = f"nothing was decided within {_PATIENCE.total_seconds():.0f} s"
            raise NotFound(f"{waited}; `pointsman decisions show {decision_id}` tells later")
        time.sleep(0.2)
    return decision
