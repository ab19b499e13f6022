"""Which version should be in use, and whether an endpoint may be asked for it now. Pure; `admission.py` is for runs.

A model without an endpoint has a champion too: there, being approved is all it takes, and `Crown` is the action.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from control_plane.actions import Crown, Defer, Deploy, Skip
from control_plane.admission import go_or_wait, held_back
from control_plane.models import ModelSpec
from control_plane.outcomes import Outcome
from control_plane.records import Champion, DeployRequest, Model
from control_plane.registry import Package
from control_plane.serving import Serving

_REMEMBERED_CHAMPIONS = 10
_NAME_LIMIT = 63


@dataclass(frozen=True, slots=True)
class Standing:
    """A model, the version that its endpoint is going over to, and the one that waits for that or for a policy."""

    model: Model
    under_way: DeployRequest | None = None
    waiting: DeployRequest | None = None

    @property
    def champion(self) -> str | None:
        return self.model.champion.package if self.model.champion else None

    @property
    def in_use(self) -> str | None:
        """What the endpoint serves, or will serve when it has settled."""
        return self.under_way.package if self.under_way else self.champion

    def must_go(self, rejected: str) -> bool:
        """A rejected version is in use, and nothing is about to replace it anyway.

        An approval that waits while nothing is under way waits for a policy, and may wait long.
        """
        replaced = self.waiting and (self.under_way or self.waiting.is_rollback)
        return rejected == self.in_use and not replaced

    @property
    def latest(self) -> DeployRequest | None:
        """What the endpoint will serve once all goes well; None where that is the champion."""
        return self.waiting or self.under_way

    @property
    def chosen_at(self) -> datetime | None:
        """When what is in use, or will be, was approved or asked for."""
        current = self.latest or self.model.champion
        return current.chosen_at if current else None


@dataclass(frozen=True, slots=True)
class Choice:
    """A version to be put in use. `instead_of` makes it a rollback: the version that has to go."""

    package: Package
    because: str
    chosen_at: datetime
    instead_of: str | None = None
    force: bool = False


def put_in_use(choice: Choice, model: Model, now: datetime) -> Crown | Deploy | Defer:
    serving = model.spec.deployment
    if serving is None:
        outcome = Outcome.ROLLED_BACK if choice.instead_of else Outcome.CHAMPION_CHANGED
        return Crown(choice.package, outcome, choice.because, choice.chosen_at)
    request = deploy_request(model.spec, serving, choice)
    return admit_deployment(request, model, because=choice.because, now=now, force=choice.force)


def admit_deployment(
    request: DeployRequest, model: Model, *, because: str, now: datetime, force: bool
) -> Deploy | Defer:
    """A rollback waits for no pause and no calendar; two updates of one endpoint never happen at once."""
    waits = None if force or request.instead_of else held_back(model, now)
    if waits is None and model.deploying:
        waits = Outcome.DEFERRED_BUSY, f"deployment {model.deploying.decision} is under way", None
    return go_or_wait(Deploy(request, because), waits)


def admit_waiting(
    request: DeployRequest, model: Model, *, because: str, now: datetime, force: bool
) -> Deploy | Defer | Skip:
    """As `admit_deployment`, for what has waited: it may have become pointless."""
    pointless = None if model.deploying else _pointless(request, model.champion, force=force)
    if pointless:
        return replace(pointless, because=f"{because}, and {pointless.because}")
    return admit_deployment(request, model, because=because, now=now, force=force)


def _pointless(request: DeployRequest, champion: Champion | None, *, force: bool) -> Skip | None:
    """The champion may have changed while it waited; whatever else was chosen later has taken its place."""
    if request.restores and champion and champion.package == request.package:
        return None
    if champion and champion.config == request.config and not force:
        return Skip(Outcome.SKIPPED_ALREADY_CHAMPION, f"{request.package} is the champion")
    if request.instead_of:
        if champion and champion.package == request.instead_of:
            return None
        gone = f"{request.instead_of} isn't the champion any more"
        return Skip(Outcome.SKIPPED_STALE, f"there is nothing to go back from: {gone}")
    if champion and champion.chosen_at > request.chosen_at:
        return Skip(Outcome.SKIPPED_STALE, f"{champion.package}, which is the champion, was chosen later")
    return None


def is_served(choice: Choice, model: Model) -> bool:
    """As far as the ledger knows: the champion is this version, configured as its model's spec says now."""
    champion, serving = model.champion, model.spec.deployment
    if champion is None or champion.package != choice.package.arn:
        return False
    return serving is None or champion.config == deploy_request(model.spec, serving, choice).config


def deploy_request(spec: ModelSpec, serving: Serving, choice: Choice) -> DeployRequest:
    """Its names are made of all that they stand for, so asking twice asks for the same."""
    package = choice.package
    return DeployRequest(
        model=spec.model,
        package=package.arn,
        chosen_at=choice.chosen_at,
        config=_name(spec.model, package, serving.configured),
        served_model=_name(spec.model, package),
        serving=serving,
        instead_of=choice.instead_of,
    )


def _name(model: str, package: Package, *settings: str) -> str:
    """`churn-7-` and 12 hex digits; a long model's name is cut, the digits tell it from others."""
    digest = hashlib.sha256(" ".join([package.arn, *settings]).encode()).hexdigest()[:12]
    tail = f"-{package.version}-{digest}"
    return model[: _NAME_LIMIT - len(tail)].rstrip("-") + tail


def succession(
    before: Champion | None, package: str, *, chosen_at: datetime, since: datetime, config: str | None = None
) -> Champion:
    """The new champion; going back to an earlier one forgets those after it."""
    earlier: tuple[str, ...] = ()
    if before and before.package == package:
        earlier = before.earlier
    elif before:
        line = (before.package, *before.earlier)
        earlier = line[line.index(package) + 1 :] if package in line else line
    return Champion(
        package=package,
        config=config,
        chosen_at=chosen_at,
        since=since,
        earlier=earlier[:_REMEMBERED_CHAMPIONS],
    )
