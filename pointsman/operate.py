"""What people do to models: ask for runs and for versions in use, judge versions, pause."""

import getpass
from datetime import UTC, datetime
from typing import Literal

from botocore.exceptions import ClientError

from control_plane.adapters.sagemaker import one_line
from control_plane.events.ours import RunRequestedDetail
from control_plane.events.requests import (
    AdoptionRequestedDetail,
    DeploymentRequestedDetail,
    RollbackRequestedDetail,
)
from control_plane.models import endpoint_claim
from control_plane.records import Decision, Paused
from pointsman.asking import ask
from pointsman.environment import Environment
from pointsman.errors import BadRequest, NotFound
from pointsman.models import known
from pointsman.versions import arn_of, found, is_missing
from pointsman.waiting import look_at_what_waits


def ask_for_run(environment: Environment, model: str, purpose: str, why: str, *, force: bool) -> Decision:
    """Raises NotFound, BadRequest."""
    known(environment, model)
    asked = {"model": model, "purpose": purpose, "force": force}
    return ask(environment, RunRequestedDetail, why=why, actor=getpass.getuser(), **asked)


def deploy(environment: Environment, what: str, number: str | None, why: str, *, force: bool) -> Decision:
    """Ask for an approved version to be put on its model's endpoint: of a model without a number, the champion.

    Raises NotFound, BadRequest.
    """
    package = found(environment, _version(environment, what, number))
    model = package.group
    if known(environment, model).spec.deployment is None:
        why_not = f"model {model} has no endpoint: its spec has no `deployment`"
        instead = f"`pointsman approve` or `pointsman rollback {model} --to VERSION` makes a version its champion"
        raise BadRequest(f"{why_not}; {instead}")
    asked = {"model": model, "package_arn": package.arn, "force": force}
    return ask(environment, DeploymentRequestedDetail, why=why, actor=getpass.getuser(), **asked)


def roll_back(environment: Environment, model: str, version: str | None, why: str) -> Decision:
    """Ask for a version to be in use again: this one, or the last champion before that is still approved.

    Raises NotFound, BadRequest.
    """
    known(environment, model)
    package = found(environment, version, model) if version else None
    if package and package.group != model:
        raise BadRequest(f"{version} is a version of {package.group}, not of {model}")
    asked = {"model": model, "package_arn": package.arn if package else None}
    return ask(environment, RollbackRequestedDetail, why=why, actor=getpass.getuser(), **asked)


def _version(environment: Environment, what: str, number: str | None) -> str:
    """`what` is a model, or a version by itself."""
    if "/" in what:
        if number is not None:
            raise BadRequest(f"{what} is a version already; leave out {number}")
        return what
    champion = known(environment, what).champion
    if number is not None:
        return f"{what}/{number}"
    if champion is None:
        raise BadRequest(f"model {what} has no champion; say which version: `pointsman deploy {what} NUMBER`")
    return champion.package


def adopt(environment: Environment, endpoint: str, model: str | None, why: str) -> Decision:
    """Ask for an endpoint that others made to be looked after: what it serves becomes the champion of its model.

    `model` need not be told: the endpoint is in a spec. Raises NotFound, BadRequest.
    """
    claim = endpoint_claim(endpoint)
    owner = environment.ledger.owners([claim]).get(claim)
    if owner is None:
        where = f"the file of model {model}" if model else "its model's file"
        raise NotFound(
            f"no model has endpoint {endpoint}; say `deployment: {{endpoint: {endpoint}}}` in {where}, and apply"
        )
    if model not in {None, owner}:
        raise BadRequest(f"endpoint {endpoint} is that of model {owner}, not of {model}")
    asked = {"model": owner, "endpoint": endpoint}
    return ask(environment, AdoptionRequestedDetail, why=why, actor=getpass.getuser(), **asked)


def judge(environment: Environment, version: str, status: Literal["Approved", "Rejected"], why: str) -> None:
    """Set a version's approval status; the reason goes into its description. Raises NotFound."""
    try:
        environment.sagemaker.update_model_package(
            ModelPackageArn=arn_of(environment, version),
            ModelApprovalStatus=status,
            ApprovalDescription=one_line(why, 1024),
        )
    except ClientError as error:
        if is_missing(error):
            raise NotFound(f"the registry has no version {version}") from error
        raise


def pause(environment: Environment, model: str, why: str) -> None:
    """Raises NotFound."""
    known(environment, model)
    environment.ledger.pause(model, Paused(by=getpass.getuser(), why=why, since=datetime.now(UTC)))


def resume(environment: Environment, model: str) -> None:
    """What waited for this is looked at by the next tick. Raises NotFound."""
    known(environment, model)
    environment.ledger.resume(model)
    look_at_what_waits(environment.ledger, model)
