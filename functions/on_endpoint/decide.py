"""A deployment ended: does the endpoint serve what it was asked to, and does that work?"""

from dataclasses import dataclass, replace
from datetime import datetime

from control_plane.actions import Conclude, Crown, Defer, Deploy, Skip
from control_plane.deployments import Choice, admit_waiting, put_in_use
from control_plane.endpoints import Answer, Endpoint
from control_plane.monitor_plans import MonitorPlan, kinds_of, plans_of, wanted_watch
from control_plane.outcomes import Outcome
from control_plane.records import Decision, Deployment, DeployRequest, Model
from control_plane.registry import Package


@dataclass(frozen=True, slots=True)
class Untested:
    """A version wasn't asked for its sample payload, for a reason that isn't its fault."""

    why: str


def decide_end(deployment: Deployment, endpoint: Endpoint | None) -> Conclude | Skip:
    """The active configuration counts: an update that SageMaker rolled back ends InService, too."""
    request = deployment.request
    if endpoint is None:
        return Conclude(Outcome.DEPLOYMENT_FAILED, f"endpoint {request.endpoint} is gone")
    if not endpoint.has_settled:
        return Skip(Outcome.SKIPPED_STALE, f"{endpoint.name} is still {endpoint.status}")
    why = f": {endpoint.failure}" if endpoint.failure else ""
    if endpoint.status != "InService":
        return Conclude(Outcome.DEPLOYMENT_FAILED, f"{endpoint.name} is {endpoint.status}{why}")
    if endpoint.config == request.config:
        outcome = Outcome.ROLLED_BACK if request.is_rollback else Outcome.CHAMPION_CHANGED
        return Conclude(outcome, f"{endpoint.name} serves {request.package}", serves=True)
    if endpoint.modified_at < deployment.started_at:
        return Skip(Outcome.SKIPPED_STALE, f"{endpoint.name} doesn't show the update yet")
    serves = f"{endpoint.name} serves {endpoint.config} and not {request.config}"
    return Conclude(Outcome.DEPLOYMENT_ROLLED_BACK, f"{serves}: SageMaker rolled the update back{why}")


def decide_tested(
    served: Conclude, request: DeployRequest, answer: Answer | Untested, before: DeployRequest | None
) -> Conclude:
    """A version that can't answer what it was registered with doesn't become champion; `before` is put back."""
    if isinstance(answer, Untested):
        return replace(served, because=f"{served.because}; untested, for {answer.why}")
    if answer.is_good:
        return replace(served, because=f"{served.because} and answered its sample payload with {answer.status}")
    said = f"{answer.status or 'nothing'}" + (f" ({answer.said})" if answer.said else "")
    failed = f"{request.package} answered its own sample payload with {said}"
    if before is None or before.config == request.config:
        return Conclude(Outcome.SMOKE_TEST_FAILED, f"{failed}, and there is nothing else to put back")
    back = before.model_copy(update={"instead_of": request.package, "restores": True})
    return Conclude(Outcome.SMOKE_TEST_FAILED, f"{failed}; {before.package} is put back", put_back=back)


@dataclass(frozen=True, slots=True)
class Attach:
    """Have the endpoint watched by these monitors alone, perhaps by none."""

    outcome: Outcome
    because: str
    plans: tuple[MonitorPlan, ...] = ()


def decide_watch(model: Model, champion: Package | None) -> Attach:
    """Of a champion without a baseline no monitor could tell anything; another version's would only mislead."""
    if wanted_watch(model) is None:
        return Attach(Outcome.UNWATCHED, "the model's spec asks for no monitor")
    if champion is None:
        return Attach(Outcome.SKIPPED_NO_BASELINE, "the champion left the registry, and its baseline with it")
    plans = tuple(plans_of(model.spec, champion))
    planned = {plan.kind for plan in plans}
    lacking = ", ".join(kind for kind in kinds_of(model.spec.monitor) if kind not in planned)
    without = f"{champion.arn} was registered without a baseline of {lacking}" if lacking else ""
    if not plans:
        return Attach(Outcome.SKIPPED_NO_BASELINE, without)
    names = ", ".join(plan.schedule for plan in plans)
    watched = f"{names} holds what is captured against the baseline of {champion.arn}"
    return Attach(Outcome.WATCHED, f"{watched}; {without}" if without else watched, plans)


def decide_next(waiting: Decision, request: DeployRequest, model: Model, now: datetime) -> Deploy | Defer | Skip:
    """What waited for the endpoint gets it, unless it has become pointless or a policy keeps it waiting."""
    because = f"{request.endpoint} has settled"
    return admit_waiting(request, model, because=because, now=now, force=waiting.force)


def decide_undo(
    rejected: Package, fallback: Package | None, model: Model, now: datetime
) -> Crown | Deploy | Defer | Skip:
    """The champion was rejected, and nothing took its place."""
    why = f"{rejected.arn} was rejected and is still in use"
    if fallback is None:
        return Skip(Outcome.SKIPPED_NO_CHAMPION, f"{why}, and no earlier champion is approved")
    choice = Choice(fallback, why, chosen_at=fallback.last_modified, instead_of=rejected.arn)
    return put_in_use(choice, model, now)
