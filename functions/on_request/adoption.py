"""Somebody wants an endpoint taken over that others made: does it serve one version, which can be gone back to?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from control_plane.actions import Adopt, Skip
from control_plane.endpoints import Endpoint, Variant
from control_plane.events import AdoptionRequested
from control_plane.models import endpoint_claim
from control_plane.outcomes import Outcome
from control_plane.records import DeployRequest, Model
from control_plane.registry import Package


@dataclass(frozen=True, slots=True)
class Served:
    """An endpoint, if there is one, its variants, and the version that it serves, if that is one of the registry."""

    endpoint: Endpoint | None
    variants: Sequence[Variant] = ()
    package: Package | None = None


def only_package(variants: Sequence[Variant]) -> str | None:
    """The version that a configuration serves; None where that is none, or not just one."""
    packages = [package for variant in variants for package in variant.packages]
    return packages[0] if len(packages) == 1 else None


def decide_adoption(event: AdoptionRequested, model: Model, served: Served, now: datetime) -> Adopt | Skip:
    """Nothing is asked of SageMaker. The version counts as chosen now: what was approved before is no news.

    The registry tells of approvals in whole seconds, and one right after the adoption mustn't seem to come before it.
    """
    why, champion = f"{event.detail.actor} asks: {event.detail.why}", model.champion
    if obstacle := next(_obstacles(event.detail.endpoint, model, served), None):
        return Skip(Outcome.SKIPPED_NOT_ADOPTABLE, f"{why}, but {obstacle}")
    endpoint, package, serving = served.endpoint, served.package, model.spec.deployment
    if endpoint is None or package is None or serving is None:
        raise AssertionError("each of these was an obstacle")
    if package.approval_status != "Approved":
        return Skip(Outcome.SKIPPED_NOT_APPROVAL, f"{why}, but {package.arn} is {package.approval_status}")
    if champion and (champion.package, champion.config) == (package.arn, endpoint.config):
        return Skip(Outcome.SKIPPED_ALREADY_CHAMPION, f"{why}, and {package.arn} is the champion")
    request = DeployRequest(
        model=model.spec.model,
        package=package.arn,
        chosen_at=now.replace(microsecond=0),
        config=endpoint.config,
        served_model=str(served.variants[0].model),
        serving=serving,
    )
    return Adopt(request, f"{why}; {endpoint.name} serves {package.arn}")


def _obstacles(name: str, model: Model, served: Served) -> Iterator[str]:
    """What keeps the endpoint from being adopted, with what to do about it."""
    serving, endpoint, variants = model.spec.deployment, served.endpoint, served.variants
    if serving is None or endpoint_claim(serving.endpoint) != endpoint_claim(name):
        yield f"the spec of {model.spec.model} has no `deployment: {{endpoint: {name}}}`"
    if model.deploying:
        yield f"deployment {model.deploying.decision} is under way; ask again when it is over"
    if endpoint is None:
        yield f"there is no endpoint {name}; the first approval makes one"
    elif not endpoint.has_settled:
        yield f"endpoint {name} is {endpoint.status}; ask again when it has settled"
    elif endpoint.status != "InService":
        yield f"endpoint {name} is {endpoint.status}, so it serves nothing that could be gone back to"
    elif not variants:
        yield f"its configuration {endpoint.config} was deleted, so nobody can say what it serves; update it"
    elif len(variants) > 1:
        yield f"it has the variants {', '.join(variant.name for variant in variants)}; leave it one"
    else:
        yield from _foreign(model.spec.model, variants[0], served.package)


def _foreign(model: str, variant: Variant, package: Package | None) -> Iterator[str]:
    """It can't be gone back to what isn't a version of the model."""
    if package is None:
        several = len(variant.packages) > 1
        made = f"has {len(variant.packages)} containers" if several else "isn't made of a version in the registry"
        how = f"register it in group {model} and have the endpoint serve that version"
        yield f"model {variant.model} {made}; {how}, or approve a version, which takes its place for good"
    elif package.group != model:
        yield f"it serves {package.arn}, which is no version of {model}"
