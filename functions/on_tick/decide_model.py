"""What a model lacks: approvals that nobody heard of, data that doesn't come, an answer to drift that goes on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from control_plane.actions import Skip
from control_plane.deployments import Standing
from control_plane.endpoints import Endpoint
from control_plane.fields import format_duration
from control_plane.monitor_plans import is_watched_as_wanted
from control_plane.outcomes import Outcome
from control_plane.policies import Purpose
from control_plane.records import Decision, Model
from control_plane.registry import ApprovalStatus, Package


@dataclass(frozen=True, slots=True)
class Unheard:
    """Versions whose approval status isn't what it was at the last look, where that may matter."""

    approved: Sequence[str]
    rejected: Sequence[str]


def unheard(standing: Standing, approvals: Mapping[str, ApprovalStatus]) -> Unheard:
    """Not all of them were missed: but an approval that led to something shows in what is in use or on its way."""
    changed = {arn: status for arn, status in approvals.items() if standing.model.approvals.get(arn) != status}
    waiting = standing.waiting.package if standing.waiting else None
    served = {standing.champion, standing.in_use, waiting}
    return Unheard(
        approved=[arn for arn, status in changed.items() if status == "Approved" and arn not in served],
        rejected=[arn for arn, status in changed.items() if status == "Rejected" and standing.must_go(arn)],
    )


def was_heard_of(package: Package, decisions: Sequence[Decision]) -> bool:
    """Its room has decided something since it last changed, whatever came of that: it may have failed by now."""
    about = [decision for decision in decisions if decision.event.startswith(f"{package.arn} ")]
    return any(decision.decided_at >= package.last_modified for decision in about)


def news_of(model: Model, approved: Sequence[Package]) -> Sequence[Package]:
    """Oldest first, as they were approved: where a later one comes to nothing, the one before it is in use. What was
    approved before the model was ours, or before its champion, isn't news.
    """
    chosen = model.champion.chosen_at if model.champion else None
    ours = [package for package in approved if package.last_modified >= model.since]
    news = [package for package in ours if chosen is None or package.last_modified > chosen]
    return sorted(news, key=lambda package: package.last_modified)


def not_serving(model: Model, endpoint: Endpoint | None) -> Skip | None:
    """What is wrong with the champion's endpoint, if anything. It is left so: whoever changed it had reasons.

    What a deployment of ours did to it is told by that deployment's end.
    """
    champion, serving = model.champion, model.spec.deployment
    if champion is None or champion.config is None or serving is None or model.deploying:
        return None
    if endpoint is None:
        found = f"endpoint {serving.endpoint} isn't there"
    elif not endpoint.has_settled or (endpoint.status == "InService" and endpoint.config == champion.config):
        return None
    elif endpoint.status != "InService":
        found = f"endpoint {endpoint.name} is {endpoint.status}" + (
            f" ({endpoint.failure})" if endpoint.failure else ""
        )
    else:
        adopt = f"`pointsman adopt {endpoint.name}` makes what it serves the champion"
        found = f"endpoint {endpoint.name} serves {endpoint.config} and not {champion.config}; {adopt}"
    back = f"`pointsman deploy {model.spec.model} --force` puts {champion.package} on it"
    return Skip(Outcome.CHAMPION_NOT_SERVING, f"{found}; {back}")


def endpoint_unfinished(model: Model) -> str | None:
    """One at which something is left to be deleted, or that isn't watched as its model's spec says.

    A spec without an endpoint leaves the monitors of the one that it had.
    """
    serving, watch = model.spec.deployment, model.watch
    endpoint = serving.endpoint if serving else watch.endpoint if watch else None
    is_collecting = serving is not None and model.collecting
    return endpoint if is_collecting or not is_watched_as_wanted(model) else None


def overdue(model: Model, now: datetime) -> Iterator[tuple[Purpose, datetime, Skip]]:
    """Data that should have come by now, since when it is missed, and what to put on record."""
    for purpose, last, limit in _expected(model):
        if now > last + limit:
            missing, often = f"no {purpose} data since {last:%Y-%m-%d %H:%M} UTC", format_duration(limit)
            yield purpose, last, Skip(Outcome.DATA_OVERDUE, f"{missing}; some is expected every {often}")


def persisting(model: Model, now: datetime) -> Iterator[dict[str, object]]:
    """Reports of drift that goes on: it was answered long ago, and nothing has taken it back since."""
    for drift in model.drift.values():
        if now >= drift.answered_at + model.spec.policy.on_drift.again:
            yield {
                "model": model.spec.model,
                "kind": drift.kind,
                "share": drift.share,
                "again": True,
                "id": f"again-{drift.kind.replace('_', '-')}-{drift.answered_at:%Y%m%dT%H%M%SZ}",
                "summary": f"it goes on since {drift.since:%Y-%m-%d %H:%M} UTC: {drift.summary}"[:500],
            }


def next_look(model: Model, now: datetime, every: timedelta) -> datetime:
    """Sooner than usual where something falls due before."""
    moments = [last + limit for _, last, limit in _expected(model)]
    moments += [drift.answered_at + model.spec.policy.on_drift.again for drift in model.drift.values()]
    return min([now + every, *(moment for moment in moments if moment > now)])


def _expected(model: Model) -> Iterator[tuple[Purpose, datetime, timedelta]]:
    for purpose in model.spec.data.sources:
        if limit := model.spec.data.expect.of(purpose):
            yield purpose, model.arrived.get(purpose, model.since), limit
