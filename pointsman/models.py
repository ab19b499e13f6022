"""What a model is at, for people and programs: from the ledger, the registry and its endpoint."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from control_plane.costs import Estimate
from control_plane.endpoints import Endpoint
from control_plane.errors import UnknownModel, UnreadableSpec
from control_plane.fields import format_duration
from control_plane.policies import Purpose
from control_plane.records import Decision, Deployment, Model
from control_plane.registry import ApprovalStatus
from pointsman.costs import ExpectedCost, estimates
from pointsman.environment import Environment
from pointsman.errors import BadRequest, NotFound
from pointsman.hosting import RunningVariant, Schedule, running_variants, schedules
from pointsman.versions import short

_DECISIONS_SHOWN = 5


@dataclass(frozen=True)
class ModelStory:
    """A model's state, and what it lacks in words.

    `approvals` are the registry's approval statuses of its newest versions by ARN, newest first; `endpoint` is what
    SageMaker says of the one in its spec, None where there is none, `variants` what that runs and `monitors` what looks
    at it. `deployment` is under way, `waiting` what waits for a slot or a policy, `decisions` the last few, `estimates`
    what the next runs may cost.
    """

    model: Model
    endpoint: Endpoint | None
    variants: tuple[RunningVariant, ...]
    monitors: tuple[Schedule, ...]
    approvals: Mapping[str, ApprovalStatus]
    deployment: Deployment | None
    waiting: tuple[Decision, ...]
    decisions: tuple[Decision, ...]
    lacks: tuple[str, ...]
    estimates: Mapping[Purpose, Estimate]

    @property
    def challengers(self) -> tuple[str, ...]:
        """The versions that wait for approval, newest first, by ARN."""
        return tuple(arn for arn, status in self.approvals.items() if status == "PendingManualApproval")


def known(environment: Environment, name: str) -> Model:
    """Raises NotFound, BadRequest."""
    try:
        return environment.ledger.model(name)
    except UnknownModel as error:
        raise NotFound(f"no model {name!r}; `pointsman models` shows what there is") from error
    except UnreadableSpec as error:
        raise BadRequest(str(error)) from error


def expected_costs(environment: Environment, name: str | None) -> list[ExpectedCost]:
    """Of one model, or of all whose spec can be read. Raises NotFound, BadRequest."""
    models = [known(environment, name)] if name else environment.history.models()
    return [
        ExpectedCost(model.spec.model, purpose, estimate)
        for model in models
        if isinstance(model, Model)
        for purpose, estimate in estimates(environment, model).items()
    ]


def waiting_of(model: Model) -> list[str]:
    """The decisions that wait for one of its slots."""
    return [*model.pending.values(), *([model.pending_deployment] if model.pending_deployment else [])]


def story_of(environment: Environment, name: str) -> ModelStory:
    """Raises NotFound, BadRequest."""
    model, ledger = known(environment, name), environment.ledger
    serving = model.spec.deployment
    endpoint = environment.endpoints.describe(serving.endpoint) if serving else None
    approvals = environment.registry.approvals(name)
    return ModelStory(
        model=model,
        endpoint=endpoint,
        variants=tuple(running_variants(environment, endpoint)) if endpoint else (),
        monitors=tuple(schedules(environment, endpoint.name if endpoint else None, model.spec.monitor.schedules)),
        approvals=approvals,
        deployment=ledger.deployment(model.deploying.decision) if model.deploying else None,
        waiting=tuple(found for decision in waiting_of(model) if (found := ledger.decision(decision))),
        decisions=tuple(islice(environment.history.decisions(name), _DECISIONS_SHOWN)),
        lacks=tuple(lacking(model, endpoint, approvals, datetime.now(UTC))),
        estimates=estimates(environment, model),
    )


def lacking(
    model: Model, endpoint: Endpoint | None, approvals: Mapping[str, ApprovalStatus], now: datetime
) -> Iterator[str]:
    """What keeps the model from being served and looked after, with what to do about it."""
    yield from _champion_lacks(model, approvals)
    yield from _endpoint_lacks(model, endpoint)
    if model.spec.data.evaluation is None:
        yield "no data.evaluation in its spec: the champion is never judged on new data"
    for purpose in model.spec.data.sources:
        last, limit = model.arrived.get(purpose, model.since), model.spec.data.expect.of(purpose)
        if limit and now > last + limit:
            yield f"no {purpose} data since {last:%Y-%m-%d %H:%M} UTC; some is expected every {format_duration(limit)}"


def _champion_lacks(model: Model, approvals: Mapping[str, ApprovalStatus]) -> Iterator[str]:
    champion, name = model.champion, model.spec.model
    if champion is None and model.deploying is None:
        pending = [short(arn) for arn, status in approvals.items() if status == "PendingManualApproval"]
        how = f"`pointsman approve {pending[0]}` makes one" if pending else f"`pointsman start {name}` trains a version"
        yield f"no champion; {how}"
    elif champion and approvals.get(champion.package) == "Rejected" and model.deploying is None:
        how = f"`pointsman rollback {name} --to VERSION` puts another in its place"
        yield f"its champion {short(champion.package)} is rejected; {how}"


def _endpoint_lacks(model: Model, endpoint: Endpoint | None) -> Iterator[str]:
    serving, champion = model.spec.deployment, model.champion
    if serving is None:
        yield "no `deployment` in its spec: whoever uses the champion has to serve it"
    elif model.deploying:
        return
    elif endpoint and endpoint.status == "Failed":
        yield f"endpoint {endpoint.name} is Failed ({endpoint.failure}); delete it, then deploy again"
    elif champion is None:
        if endpoint:
            how = f"`pointsman adopt {endpoint.name}` makes what it serves the champion"
            yield f"endpoint {endpoint.name} is others'; {how}"
    elif endpoint is None or endpoint.config != champion.config:
        what = f"endpoint {serving.endpoint} " + (f"serves {endpoint.config}" if endpoint else "isn't there")
        how = f"`pointsman deploy {model.spec.model} --force` puts the champion on it"
        adopt = f", `pointsman adopt {endpoint.name}` makes what it serves the champion" if endpoint else ""
        yield f"{what}; {how}{adopt}"
