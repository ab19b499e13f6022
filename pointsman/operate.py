"""What people do to models: ask for runs, judge versions, pause."""

import getpass
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Literal

from botocore.exceptions import ClientError
from pydantic import ValidationError

from control_plane.adapters.sagemaker import one_line
from control_plane.errors import UnknownModel, UnreadableSpec
from control_plane.events.ours import RunRequestedDetail
from control_plane.records import Decision, Paused
from pointsman.environment import Environment
from pointsman.errors import BadRequest, NotFound

_PATIENCE = timedelta(seconds=60)


def request(environment: Environment, model: str, purpose: str, why: str, *, force: bool) -> Decision:
    """Send the request and wait for what is decided about it. Raises NotFound, BadRequest."""
    _known(environment, model)
    detail = {"model": model, "purpose": purpose, "why": why, "actor": getpass.getuser(), "force": force}
    try:
        RunRequestedDetail.model_validate(detail)
    except ValidationError as error:
        raise BadRequest("; ".join(f"{item['loc'][-1]}: {item['msg']}" for item in error.errors())) from error
    answer = environment.client("events").put_events(
        Entries=[{"Source": "pointsman", "DetailType": "Run Requested", "Detail": json.dumps(detail)}]
    )
    entry = answer["Entries"][0]
    if "EventId" not in entry:
        raise BadRequest(f"EventBridge took no request: {entry.get('ErrorMessage')}")
    decision_id = f"request-{entry['EventId']}"
    deadline = time.monotonic() + _PATIENCE.total_seconds()
    while (decision := environment.ledger.decision(decision_id)) is None:
        if time.monotonic() > deadline:
            waited = f"nothing was decided within {_PATIENCE.total_seconds():.0f} s"
            raise NotFound(f"{waited}; `pointsman decisions show {decision_id}` tells later")
        time.sleep(0.2)
    return decision


def judge(environment: Environment, version: str, status: Literal["Approved", "Rejected"], why: str) -> None:
    """Set a version's approval status; the reason goes into its description. Raises NotFound."""
    try:
        environment.sagemaker.update_model_package(
            ModelPackageArn=_arn(environment, version),
            ModelApprovalStatus=status,
            ApprovalDescription=one_line(why, 1024),
        )
    except ClientError as error:
        if "does not exist" not in error.response["Error"]["Message"]:
            raise
        raise NotFound(f"the registry has no version {version}") from error


def pause(environment: Environment, model: str, why: str) -> None:
    """Raises NotFound."""
    _known(environment, model)
    environment.ledger.pause(model, Paused(by=getpass.getuser(), why=why, since=datetime.now(UTC)))


def resume(environment: Environment, model: str) -> None:
    """What waited for this is looked at by the next tick. Raises NotFound."""
    _known(environment, model)
    ledger = environment.ledger
    ledger.resume(model)
    for decision_id in ledger.model(model).pending.values():
        if waiting := ledger.decision(decision_id):
            ledger.look_again(waiting, datetime.now(UTC))


def _known(environment: Environment, model: str) -> None:
    try:
        environment.ledger.model(model)
    except UnknownModel as error:
        raise NotFound(f"no model {model!r}; `pointsman models` shows what there is") from error
    except UnreadableSpec as error:
        raise BadRequest(str(error)) from error


def _arn(environment: Environment, version: str) -> str:
    if version.startswith("arn:"):
        return version
    group, _, number = version.partition("/")
    if not number.isdigit():
        raise NotFound(f"{version!r} names no version; expected GROUP/NUMBER, such as churn/3")
    try:
        described = environment.sagemaker.describe_model_package_group(ModelPackageGroupName=group)
    except ClientError as error:
        if "does not exist" not in error.response["Error"]["Message"]:
            raise
        raise NotFound(f"the registry has no group {group!r}") from error
    prefix = described["ModelPackageGroupArn"].replace(":model-package-group/", ":model-package/")
    return f"{prefix}/{number}"
