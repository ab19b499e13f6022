"""The `pointsman` command. Each command only reads its arguments and shows what others return."""

import sys
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console

from pointsman.cli import act, applying, events, faults, graph, local, look, look_at_models, plan, replay
from pointsman.cli.output import say
from pointsman.errors import AwsError, PointsmanError

app = typer.Typer(add_completion=False, help="Event-driven control plane for ML on AWS.")
app.add_typer(look.decisions_app, name="decisions")
app.add_typer(look_at_models.models_app, name="models")
app.add_typer(look.runs_app, name="runs")
app.add_typer(events.events_app, name="events")
app.add_typer(events.event_app, name="event")
app.add_typer(faults.local_app, name="local")
_COMMANDS: tuple[Callable[..., None], ...] = (
    *(local.up, local.down, local.status, local.demo),
    *(applying.apply, applying.diff, act.start, act.evaluate, act.approve, act.reject),
    *(act.deploy, act.rollback, act.adopt, act.pause, act.resume, look_at_models.deployments),
    *(plan.plan, plan.invoke, replay.replay, replay.redrive, graph.graph, look.cost, look.schema, look.image),
)
for _command in _COMMANDS:
    app.command()(_command)


def main() -> None:
    """Every expected error is one line on standard error and an exit code of its own (see `errors.py`)."""
    try:
        app()
    except PointsmanError as error:
        _end(error)
    except Exception as error:
        from botocore.exceptions import BotoCoreError, ClientError  # what shows help alone needs no botocore

        if not isinstance(error, BotoCoreError | ClientError):
            raise
        _end(AwsError(f"AWS: {error}"))


def _end(error: PointsmanError) -> None:
    Console(stderr=True).print(f"pointsman: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
    sys.exit(error.exit_code)


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed

        say(installed("pointsman"))
        raise typer.Exit
    if not context.invoked_subcommand:
        say(context.get_help())
