"""The `pointsman` command. Each command here only reads its arguments and shows what others return."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from pointsman.errors import NotRunning, PointsmanError
from pointsman.local.settings import LocalSettings, default_state_directory

if TYPE_CHECKING:
    from rich.console import RenderableType

    from pointsman.environment import Environment

app = typer.Typer(add_completion=False, help="Event-driven control plane for ML on AWS.")
decisions_app = typer.Typer(help="What was decided, and why.")
models_app = typer.Typer(help="Models and their state.")
runs_app = typer.Typer(help="Pipeline executions that the control plane started.")
app.add_typer(decisions_app, name="decisions")
app.add_typer(models_app, name="models")
app.add_typer(runs_app, name="runs")

_UNBOUNDED = 10_000
Env = Annotated[str, typer.Option("--env", help="An environment of samconfig.toml.")]
State = Annotated[
    Path | None, typer.Option("--state", envvar="POINTSMAN_STATE", help="Folder of the embedded AWS's state.")
]
Port = Annotated[
    int | None, typer.Option(min=1, max=65535, help="Without one: the previous run's, else any free port.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")]
Name = Annotated[str, typer.Argument(metavar="MODEL")]
Version = Annotated[str, typer.Argument(help="GROUP/NUMBER, such as churn/3, or the package's ARN.")]
Why = Annotated[str, typer.Option("--why", help="Goes on record.")]
Force = Annotated[bool, typer.Option("--force", help="Pass the model's policies; never what makes a run happen once.")]
Model = Annotated[str | None, typer.Option(help="Only this model.")]


def main() -> None:
    """Every expected error is one line on standard error and an exit code of its own (see `errors.py`)."""
    try:
        app()
    except PointsmanError as error:
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

        _print(installed("pointsman"))
        raise typer.Exit
    if not context.invoked_subcommand:
        _print(context.get_help())


@app.command()
def up(
    state: State = None,
    port: Port = None,
    *,
    detach: Annotated[bool, typer.Option(help="Run in the background.")] = False,
    deploy: Annotated[
        bool, typer.Option(help="Then build and deploy the template, also to one that runs; implies --detach.")
    ] = False,
    time_scale: Annotated[float, typer.Option(min=1, help="60 lets a minute of schedules pass in a second.")] = 1.0,
) -> None:
    """Start the embedded AWS."""
    from pointsman.environment import LOCAL, Environment
    from pointsman.local import deployment, process
    from pointsman.local.current import use

    settings = LocalSettings(state=use(_own_state(state, LOCAL)), port=port, time_scale=time_scale)
    if not detach and not deploy:
        process.serve(settings)
        return
    running = process.status(settings.state) if deploy else None
    if not running:
        running = process.start_detached(settings)
        _print(f"serving at {running.endpoint_url}, log in {settings.log_file}")
    if deploy:
        _print("building the functions (sam build)")
        deployment.build()
        _print("deploying the template (sam deploy)")
        deployment.deploy(Environment.named(LOCAL, running.endpoint_url))


@app.command()
def down(state: State = None) -> None:
    """Stop the embedded AWS; what it holds is kept."""
    from pointsman.local import process

    stopped = process.stop(_state(state))
    _print("stopped" if stopped else "not running")


@app.command()
def status(state: State = None, *, as_json: Json = False) -> None:
    """Say whether the embedded AWS runs, and where."""
    from pointsman.local import process

    settings = LocalSettings(state=_state(state))
    running = process.status(settings.state)
    if as_json:
        _print_json(asdict(running) if running else None)
    elif running:
        _print(f"serving at {running.endpoint_url} since {running.started_at}, pid {running.pid}")
        _print(f"state in {settings.state}, log in {settings.log_file}")
    else:
        _print("not running")
    if not running:
        raise typer.Exit(NotRunning.exit_code)


@app.command()
def apply(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Model specs or folders of them. Default: pipeline_defs/models.")
    ] = None,
    env: Env = "local",
    state: State = None,
    *,
    as_json: Json = False,
) -> None:
    """Compile and upsert the pipelines, write the models into the ledger. An error applies nothing."""
    from pointsman.apply import apply as apply_all
    from pointsman.environment import project_root
    from pointsman.tables import change_table

    models = project_root() / "pipeline_defs" / "models"
    given = [file for path in files or [models] for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])]
    changes = apply_all(_environment(env, state), given)
    _show([asdict(change) for change in changes], change_table(changes), as_json=as_json)


@decisions_app.callback(invoke_without_command=True)
def list_decisions(
    context: typer.Context, model: Model = None, env: Env = "local", state: State = None, *, as_json: Json = False
) -> None:
    """List what was decided and why, newest first."""
    if context.invoked_subcommand:
        return
    from pointsman import observe
    from pointsman.tables import decision_list

    found = observe.decisions(_environment(env, state), model)
    _show([decision.model_dump(mode="json") for decision in found], decision_list(found), as_json=as_json)


@decisions_app.command("show")
def show_decision(
    decision_id: Annotated[str, typer.Argument(metavar="ID")],
    env: Env = "local",
    state: State = None,
    *,
    as_json: Json = False,
) -> None:
    """Tell the whole story of one decision."""
    from pointsman import observe
    from pointsman.tables import decision_story

    decision = observe.decision(_environment(env, state), decision_id)
    _show(decision.model_dump(mode="json"), decision_story(decision), as_json=as_json)


@runs_app.callback(invoke_without_command=True)
def list_runs(
    context: typer.Context, model: Model = None, env: Env = "local", state: State = None, *, as_json: Json = False
) -> None:
    """List runs, newest first."""
    if context.invoked_subcommand:
        return
    from pointsman import observe
    from pointsman.tables import run_table

    found = observe.runs(_environment(env, state), model)
    _show([run.model_dump(mode="json") for run in found], run_table(found), as_json=as_json)


@runs_app.command("show")
def show_run(
    run_id: Annotated[str, typer.Argument(metavar="ID", help="Execution id or ARN, or the decision's id.")],
    env: Env = "local",
    state: State = None,
    *,
    as_json: Json = False,
) -> None:
    """Show a run's steps, and why one failed."""
    from pointsman import observe
    from pointsman.tables import execution_view

    environment = _environment(env, state)
    execution = observe.execution(environment, observe.run(environment, run_id).arn)
    _show(asdict(execution), execution_view(execution), as_json=as_json)


@models_app.callback(invoke_without_command=True)
def list_models(context: typer.Context, env: Env = "local", state: State = None, *, as_json: Json = False) -> None:
    """List the models with their champion and what they are at."""
    if context.invoked_subcommand:
        return
    from pointsman.tables import model_table

    found = _environment(env, state).ledger.models()
    _show([model.model_dump(mode="json") for model in found], model_table(found), as_json=as_json)


@app.command()
def start(name: Name, why: Why, *, force: Force = False, env: Env = "local", state: State = None) -> None:
    """Ask for a training."""
    _request(_environment(env, state), name, "training", why, force=force)


@app.command()
def evaluate(name: Name, why: Why, *, force: Force = False, env: Env = "local", state: State = None) -> None:
    """Ask for an evaluation of the champion on the data that has landed, without training."""
    _request(_environment(env, state), name, "evaluation", why, force=force)


@app.command()
def approve(version: Version, why: Why, env: Env = "local", state: State = None) -> None:
    """Approve a version: exactly this one becomes the champion."""
    from pointsman import operate

    operate.judge(_environment(env, state), version, "Approved", why)
    _print(f"{version} is approved")


@app.command()
def reject(version: Version, why: Why, env: Env = "local", state: State = None) -> None:
    """Reject a version. If it is the champion, the one before takes over."""
    from pointsman import operate

    operate.judge(_environment(env, state), version, "Rejected", why)
    _print(f"{version} is rejected")


@app.command()
def pause(name: Name, why: Why, env: Env = "local", state: State = None) -> None:
    """Keep a model still: what is decided from now on waits."""
    from pointsman import operate

    operate.pause(_environment(env, state), name, why)
    _print(f"{name} is paused")


@app.command()
def resume(name: Name, env: Env = "local", state: State = None) -> None:
    """Let a paused model go on."""
    from pointsman import operate

    operate.resume(_environment(env, state), name)
    _print(f"{name} goes on")


@app.command()
def demo(state: State = None, port: Port = None, *, as_json: Json = False) -> None:
    """Run the first lap on an empty embedded AWS: data lands, training runs, a version waits for approval."""
    from pointsman.demo import show
    from pointsman.local.current import use

    show.run(use(_own_state(state, "demo")), port, as_json=as_json)


def _state(state: Path | None) -> Path:
    """The folder asked for, else that of the last `up` or `demo`."""
    from pointsman.local.current import current

    return state.resolve() if state else current()


def _own_state(state: Path | None, name: str) -> Path:
    """`up` and `demo` keep theirs apart: the demo empties its own each time."""
    return state.resolve() if state else default_state_directory().with_name(name)


def _environment(name: str, state: Path | None) -> "Environment":
    from pointsman.environment import LOCAL, Environment
    from pointsman.local import process

    if name != LOCAL:
        return Environment.named(name)
    running = process.status(_state(state))
    if not running:
        raise NotRunning("the embedded AWS is not running; start it with `pointsman up` or `pointsman demo`")
    return Environment.named(name, running.endpoint_url)


def _request(environment: "Environment", model: str, purpose: str, why: str, *, force: bool) -> None:
    from pointsman import operate
    from pointsman.tables import decision_story

    _console().print(decision_story(operate.request(environment, model, purpose, why, force=force)))


def _show(value: object, picture: "RenderableType", *, as_json: bool) -> None:
    if as_json:
        _print_json(value)
    else:
        _console().print(picture)


def _console() -> Console:
    """A pipe or a file has no width to fit into."""
    return Console() if sys.stdout.isatty() else Console(width=_UNBOUNDED)


def _print(text: str) -> None:
    Console().print(text, markup=False, highlight=False, soft_wrap=True)


def _print_json(value: object) -> None:
    print(json.dumps(value, indent=2))
