"""How people see decisions, runs and changes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from control_plane.outcomes import action_of
from control_plane.records import Decision, DeployRequest, Model, Run, StartRequest, UnreadableModel
from pointsman.apply import Change
from pointsman.executions import Execution, Package
from pointsman.observe import Story

# Never broken over lines: what people search for and copy.
_WHOLE = {"age", "model", "run", "status", "step", "purpose", "package"}
_FAILURE_WIDTH = 120
_COLOURS = {
    "STARTED": "green",
    "CHAMPION": "green",
    "APPROVED": "green",
    "ROLLED": "yellow",
    "DEFERRED": "yellow",
    "REFUSED": "red",
    "SKIPPED": "dim",
}
_STATUS_COLOURS = {"Succeeded": "green", "Failed": "red", "Executing": "cyan", "Stopped": "yellow"}


def age(moment: datetime, now: datetime | None = None) -> str:
    """`42s`, `5m`, `3h`, `12d`: the coarsest unit that says enough."""
    passed = (now or datetime.now(UTC)) - moment
    for unit, size in (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("m", timedelta(minutes=1))):
        if passed >= size:
            return f"{passed // size}{unit}"
    return f"{max(0, passed // timedelta(seconds=1))}s"


def decision_list(decisions: Sequence[Decision]) -> RenderableType:
    """Like a log: a line to scan, then why, then what to look it up by. Fits any width."""
    if not decisions:
        return Text("no decisions yet", style="dim")
    return Group(*(_decision_entry(decision) for decision in decisions))


def _decision_entry(decision: Decision) -> Text:
    run = f"  run {_short(decision.run)}" if decision.run else ""
    entry = Text(str(decision.outcome), style=_outcome_colour(decision))
    action = action_of(decision.outcome, decision.purpose)
    entry.append(f"  {decision.model or '-'}  {action}  {age(decision.decided_at)} ago{run}", style="default")
    why = f"{decision.because}; {decision.then}" if decision.then else decision.because
    entry.append(f"\n    {why}", style="default")
    entry.append(f"\n    event {_event(decision)}\n    decision {decision.id}", style="dim")
    return entry


def decision_story(decision: Decision) -> Table:
    """One decision, field by field."""
    table = Table(show_header=False, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    story = {
        "decision": decision.id,
        "model": decision.model,
        "action": action_of(decision.outcome, decision.purpose),
        "outcome": _coloured(decision.outcome, _outcome_colour(decision)),
        "because": decision.because,
        "then": decision.then,
        "event": decision.event,
        "events": decision.events if decision.events > 1 else None,
        "asked by": decision.actor,
        "forced": "yes" if decision.force else None,
        "came of": decision.correlation_id,
        "decided": f"{decision.decided_at:%Y-%m-%d %H:%M:%S} UTC, {age(decision.decided_at)} ago",
        "looked at again": decision.until and f"{decision.until:%Y-%m-%d %H:%M:%S} UTC",
        "spec revision": decision.revision,
        "run": decision.run,
        **(_request_lines(decision.request) if decision.request else {}),
    }
    for name, value in story.items():
        if value is not None:
            table.add_row(name, str(value) if name == "outcome" else escape(str(value)))
    return table


def _request_lines(request: StartRequest | DeployRequest) -> dict[str, str]:
    match request:
        case StartRequest():
            return {"pipeline": request.pipeline, **{f"  {name}": value for name, value in request.parameters.items()}}
        case DeployRequest():
            instances = f"{request.instances.count} x {request.instances.type}"
            return {"endpoint": request.endpoint, "  version": request.package, "  instances": instances}


def story_view(story: Story) -> RenderableType:
    """The decision, the steps of its run, the version that came of it, and what else came of the same event."""
    parts: list[RenderableType] = [decision_story(story.decision)]
    if story.execution:
        parts += ["", execution_view(story.execution)]
    if story.package:
        parts += ["", package_table(story.package)]
    if story.related:
        parts += ["", Text("Of the same event"), decision_list(story.related)]
    return Group(*parts)


def model_table(models: Sequence[Model | UnreadableModel]) -> RenderableType:
    if not models:
        return Text("no models yet; `pointsman apply` puts them into the ledger", style="dim")
    table = _table("Models", "model", "champion", "state", "pending", "revision")
    for model in models:
        if isinstance(model, UnreadableModel):
            table.add_row(model.name, "-", f"[red]unreadable[/]: {escape(model.why)}; apply its spec again", "", "")
            continue
        champion = model.champion
        state = escape(f"paused by {model.paused.by}: {model.paused.why}") if model.paused else "idle"
        table.add_row(
            model.spec.model,
            f"version {_short(champion.package)}, {age(champion.since)}" if champion else "-",
            f"running {_short(model.slot.run) or model.slot.decision}" if model.slot else state,
            ", ".join(model.pending),
            model.revision,
        )
    return table


def run_table(runs: Sequence[Run]) -> RenderableType:
    if not runs:
        return Text("no runs yet", style="dim")
    table = _table("Runs", "age", "model", "purpose", "run", "status", "failure")
    for run in runs:
        status = run.status or "Executing"
        table.add_row(
            age(run.started_at),
            run.model,
            run.purpose,
            _short(run.arn),
            _coloured(status, _STATUS_COLOURS.get(status, "")),
            escape((run.failure or "").partition("\n")[0][:_FAILURE_WIDTH]),
        )
    return table


def execution_view(execution: Execution) -> RenderableType:
    """The steps, then in full why any of them failed."""
    status = _coloured(execution.status, _STATUS_COLOURS.get(execution.status, ""))
    table = _table(f"Run {_short(execution.arn)}: {status}", "step", "kind", "status", "seconds")
    for step in execution.steps:
        table.add_row(
            step.name,
            step.kind,
            _coloured(step.status, _STATUS_COLOURS.get(step.status, "")),
            "" if step.seconds is None else f"{step.seconds:.1f}",
        )
    failures = [Text(f"\n{step.name}: {step.failure}", style="red") for step in execution.steps if step.failure]
    return Group(table, *failures)


def package_table(package: Package) -> Table:
    table = _table("Version", "package", "approval", "metrics")
    metrics = ", ".join(f"{name} {value:.4g}" for name, value in package.metrics.items())
    table.add_row(package.arn.rpartition("model-package/")[2], package.approval_status, metrics)
    return table


def change_table(changes: Sequence[Change]) -> Table:
    table = _table("Applied", "kind", "name", "")
    for change in changes:
        table.add_row(
            change.kind, change.name, _coloured(change.what, "dim" if change.what == "unchanged" else "green")
        )
    return table


def _outcome_colour(decision: Decision) -> str:
    return _COLOURS.get(str(decision.outcome).partition("_")[0], "")


def _event(decision: Decision) -> str:
    """The object's name or the resource's; `--json` has the whole identity."""
    name = decision.event.partition("@")[0].rpartition("/")[2]
    return name + (f" and {decision.events - 1} more" if decision.events > 1 else "")


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in _WHOLE)
    return table


def _coloured(text: str, colour: str) -> str:
    return f"[{colour}]{text}[/]" if colour else text


def _short(arn: str | None) -> str:
    return arn.rpartition("/")[2] if arn else ""
