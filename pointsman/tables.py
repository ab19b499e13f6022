"""How people see decisions and runs."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.text import Text

from control_plane.outcomes import action_of
from control_plane.records import Decision, DeployRequest, Run, StartRequest
from control_plane.serving import Serving
from pointsman.cost_tables import cost_text
from pointsman.deployment_tables import deployment_entry
from pointsman.drawing import age, fields, outcome_text, short, status_text, titled
from pointsman.executions import Execution
from pointsman.observe import Story
from pointsman.versions import Version, plain
from pointsman.versions import short as named

_FAILURE_WIDTH = 120


def decision_list(decisions: Sequence[Decision]) -> RenderableType:
    """Like a log: a line to scan, then why, then what to look it up by. Fits any width."""
    if not decisions:
        return Text("no decisions yet", style="dim")
    return Group(*(_decision_entry(decision) for decision in decisions))


def _decision_entry(decision: Decision) -> Text:
    came = "configuration" if isinstance(decision.request, DeployRequest) else "run"
    run = f"  {came} {short(decision.run)}" if decision.run else ""
    entry = outcome_text(decision.outcome)
    action = action_of(decision.outcome, decision.purpose)
    entry.append(f"  {decision.model or '-'}  {action}  {age(decision.decided_at)} ago{run}", style="default")
    why = f"{decision.because}; {decision.then}" if decision.then else decision.because
    entry.append(f"\n    {plain(why)}", style="default")
    entry.append(f"\n    event {_event(decision)}\n    decision {decision.id}", style="dim")
    return entry


def decision_story(decision: Decision) -> RenderableType:
    """One decision, field by field."""
    deploys = isinstance(decision.request, DeployRequest)
    story: dict[str, str | Text | None] = {
        "decision": decision.id,
        "model": decision.model,
        "action": action_of(decision.outcome, decision.purpose),
        "outcome": outcome_text(decision.outcome),
        "because": plain(decision.because),
        "then": plain(decision.then) if decision.then else None,
        "event": plain(decision.event),
        "events": str(decision.events) if decision.events > 1 else None,
        "asked by": decision.actor,
        "forced": "yes" if decision.force else None,
        "came of": decision.correlation_id,
        "decided": f"{decision.decided_at:%Y-%m-%d %H:%M:%S} UTC, {age(decision.decided_at)} ago",
        "looked at again": f"{decision.until:%Y-%m-%d %H:%M:%S} UTC" if decision.until else None,
        "spec revision": decision.revision,
        "configuration" if deploys else "run": decision.run,
        **(_request_lines(decision.request) if decision.request else {}),
    }
    return fields(story)


def _request_lines(request: StartRequest | DeployRequest) -> dict[str, str]:
    match request:
        case StartRequest():
            return {"pipeline": request.pipeline, **{f"  {name}": value for name, value in request.parameters.items()}}
        case DeployRequest():
            return {
                "endpoint": request.endpoint,
                "  version": plain(request.package),
                "  on": _runs_on(request.serving),
            }


def _runs_on(serving: Serving) -> str:
    if serving.serverless:
        return f"serverless, {serving.serverless.memory_mb} MB, {serving.serverless.concurrency} at a time"
    return f"{serving.instances.count} x {serving.instances.type}"


def story_view(story: Story) -> RenderableType:
    """The decision, the run or the deployment that it began, the version, and what else came of the same event."""
    parts: list[RenderableType] = [decision_story(story.decision)]
    if story.execution:
        parts += ["", execution_view(story.execution)]
    if story.deployment:
        parts += ["", Text("Deployment"), deployment_entry(story.deployment)]
    if story.package:
        parts += ["", package_table(story.package)]
    if story.related:
        parts += ["", Text("Of the same event"), decision_list(story.related)]
    return Group(*parts)


def run_table(runs: Sequence[Run]) -> RenderableType:
    if not runs:
        return Text("no runs yet", style="dim")
    table = titled("Runs", "age", "model", "purpose", "run", "status", "cost", "failure")
    for run in runs:
        status = run.status or "Executing"
        table.add_row(
            age(run.started_at),
            run.model,
            run.purpose,
            short(run.arn),
            status_text(status),
            cost_text(run.cost),
            escape((run.failure or "").partition("\n")[0][:_FAILURE_WIDTH]),
        )
    return table


def execution_view(execution: Execution) -> RenderableType:
    """The steps, then in full why any of them failed."""
    title = Text(f"Run {short(execution.arn)}: ") + status_text(execution.status)
    table = titled(title, "step", "kind", "status", "seconds")
    for step in execution.steps:
        table.add_row(
            step.name,
            step.kind,
            status_text(step.status),
            "" if step.seconds is None else f"{step.seconds:.1f}",
        )
    failures = [Text(f"\n{step.name}: {step.failure}", style="red") for step in execution.steps if step.failure]
    return Group(table, *failures)


def package_table(version: Version) -> RenderableType:
    table = titled("Version", "package", "approval", "metrics")
    metrics = ", ".join(f"{name} {value:.4g}" for name, value in version.metrics.items())
    table.add_row(named(version.arn), version.approval_status, metrics)
    return table


def fault_list(faults: Sequence[Mapping[str, Any]]) -> RenderableType:
    """As `Faults.list` gives them."""
    if not faults:
        return Text("nothing is to go wrong", style="dim")
    table = titled("Faults", "id", "where", "what", "on", "struck", "left")
    for fault in faults:
        left = "always" if fault["left"] is None else str(fault["left"])
        what = fault["what"] if fault["seconds"] is None else f"{fault['what']} {fault['seconds']:g} s"
        what += f", {fault['share']:.0%}" if fault["share"] < 1 else ""
        row = (fault["id"], fault["where"], what, fault["on"], str(fault["struck"]), left)
        table.add_row(*(escape(cell) for cell in row))
    return table


def _event(decision: Decision) -> str:
    """The object's name or the resource's; `--json` has the whole identity."""
    whole = plain(decision.event)
    name = whole.partition("@")[0].rpartition("/")[2] if whole == decision.event else whole
    return name + (f" and {decision.events - 1} more" if decision.events > 1 else "")
