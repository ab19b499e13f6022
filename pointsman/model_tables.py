"""How people see models."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.text import Text

from control_plane.records import Champion, Decision, Drift, Model, UnreadableModel
from pointsman.cost_tables import estimates_text
from pointsman.drawing import age, fields, short, titled
from pointsman.hosting import RunningVariant, Schedule
from pointsman.models import ModelStory
from pointsman.tables import decision_list
from pointsman.versions import plain
from pointsman.versions import short as version


def model_table(models: Sequence[Model | UnreadableModel]) -> RenderableType:
    if not models:
        return Text("no models yet; `pointsman apply` puts them into the ledger", style="dim")
    table = titled("Models", "model", "champion", "state", "waits", "revision")
    for model in models:
        if isinstance(model, UnreadableModel):
            table.add_row(model.name, "-", f"[red]unreadable[/]: {escape(model.why)}; apply its spec again", "", "")
            continue
        champion = model.champion
        table.add_row(
            model.spec.model,
            f"version {short(champion.package)}, {age(champion.since)}" if champion else "-",
            escape("; ".join(_states(model)) or "idle"),
            ", ".join([*model.pending, *(["deployment"] if model.pending_deployment else [])]),
            model.revision,
        )
    return table


def _states(model: Model) -> Iterator[str]:
    if model.paused:
        yield f"paused by {model.paused.by}: {model.paused.why}"
    if model.slot:
        yield f"running {short(model.slot.run) or model.slot.decision}"
    if model.deploying:
        yield f"deploying {model.deploying.run or model.deploying.decision}"


def model_view(story: ModelStory) -> RenderableType:
    """Its state, what it lacks, and the last decisions."""
    model, paused = story.model, story.model.paused
    lines: dict[str, str | Text | None] = {
        "model": f"{model.spec.model}, revision {model.revision}",
        "champion": _champion(model.champion),
        "endpoint": _endpoint(story),
        "running": f"run {short(model.slot.run)}, decision {model.slot.decision}" if model.slot else None,
        "under way": _under_way(story),
        "waits": "\n".join(map(_waiting, story.waiting)) or None,
        "earlier champions": ", ".join(map(version, model.champion.earlier)) or None if model.champion else None,
        "challengers": ", ".join(f"{version(arn)} waits for approval" for arn in story.challengers) or None,
        "paused": f"by {paused.by}, {age(paused.since)} ago: {paused.why}" if paused else None,
        "drift": "\n".join(map(_drifted, model.drift.values())) or "none known",
        "monitors": "\n".join(map(_monitor, story.monitors)) or "none",
        "data came": "; ".join(_arrivals(model)),
        "a run costs": estimates_text(story.estimates),
        "lacks": Text("\n".join(story.lacks), style="yellow") if story.lacks else None,
    }
    return Group(fields(lines), Text("\nLast decisions"), decision_list(story.decisions))


def _champion(champion: Champion | None) -> str:
    return f"{version(champion.package)}, for {age(champion.since)}" if champion else "none"


def _endpoint(story: ModelStory) -> str | None:
    serving, endpoint = story.model.spec.deployment, story.endpoint
    if serving is None:
        return None
    if endpoint is None:
        return f"{serving.endpoint}, not there"
    lines = [f"{endpoint.name}, {endpoint.status}, configuration {endpoint.config}", *map(_variant, story.variants)]
    return "\n".join(lines)


def _variant(variant: RunningVariant) -> str:
    size = "serverless" if variant.instances is None else f"{variant.instances} instances"
    what = version(variant.version) if variant.version else "no version of the registry"
    return f"variant {variant.name}: {what}, {size}, weight {variant.weight:g}"


def _monitor(schedule: Schedule) -> str:
    if schedule.status is None:
        return f"{schedule.name}, not there"
    if schedule.last is None or schedule.last_at is None:
        return f"{schedule.name}, {schedule.status}, no run yet"
    return f"{schedule.name}, {schedule.status}, last run {schedule.last} {age(schedule.last_at)} ago"


def _under_way(story: ModelStory) -> str | None:
    slot, deployment = story.model.deploying, story.deployment
    if slot is None:
        return None
    if deployment is None:
        return f"deployment, decision {slot.decision}"
    what = "rollback" if deployment.request.is_rollback else "deployment"
    return f"{what} to {version(deployment.request.package)} for {age(deployment.started_at)}, decision {slot.decision}"


def _waiting(decision: Decision) -> str:
    return f"{decision.outcome}: {plain(decision.then or decision.because)}, decision {decision.id}"


def _drifted(drift: Drift) -> str:
    return f"{drift.kind}, {age(drift.since)} ago: {drift.summary}"


def _arrivals(model: Model) -> Iterator[str]:
    for purpose in model.spec.data.sources:
        last = model.arrived.get(purpose)
        yield f"{purpose} {age(last)} ago" if last else f"{purpose} never"
