"""How people see decisions, runs and changes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from rich.table import Table

from control_plane.records import Decision, Run
from pointsman.apply import Change
from pointsman.observe import Execution, Package

_COLOURS = {"STARTED": "green", "SKIPPED": "dim", "DEFERRED": "yellow", "REFUSED": "red"}
_STATUS_COLOURS = {"Succeeded": "green", "Failed": "red", "Executing": "cyan", "Stopped": "yellow"}


def age(moment: datetime, now: datetime | None = None) -> str:
    """`42s`, `5m`, `3h`, `12d`: the coarsest unit that says enough."""
    passed = (now or datetime.now(UTC)) - moment
    for unit, size in (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("m", timedelta(minutes=1))):
        if passed >= size:
            return f"{passed // size}{unit}"
    return f"{max(0, passed // timedelta(seconds=1))}s"


def decision_table(decisions: Sequence[Decision]) -> Table:
    table = _table("Decisions", "age", "model", "outcome", "why", "event", "run")
    for decision in decisions:
        outcome = str(decision.outcome)
        table.add_row(
            age(decision.decided_at),
            decision.model or "-",
            _coloured(outcome, _COLOURS.get(outcome.partition("_")[0], "")),
            f"{decision.because}; {decision.then}" if decision.then else decision.because,
            _event(decision),
            _short(decision.run),
        )
    return table


def run_table(runs: Sequence[Run]) -> Table:
    table = _table("Runs", "age", "model", "purpose", "run", "status", "failure")
    for run in runs:
        status = run.status or "Executing"
        table.add_row(
            age(run.started_at),
            run.model,
            run.purpose,
            _short(run.arn),
            _coloured(status, _STATUS_COLOURS.get(status, "")),
            run.failure or "",
        )
    return table


def step_table(execution: Execution) -> Table:
    status = _coloured(execution.status, _STATUS_COLOURS.get(execution.status, ""))
    table = _table(f"Run {_short(execution.arn)}: {status}", "step", "kind", "status", "seconds", "failure")
    for step in execution.steps:
        table.add_row(
            step.name,
            step.kind,
            _coloured(step.status, _STATUS_COLOURS.get(step.status, "")),
            "" if step.seconds is None else f"{step.seconds:.1f}",
            step.failure or "",
        )
    return table


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


def _event(decision: Decision) -> str:
    """The object's name or the resource's; `--json` has the whole identity."""
    name = decision.event.partition("@")[0].rpartition("/")[2]
    return name + (f" and {decision.events - 1} more" if decision.events > 1 else "")


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _coloured(text: str, colour: str) -> str:
    return f"[{colour}]{text}[/]" if colour else text


def _short(arn: str | None) -> str:
    return arn.rpartition("/")[2] if arn else ""
